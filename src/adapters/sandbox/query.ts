import type { NoData, Reading } from '../../ports/metrics.ts';
import { type Labels, parseMatchers, seriesName } from './matcher.ts';
import { type Aggregation, parseQuery, type Query } from './promql.ts';
import { none, resolve } from './selectors.ts';
import { growth, type Labelling } from './series.ts';
import { successMetricAt } from './success.ts';
import type { WorldState } from './world-state.ts';

/** A number, or numbers by the name of their series. */
type Value = number | ReadonlyMap<string, number>;

/** How old a sample may be that an instant selector still finds, as in Prometheus. */
const LOOKBACK_MS = 5 * 60_000;

/** The one number of a query at a time (milliseconds since the epoch). */
export function evaluateQuery(
  state: WorldState,
  environment: string,
  labelling: Labelling,
  query: string,
  at: number,
): Reading<number> {
  const known = successMetricAt(state, query, at);
  if (known !== undefined) return { ok: true, value: known };
  const tree = parseQuery(query);
  if ('stuckAt' in tree) return none('error', `the sandbox does not know what "${tree.stuckAt}" means in ${query}`);
  const grown = (selector: string, from: number): ReadonlyMap<string, number> => {
    const wanted = resolve(state, selector, []);
    if (wanted === undefined) throw new Unanswerable(none('error', `${selector} cannot be read`).noData);
    return growth(state, environment, labelling, wanted.metric, wanted.matchers, { from, to: at }).series;
  };
  try {
    return oneNumber(
      evaluate(tree, {
        growth: (selector, seconds) => grown(selector, at - seconds * 1000),
        instant(selector) {
          const value = successMetricAt(state, selector, at);
          if (value !== undefined) return new Map([['{}', value]]);
          const recent = grown(selector, at - LOOKBACK_MS);
          const whole = grown(selector, 0);
          return new Map([...whole].filter(([name]) => recent.has(name)));
        },
      }),
      query,
    );
  } catch (error) {
    if (error instanceof Unanswerable) return { ok: false, noData: error.noData };
    throw error;
  }
}

/** Where series come from. */
interface Source {
  growth(selector: string, seconds: number): ReadonlyMap<string, number>;
  instant(selector: string): ReadonlyMap<string, number>;
}

/** Leaves the evaluation with the reason why there is no number; never leaves this file. */
class Unanswerable extends Error {
  readonly noData: NoData;
  constructor(noData: NoData) {
    super(noData.detail);
    this.noData = noData;
  }
}

function oneNumber(value: Value, query: string): Reading<number> {
  if (typeof value !== 'number' && value.size === 0) return none('empty', `${query} has no result`);
  if (typeof value !== 'number' && value.size > 1) return none('several-values', `${query} has ${value.size} results`);
  const number = typeof value === 'number' ? value : ([...value.values()][0] ?? Number.NaN);
  if (!Number.isFinite(number)) return none('not-a-number', `${query} gives no finite number`);
  return { ok: true, value: number };
}

function evaluate(query: Query, source: Source): Value {
  switch (query.kind) {
    case 'number':
      return query.value;
    case 'instant':
      return source.instant(query.selector);
    case 'growth': {
      const series = source.growth(query.selector, query.seconds);
      return query.call === 'increase' ? series : mapped(series, (count) => count / query.seconds);
    }
    case 'negative':
      return mapped(evaluate(query.of, source), (value) => -value);
    case 'aggregate':
      return aggregate(query.call, query.by, evaluate(query.of, source));
    case 'quantile':
      return quantiles(evaluate(query.phi, source), evaluate(query.of, source));
    case 'binary':
      return combined(query.sign, evaluate(query.left, source), evaluate(query.right, source));
  }
}

function mapped(value: Value, change: (value: number) => number): Value {
  if (typeof value === 'number') return change(value);
  return new Map([...value].map(([name, each]) => [name, change(each)]));
}

/** Operands with equal labels meet; a number meets every one. */
function combined(sign: string, left: Value, right: Value): Value {
  const apply = (a: number, b: number) => ({ '+': a + b, '-': a - b, '*': a * b, '/': a / b })[sign] ?? Number.NaN;
  if (typeof right === 'number') return mapped(left, (a) => apply(a, right));
  if (typeof left === 'number') return mapped(right, (b) => apply(left, b));
  return new Map(
    [...left].flatMap(([name, a]) => {
      const b = right.get(name);
      return b === undefined ? [] : [[name, apply(a, b)] as const];
    }),
  );
}

function aggregate(call: Aggregation, by: readonly string[], value: Value): Value {
  if (typeof value === 'number') throw new Unanswerable(none('error', `${call} of a number`).noData);
  const groups = new Map<string, number[]>();
  for (const [name, each] of value) {
    const labels = by.length === 0 ? {} : labelsOf(name);
    const group = seriesName(Object.fromEntries(by.flatMap((l) => (labels[l] === undefined ? [] : [[l, labels[l]]]))));
    const values = groups.get(group) ?? [];
    values.push(each);
    groups.set(group, values);
  }
  return new Map([...groups].map(([group, values]) => [group, AGGREGATE[call](values)]));
}

const AGGREGATE: Readonly<Record<Aggregation, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((a, b) => a + b, 0),
  avg: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  min: (values) => values.reduce((a, b) => Math.min(a, b)),
  max: (values) => values.reduce((a, b) => Math.max(a, b)),
  count: (values) => values.length,
};

/** Quantiles of histograms, interpolated within the bucket as Prometheus does. */
function quantiles(phi: Value, value: Value): Value {
  if (typeof phi !== 'number' || typeof value === 'number') {
    throw new Unanswerable(none('error', 'histogram_quantile takes a number and a histogram').noData);
  }
  const histograms = new Map<string, [edge: number, count: number][]>();
  for (const [name, count] of value) {
    const { le, ...labels } = labelsOf(name);
    if (le === undefined) continue;
    const group = seriesName(labels);
    const buckets = histograms.get(group) ?? [];
    buckets.push([le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count]);
    histograms.set(group, buckets);
  }
  return new Map([...histograms].map(([group, buckets]) => [group, quantile(phi, buckets)]));
}

function quantile(phi: number, buckets: [edge: number, count: number][]): number {
  buckets.sort(([a], [b]) => a - b);
  const all = buckets.at(-1)?.[1] ?? 0;
  if (all === 0) return Number.NaN;
  const index = buckets.findIndex(([, count]) => count >= phi * all);
  const [edge, count] = buckets[index] ?? [Number.NaN, 0];
  const [lower, below] = buckets[index - 1] ?? [0, 0];
  if (edge === Number.POSITIVE_INFINITY) return lower;
  return lower + ((edge - lower) * (phi * all - below)) / (count - below);
}

/** The labels that the name of a series is made of. */
export function labelsOf(name: string): Labels {
  return Object.fromEntries((parseMatchers(name.slice(1, -1)) ?? []).map(({ label, value }) => [label, value]));
}
