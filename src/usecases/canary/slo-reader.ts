import { bucketOf } from '../../domain/judge/bucket.ts';
import { CounterBook, instanceOf } from '../../domain/judge/counter-book.ts';
import type { ControlLook, SloReading } from '../../domain/judge/look.ts';
import { type Compared, controlHistory, forget, readMoment } from '../../domain/judge/one-moment.ts';
import { writeSelector } from '../../plan/promql/selector.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Metrics, NoData, Span } from '../../ports/metrics.ts';
import type { Sides } from './sides.ts';

/** Reads one SLO look by look, and remembers what it has read: each look asks for new samples only. */
export interface SloReader {
  /** The control before the canary got requests, one look for each `every` milliseconds. */
  history(every: number): Promise<readonly ControlLook[]>;
  /** Both sides at one moment, as near to `at` as the scrapes allow. */
  read(at: number, lost: ReadonlySet<string>): Promise<SloReading>;
}

/** What an SLO is read from. */
export interface SloSource {
  readonly metrics: Metrics;
  readonly slo: Slo;
  readonly sides: Sides;
  /** When the canary began to get requests, milliseconds since the epoch. */
  readonly began: number;
  /** Milliseconds after which a target that was not sampled has gone. */
  readonly staleAfter: number;
}

/** How far before the canary the control is looked at. */
const HISTORY_MS = 15 * 60_000;
/** Samples may be stored this late: so much is read again at each look. */
const LATE_MS = 60_000;

/** Opens the reader of an SLO; nothing is asked yet. */
export function openSloReader({ metrics, slo, sides, began, staleAfter }: SloSource): SloReader {
  const books = { canary: new CounterBook(began), control: new CounterBook(began) };
  const bucket = bucketOf(slo);
  let threshold: string | undefined;
  let readUpTo: number | undefined;
  let compared: Compared | undefined;
  return {
    async history(every) {
      const span = { from: began - HISTORY_MS, to: began };
      const book = new CounterBook(span.from);
      const problem = await enterSide([book], sides.control, span);
      if (problem !== undefined) return [];
      const edge = bucket === undefined ? undefined : spellingOf(book, bucket.edge);
      return bucket !== undefined && edge === undefined ? [] : controlHistory(book, span, every, edge);
    },
    async read(at, lost) {
      const span = { from: readUpTo === undefined ? began - 1 : Math.max(began - 1, readUpTo - LATE_MS), to: at };
      const problems = await Promise.all([
        enterSide([books.canary], sides.canary, span),
        enterSide([books.control], sides.control, span),
      ]);
      const problem = problems.find((one) => one !== undefined);
      if (problem !== undefined) return { ok: false, detail: problem.detail };
      readUpTo = at;
      if (bucket !== undefined) {
        threshold ??= spellingOf(books.control, bucket.edge);
        if (threshold === undefined) return { ok: false, detail: withoutEdge(slo, bucket.edge, books.control) };
      } else if (hasNoGood(books.control)) {
        return { ok: false, detail: `no series of stable matches ${slo.good}, though requests are counted` };
      }
      const options = { from: began, at, staleAfter, lost, ...(threshold === undefined ? {} : { threshold }) };
      const moment = readMoment(books, options, compared);
      compared = moment.compared;
      forget(books, moment);
      return moment.reading;
    },
  };

  /** All events first: a good event that is stored meanwhile is then of a scrape whose events are known, or is left for the next look. */
  async function enterSide(
    into: readonly CounterBook[],
    groups: readonly string[],
    span: Span,
  ): Promise<NoData | undefined> {
    for (const [index, matcher] of groups.entries()) {
      const group = groups.length > 1 ? String(index) : '';
      const total = await metrics.samples(slo.total, [matcher], span);
      if (!total.ok) return total.noData;
      const good = await readGood(matcher, span);
      if (!good.ok) return good.noData;
      for (const book of into) {
        book.enterTotal(total.value, group);
        book.enterGood(good.value, bucket !== undefined, group);
      }
    }
    return undefined;
  }

  async function readGood(matcher: string, span: Span) {
    if (bucket === undefined) return metrics.samples(slo.good, [matcher], span);
    const all = await metrics.samples(writeSelector(bucket.selector), [matcher], span);
    // A store that knows the threshold alone, such as recorded series, is asked for it as the plan has it.
    return all.ok && all.value.length === 0 ? metrics.samples(slo.good, [matcher], span) : all;
  }
}

/** Targets as the judge's books name them. */
export function lostInstances(targets: readonly Readonly<Record<string, string>>[]): ReadonlySet<string> {
  return new Set(targets.map(instanceOf));
}

/** How a histogram spells an edge: `1` and `1.0` are one edge, and clients write either. */
function spellingOf(book: CounterBook, edge: number): string | undefined {
  return edgesOf(book).find((name) => Number(name) === edge);
}

function edgesOf(book: CounterBook): readonly string[] {
  const names = new Set(book.targets().flatMap((target) => [...target.good.keys()]));
  return [...names].filter((name) => name !== '').sort((a, b) => Number(a) - Number(b));
}

function hasNoGood(book: CounterBook): boolean {
  const targets = book.targets().filter((target) => target.total.size > 0);
  return targets.length > 0 && targets.every((target) => target.good.size === 0);
}

function withoutEdge(slo: Slo, edge: number, book: CounterBook): string {
  const edges = edgesOf(book).filter((name) => Number.isFinite(Number(name)));
  return edges.length === 0
    ? `${slo.good} matches no bucket: a summary has none, and a native histogram has them under another name; an SLO needs a classic histogram`
    : `the histogram has no edge at ${edge}; it has ${edges.join(', ')}`;
}
