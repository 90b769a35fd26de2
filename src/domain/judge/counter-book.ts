import type { SampledSeries } from '../../ports/metrics.ts';
import { scrapeInterval, type Target } from './targets.ts';
import { Track } from './track.ts';

interface OpenTarget {
  readonly name: string;
  readonly instance: string;
  readonly total: Map<string, Track>;
  readonly good: Map<string, Map<string, Track>>;
}

/** Which labels tell targets apart, the first that a series has. */
const TARGET_LABELS = ['pod', 'instance'] as const;

/**
 * What is known of an SLO's counters on one side, by target. Samples are entered as they are read, each stretch once or
 * again; all events go before the good ones, so that a good event is never older than the event that it is.
 */
export class CounterBook {
  private readonly byName = new Map<string, OpenTarget>();
  private readonly from: number;

  /** @param from when counting begins, milliseconds since the epoch */
  constructor(from: number) {
    this.from = from;
  }

  /** Enters samples of all events. `group` keeps targets of different places apart that have the same name. */
  enterTotal(series: readonly SampledSeries[], group = ''): void {
    for (const one of series) {
      const target = this.target(one, group);
      this.enter(target, target.total, one);
    }
  }

  /** Enters samples of good events; with `le` as thresholds where `byThreshold` is set. */
  enterGood(series: readonly SampledSeries[], byThreshold: boolean, group = ''): void {
    for (const one of series) {
      const target = this.target(one, group);
      const threshold = byThreshold ? edgeOf(one.labels.le ?? '') : '';
      const tracks = target.good.get(threshold) ?? new Map<string, Track>();
      target.good.set(threshold, tracks);
      this.enter(target, tracks, one);
    }
  }

  /** Whether a series has been entered, of all events or of good ones. */
  knows(kind: 'total' | 'good', labels: SampledSeries['labels'], group = ''): boolean {
    const target = this.byName.get(targetOf(labels, group));
    if (target === undefined) return false;
    const key = keyOf(labels);
    return kind === 'total' ? target.total.has(key) : [...target.good.values()].some((tracks) => tracks.has(key));
  }

  /**
   * The moment up to which all is known of every series that is still sampled: the oldest of their last samples. A series that is behind the
   * newest by more than `late` milliseconds has ended.
   * @returns milliseconds since the epoch; `undefined` while nothing is known
   */
  completeUpTo(late: number): number | undefined {
    let newest = Number.NEGATIVE_INFINITY;
    for (const { lastAt } of this.tracks()) newest = Math.max(newest, lastAt ?? newest);
    let oldest = newest;
    for (const { lastAt = newest } of this.tracks()) if (lastAt >= newest - late) oldest = Math.min(oldest, lastAt);
    return Number.isFinite(oldest) ? oldest : undefined;
  }

  /** The targets that are known. */
  targets(): readonly Target[] {
    return [...this.byName.values()];
  }

  /** Events a second of all targets that were sampled after a moment; `undefined` while none was sampled twice. */
  rateAt(after: number): number | undefined {
    const rates = this.targets()
      .flatMap(({ total }) => [...total.values()])
      .filter((track) => (track.lastAt ?? 0) > after)
      .flatMap((track) => track.rate ?? []);
    return rates.length === 0 ? undefined : rates.reduce((sum, rate) => sum + rate, 0);
  }

  /** Forgets samples that no later moment needs. */
  forgetBefore(moment: number): void {
    for (const track of this.tracks()) track.forgetBefore(moment);
  }

  private *tracks(): Generator<Track> {
    for (const { total, good } of this.byName.values()) {
      yield* total.values();
      for (const tracks of good.values()) yield* tracks.values();
    }
  }

  private enter(target: OpenTarget, tracks: Map<string, Track>, series: SampledSeries): void {
    const key = keyOf(series.labels);
    const known = tracks.get(key);
    if (known !== undefined) {
      known.enter(series.points, undefined);
      return;
    }
    if (series.points.length === 0) return;
    const track = new Track(this.from);
    track.enter(series.points, this.bornAt(target, series));
    tracks.set(key, track);
  }

  private target({ labels }: SampledSeries, group: string): OpenTarget {
    const name = targetOf(labels, group);
    const known = this.byName.get(name) ?? { name, instance: instanceOf(labels), total: new Map(), good: new Map() };
    this.byName.set(name, known);
    return known;
  }

  /**
   * When a series was still zero that has no sample before the count begins: at the scrape before its first, which saw the target without it;
   * of a target that is new itself, a scrape interval before, and not before counting began.
   */
  private bornAt(target: OpenTarget, { points }: SampledSeries): number | undefined {
    const first = points[0]?.at;
    if (first === undefined || first <= this.from) return undefined;
    if (target.total.size === 0) return Math.max(this.from, first - scrapeInterval(this.targets()));
    let scraped = this.from;
    for (const track of target.total.values()) {
      for (const at of track.times()) if (at < first && at > scraped) scraped = at;
    }
    return scraped;
  }
}

/** An edge by its number: `1` and `1.0` are one, and the canary's client may write another than stable's. */
function edgeOf(le: string): string {
  return le.trim() !== '' && Number.isFinite(Number(le)) ? String(Number(le)) : le;
}

/** What a store calls a target by: its `job` and `instance`. */
export function instanceOf(labels: Readonly<Record<string, string>>): string {
  return `${labels.job ?? ''} ${labels.instance ?? ''}`;
}

function targetOf(labels: SampledSeries['labels'], group: string): string {
  const own = TARGET_LABELS.map((label) => labels[label]).find((value) => value !== undefined) ?? '';
  return group === '' ? own : `${group} ${own}`;
}

/** Keys of label sets: all SLOs that count by one counter are given the same answer, and each asks for each series. */
const keys = new WeakMap<SampledSeries['labels'], string>();

/** A label set as text. Stores give labels in order as a rule. */
function keyOf(labels: SampledSeries['labels']): string {
  const known = keys.get(labels);
  if (known !== undefined) return known;
  const names = Object.keys(labels);
  if (names.some((name, index) => index > 0 && name < (names[index - 1] ?? ''))) names.sort();
  const key = names.map((label) => `${label}=${labels[label]}`).join(',');
  keys.set(labels, key);
  return key;
}
