import type { SamplePoint } from '../../ports/metrics.ts';

/** How far a counter had grown at a scrape, since it was first known. */
interface Knot {
  readonly at: number;
  readonly grown: number;
}

/** Times the rate of before from which on counting has begun with requests of its own. */
const MUCH_FASTER = 3;

/**
 * The growth of one series over time: exact at its scrapes, along a straight line between them. A value that falls is a
 * restart from zero. What is older than is still needed can be forgotten.
 */
export class Track {
  private knots: Knot[] = [];
  private first: Knot | undefined;
  private last: SamplePoint | undefined;
  private base: number | undefined;
  private marked: Knot | undefined;
  /** Milliseconds between its last two samples. */
  private spacing: number | undefined;
  /** The scrapes before and after each restart. */
  private readonly restarts: number[] = [];
  private readonly from: number;

  /** @param from when counting begins, milliseconds since the epoch */
  constructor(from: number) {
    this.from = from;
  }

  /** Takes samples, oldest first; those that are known already add nothing. `bornAt`: when it was still zero, if it began later. */
  enter(points: readonly SamplePoint[], bornAt: number | undefined): void {
    for (const point of points) {
      if (this.last === undefined) {
        if (bornAt !== undefined && bornAt < point.at) this.knots.push({ at: bornAt, grown: 0 });
        this.first = { at: point.at, grown: bornAt === undefined ? 0 : point.value };
        this.knots.push(this.first);
      } else {
        if (point.at <= this.last.at) continue;
        const before = this.knots.at(-1)?.grown ?? 0;
        const isRestart = point.value < this.last.value;
        const step = isRestart ? point.value : point.value - this.last.value;
        if (isRestart) this.restarts.push(this.last.at, point.at);
        else this.beginCounting(this.last, point, step);
        this.spacing = point.at - this.last.at;
        this.knots.push({ at: point.at, grown: before + step });
      }
      this.last = point;
    }
  }

  /** When it was first sampled; `undefined` before it was. */
  get firstAt(): number | undefined {
    return this.first?.at;
  }

  /** When it was last sampled; `undefined` before it was. */
  get lastAt(): number | undefined {
    return this.last?.at;
  }

  /** Growth a second between its first and its last sample; `undefined` before it was sampled twice. */
  get rate(): number | undefined {
    const last = this.knots.at(-1);
    if (this.first === undefined || last === undefined || last.at <= this.first.at) return undefined;
    return ((last.grown - this.first.grown) / (last.at - this.first.at)) * 1000;
  }

  /** When it was sampled, of what is still known. */
  times(): readonly number[] {
    return this.knots.map((knot) => knot.at);
  }

  /** Milliseconds between its last two samples; `undefined` before it was sampled twice. */
  get interval(): number | undefined {
    return this.spacing;
  }

  /** When it was sampled last at or before a moment, of what is still known. */
  sampledBefore(moment: number): number | undefined {
    const at = this.knots[this.indexBefore(moment)]?.at;
    return at === undefined || at < (this.first?.at ?? at) ? undefined : at;
  }

  /**
   * Grows with each restart, and again when it is past: of the time between two scrapes in which a counter began again only the end is known.
   * Before counting began none counts.
   */
  restartsUntil(moment: number): number {
    return this.restarts.filter((at) => at >= this.from && at <= moment).length;
  }

  /** How far it had grown at a moment since counting began: nothing before the first sample, and no further after the last. */
  since(moment: number): number {
    // Where counting began is looked for once: what was sampled since does not change it.
    if (this.base === undefined && this.isPast(this.from)) this.base = this.at(this.from);
    const grown = this.marked?.at === moment ? this.marked.grown : this.at(moment);
    return grown - (this.base ?? this.at(this.from));
  }

  /** Keeps how far it had grown at one moment, also when what lies before it is forgotten; once it was sampled after it. */
  mark(moment: number): void {
    if (this.marked === undefined && this.isPast(moment)) this.marked = { at: moment, grown: this.at(moment) };
  }

  /**
   * Between the scrapes around the moment when counting begins a canary gets its first requests: on a straight line a part of them would lie before it. One
   * that grew much slower until then goes on like that up to that moment.
   */
  private beginCounting(before: SamplePoint, after: SamplePoint, step: number): void {
    if (before.at >= this.from || after.at <= this.from) return;
    const grown = this.knots.at(-1)?.grown ?? 0;
    const earlier = this.knots.at(-2);
    const rate =
      earlier === undefined ? (before.value === 0 ? 0 : undefined) : (grown - earlier.grown) / (before.at - earlier.at);
    if (rate === undefined || rate * MUCH_FASTER > step / (after.at - before.at)) return;
    this.knots.push({ at: this.from, grown: grown + rate * (this.from - before.at) });
  }

  private isPast(moment: number): boolean {
    return (this.last?.at ?? Number.NEGATIVE_INFINITY) > moment;
  }

  private at(moment: number): number {
    const index = this.indexBefore(moment);
    const before = this.knots[index];
    if (before === undefined) return this.knots[0]?.grown ?? 0;
    const after = this.knots[index + 1];
    if (after === undefined || before.at === moment) return before.grown;
    return before.grown + ((after.grown - before.grown) * (moment - before.at)) / (after.at - before.at);
  }

  /** Place of the last knot at or before a moment, -1 for none: halved, because each look asks for each target and edge. */
  private indexBefore(moment: number): number {
    let from = 0;
    let to = this.knots.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.knots[middle]?.at ?? Number.POSITIVE_INFINITY) <= moment) from = middle + 1;
      else to = middle;
    }
    return from - 1;
  }

  /** Forgets what lies before the last sample at or before a moment. */
  forgetBefore(moment: number): void {
    const first = this.indexBefore(moment);
    if (first <= 0) return;
    if (this.isPast(this.from)) this.base ??= this.at(this.from);
    this.knots = this.knots.slice(first);
  }
}
