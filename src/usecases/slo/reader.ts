import { type Bucket, bucketOf } from '../../domain/judge/bucket.ts';
import { controlHistory } from '../../domain/judge/control-history.ts';
import { CounterBook, instanceOf } from '../../domain/judge/counter-book.ts';
import type { ControlLook, SloReading } from '../../domain/judge/look.ts';
import { type Compared, forget, isNewMoment, readMoment } from '../../domain/judge/one-moment.ts';
import { writeSelector } from '../../plan/promql/selector.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Metrics, Reading, SampledSeries, Span } from '../../ports/metrics.ts';
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
  readonly metrics: Pick<Metrics, 'samples'>;
  readonly slo: Slo;
  readonly sides: Sides;
  /** When the canary began to get requests, milliseconds since the epoch. */
  readonly began: number;
  /** Milliseconds after which a target that was not sampled has gone. */
  readonly staleAfter: number;
  /** Milliseconds that a pod of the canary warms up which comes later than the first. */
  readonly warmup?: number;
}

/** How far before the canary the control is looked at, in milliseconds. */
export const CONTROL_BEFORE_MS = 15 * 60_000;
/** Samples may be stored so much later than those of other series: as long is waited for a series that brings nothing new. */
const LATE_MS = 60_000;

/** Opens the reader of an SLO; nothing is asked yet. */
export function openSloReader({ metrics, slo, sides, began, staleAfter, warmup = 0 }: SloSource): SloReader {
  const books = { canary: new CounterBook(began), control: new CounterBook(began) };
  const asked = askedFor(slo);
  const { bucket } = asked;
  let threshold: string | undefined;
  let compared: Compared | undefined;
  let latest: SloReading | undefined;
  let lookedBackAt = began;
  // From where all is known: a store may be behind by minutes, and then so is what was read.
  const since = (book: CounterBook, at: number, lookBack: boolean) => ({
    from: Math.min(at - 1, Math.max(began - 1, (book.completeUpTo(LATE_MS) ?? 0) - (lookBack ? LATE_MS : 0))),
    to: at,
  });
  return {
    async history(every) {
      const span = { from: began - CONTROL_BEFORE_MS, to: began };
      const control = await readControl({ metrics, slo, matchers: sides.control, span, staleAfter }, every);
      return control.ok ? control.looks : [];
    },
    async read(at, lost) {
      // A series that is stored later than the others, such as the first errors, is not known, so nothing waits for it: it has to be looked for.
      const canary = await readInto(books.canary, sides.canary, since(books.canary, at, true));
      if (!canary.ok) return { ok: false, detail: canary.noData.detail };
      // What is read is of a scrape of the canary: until it is scraped again, its many stable pods have nothing to be compared with.
      const isFresh = isNewMoment(books.canary, { from: began, at, staleAfter }, compared);
      if (!isFresh && latest !== undefined) return latest;
      // Of many pods that costs, and once a minute is enough.
      const lookBack = at - lookedBackAt >= LATE_MS;
      const control = await readInto(books.control, sides.control, since(books.control, at, lookBack));
      if (lookBack) lookedBackAt = at;
      if (!control.ok) return { ok: false, detail: control.noData.detail };
      if (bucket !== undefined) threshold ??= spellingOf(books.control, bucket.edge);
      const uncountable = uncountableBy(asked, books.control);
      if (uncountable !== undefined) return { ok: false, detail: uncountable };
      const uncounted = bucket === undefined ? undefined : uncountableBy(asked, books.canary);
      if (uncounted !== undefined) return { ok: false, detail: `canary: ${uncounted}` };
      const options = { from: began, at, staleAfter, lost, warmup, ...(threshold === undefined ? {} : { threshold }) };
      const moment = readMoment(books, options, compared);
      compared = moment.compared;
      forget(books, moment);
      latest = moment.reading.ok ? moment.reading : undefined;
      return moment.reading;
    },
  };

  async function readInto(book: CounterBook, matchers: readonly string[], span: Span): Promise<Reading<unknown>> {
    const read = await readSide(metrics, asked, matchers, { span, edges: 'all', book });
    if (read.ok) enter(book, read.value, bucket !== undefined);
    return read;
  }
}

/** The control of an SLO over a span before anything is compared with it. */
export type ControlReading =
  | {
      readonly ok: true;
      readonly looks: readonly ControlLook[];
      /** Requests a second; `undefined` while nothing was scraped twice. */
      readonly rate: number | undefined;
      readonly targets: readonly { readonly name: string; readonly instance: string }[];
      /** Namespaces that its series are of. */
      readonly namespaces: readonly string[];
    }
  /** `uncountable`: requests are counted, but not which of them are good, so the SLO can never be judged. */
  | { readonly ok: false; readonly reason: 'no-data' | 'uncountable'; readonly detail: string };

/** Reads the control of an SLO over a span, one look for each `every` milliseconds. */
export async function readControl(
  source: Pick<SloSource, 'metrics' | 'slo' | 'staleAfter'> & {
    readonly matchers: readonly string[];
    readonly span: Span;
  },
  every: number,
): Promise<ControlReading> {
  const { metrics, slo, matchers, span, staleAfter } = source;
  const asked = askedFor(slo);
  const { bucket } = asked;
  const book = new CounterBook(span.from);
  const side = await readSide(metrics, asked, matchers, { span, edges: 'threshold' });
  if (!side.ok) return { ok: false, reason: 'no-data', detail: side.noData.detail };
  enter(book, side.value, bucket !== undefined);
  if (book.targets().every(({ total }) => total.size === 0)) {
    return { ok: false, reason: 'no-data', detail: `no series matches ${slo.total}` };
  }
  const uncountable = uncountableBy(asked, book);
  if (uncountable !== undefined) return { ok: false, reason: 'uncountable', detail: uncountable };
  const labels = side.value.flatMap(({ total }) =>
    total.map((one) => one.labels.namespace ?? one.labels.kubernetes_namespace),
  );
  return {
    ok: true,
    looks: controlHistory(book, span, every, bucket === undefined ? undefined : spellingOf(book, bucket.edge)),
    targets: book.targets().map(({ name, instance }) => ({ name, instance })),
    rate: book.rateAt(span.to - staleAfter),
    namespaces: [...new Set(labels.filter((name) => name !== undefined))],
  };
}

/** What is asked for of an SLO; its selectors are read once, not at each look. */
interface Asked {
  readonly slo: Slo;
  /** Of a latency SLO. */
  readonly bucket: Bucket | undefined;
}

function askedFor(slo: Slo): Asked {
  return { slo, bucket: bucketOf(slo) };
}

/** Samples of one group of a side. */
interface Group {
  /** Keeps targets of different places apart; empty where there is one place. */
  readonly name: string;
  readonly total: readonly SampledSeries[];
  readonly good: readonly SampledSeries[];
}

/** What is read of a side. */
interface Reach {
  readonly span: Span;
  /** Of a histogram all edges or its threshold: the others are many, and nothing is compared with them before there is a canary. */
  readonly edges: 'all' | 'threshold';
  /** Where what was read before is: of series that it knows, new samples are enough. */
  readonly book?: CounterBook;
}

/** All events first: a good event that is stored meanwhile is then of a scrape whose events are known, or is left for the next look. */
async function readSide(
  metrics: SloSource['metrics'],
  asked: Asked,
  matchers: readonly string[],
  reach: Reach,
): Promise<Reading<readonly Group[]>> {
  const groups: Group[] = [];
  for (const [index, matcher] of matchers.entries()) {
    const name = matchers.length > 1 ? String(index) : '';
    const { book, span } = reach;
    const ask = (kind: 'total' | 'good') => (selector: string) =>
      metrics.samples(selector, [matcher], span, book && ((labels) => book.knows(kind, labels, name)));
    const total = await ask('total')(asked.slo.total);
    if (!total.ok) return total;
    const good = await readGood(ask('good'), asked, reach.edges);
    if (!good.ok) return good;
    groups.push({ name, total: total.value, good: good.value });
  }
  return { ok: true, value: groups };
}

/**
 * What is looked for first is asked first. Where the threshold is not found as the plan spells it, the other edges tell how it is spelled or that it is
 * not there; and a store that knows the threshold alone, such as recorded series, has no others.
 */
async function readGood(
  ask: (selector: string) => Promise<Reading<readonly SampledSeries[]>>,
  { slo, bucket }: Asked,
  edges: Reach['edges'],
): Promise<Reading<readonly SampledSeries[]>> {
  if (bucket === undefined) return ask(slo.good);
  const both = [slo.good, writeSelector(bucket.selector)];
  const [first = slo.good, second = slo.good] = edges === 'threshold' ? both : both.reverse();
  const found = await ask(first);
  return found.ok && found.value.length === 0 ? ask(second) : found;
}

function enter(book: CounterBook, groups: readonly Group[], byThreshold: boolean): void {
  for (const { name, total, good } of groups) {
    book.enterTotal(total, name);
    book.enterGood(good, byThreshold, name);
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

/** Why the good events of an SLO cannot be counted though all events are; `undefined` where they can. */
function uncountableBy({ slo, bucket }: Asked, book: CounterBook): string | undefined {
  const targets = book.targets().filter((target) => target.total.size > 0);
  if (bucket !== undefined) {
    return targets.length > 0 && spellingOf(book, bucket.edge) === undefined
      ? withoutEdge(slo, bucket.edge, book)
      : undefined;
  }
  return targets.length > 0 && targets.every((target) => target.good.size === 0)
    ? `no series of stable matches ${slo.good}, though requests are counted`
    : undefined;
}

function withoutEdge(slo: Slo, edge: number, book: CounterBook): string {
  const edges = edgesOf(book).filter((name) => Number.isFinite(Number(name)));
  return edges.length === 0
    ? `${slo.good} matches no bucket: a summary has none, and a native histogram has them under another name; an SLO needs a classic histogram`
    : `the histogram has no edge at ${edge}; it has ${edges.join(', ')}`;
}
