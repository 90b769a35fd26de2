import { durationSeconds } from '../../plan/duration.ts';
import type { NoData, Reading } from '../../ports/metrics.ts';
import { none, resolve } from './selectors.ts';
import { growth, type Labelling } from './series.ts';
import { successMetricAt } from './success.ts';
import type { WorldState } from './world-state.ts';

/**
 * The part of PromQL that the simulated metrics store answers: numbers, `+ - * /`, parentheses, `sum`, `rate`,
 * `increase` over counters that it has, `histogram_quantile` over the sum of bucket rates, and success metrics.
 */
export function evaluateQuery(
  state: WorldState,
  environment: string,
  labelling: Labelling,
  query: string,
  at: number,
): Reading<number> {
  const known = successMetricAt(state, query, at);
  if (known !== undefined) return { ok: true, value: known };
  const reader = new QueryReader(query, (selector, seconds) => {
    const wanted = resolve(state, selector, []);
    if (wanted === undefined) throw new Unanswerable(none('error', `${selector} cannot be read`).noData);
    const span = { from: at - seconds * 1000, to: at };
    return growth(state, environment, labelling, wanted.metric, wanted.matchers, span).series;
  });
  try {
    const value = reader.whole();
    if (!Number.isFinite(value)) return none('not-a-number', `${query} gives no finite number`);
    return { ok: true, value };
  } catch (error) {
    if (error instanceof Unanswerable) return { ok: false, noData: error.noData };
    throw error;
  }
}

/** Leaves the evaluation with the reason why there is no number; never leaves this file. */
class Unanswerable extends Error {
  readonly noData: NoData;
  constructor(noData: NoData) {
    super(noData.detail);
    this.noData = noData;
  }
}

type Grow = (selector: string, seconds: number) => ReadonlyMap<string, number>;

/** Reads and evaluates by recursive descent. */
class QueryReader {
  readonly #text: string;
  readonly #grow: Grow;
  #at = 0;

  constructor(text: string, grow: Grow) {
    this.#text = text;
    this.#grow = grow;
  }

  whole(): number {
    const value = this.#sum();
    if (this.#rest().trim() !== '') throw this.#stuck();
    return value;
  }

  #sum(): number {
    let value = this.#product();
    for (let sign = this.#take(/[+-]/y); sign !== undefined; sign = this.#take(/[+-]/y)) {
      const next = this.#product();
      value = sign === '+' ? value + next : value - next;
    }
    return value;
  }

  #product(): number {
    let value = this.#factor();
    for (let sign = this.#take(/[*/]/y); sign !== undefined; sign = this.#take(/[*/]/y)) {
      const next = this.#factor();
      value = sign === '*' ? value * next : value / next;
    }
    return value;
  }

  #factor(): number {
    if (this.#take(/-/y) !== undefined) return -this.#factor();
    const number = this.#take(/\d+(\.\d+)?(e[+-]?\d+)?/iy);
    if (number !== undefined) return Number(number);
    if (this.#take(/\(/y) !== undefined) return this.#closed(this.#sum());
    const called = this.#take(/(sum|rate|increase|histogram_quantile)\s*(?=\()/y)?.trim();
    if (called === undefined) throw this.#stuck();
    this.#take(/\(/y);
    if (called === 'sum') return this.#closed(this.#sum());
    if (called === 'histogram_quantile') return this.#closed(this.#quantile());
    const { seconds, series } = this.#range();
    let total = 0;
    for (const count of series.values()) total += count;
    return this.#closed(called === 'rate' ? total / seconds : total);
  }

  /** `φ, sum(rate(bucket[d])) by (le)` or `φ, sum by (le) (rate(bucket[d]))`, interpolated within the bucket as Prometheus does. */
  #quantile(): number {
    const phi = Number(this.#take(/0?\.\d+|[01]/y));
    if (this.#take(/,/y) === undefined || this.#take(/sum\s*(by\s*\(\s*le\s*\)\s*)?\(\s*rate\s*\(/y) === undefined) {
      throw this.#stuck();
    }
    const { series } = this.#range();
    if (this.#take(/\)\s*\)\s*(by\s*\(\s*le\s*\))?/y) === undefined) throw this.#stuck();
    const byEdge = new Map<number, number>();
    for (const [name, count] of series) {
      const text = /le="([^"]*)"/.exec(name)?.[1] ?? '';
      const edge = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
      byEdge.set(edge, (byEdge.get(edge) ?? 0) + count);
    }
    const buckets = [...byEdge].sort(([a], [b]) => a - b);
    const rank = phi * (buckets.at(-1)?.[1] ?? 0);
    const index = buckets.findIndex(([, count]) => count >= rank);
    const [edge, count] = buckets[index] ?? [Number.NaN, 0];
    const [lower, below] = buckets[index - 1] ?? [0, 0];
    if (edge === Number.POSITIVE_INFINITY) return lower;
    return lower + ((edge - lower) * (rank - below)) / (count - below);
  }

  #range(): { readonly seconds: number; readonly series: ReadonlyMap<string, number> } {
    const selector = this.#take(/[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^{}]*\})?/y);
    const range = this.#take(/\[\d+[smhd]\]/y);
    if (selector === undefined || range === undefined) throw this.#stuck();
    const seconds = durationSeconds(range.slice(1, -1));
    const series = this.#grow(selector, seconds);
    if (series.size === 0) throw new Unanswerable(none('empty', `no series matches ${selector}`).noData);
    return { seconds, series };
  }

  #closed(value: number): number {
    if (this.#take(/\)/y) === undefined) throw this.#stuck();
    return value;
  }

  #take(pattern: RegExp): string | undefined {
    const spaces = /\s*/y;
    spaces.lastIndex = this.#at;
    const from = this.#at + (spaces.exec(this.#text)?.[0].length ?? 0);
    pattern.lastIndex = from;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at = from + found.length;
    return found;
  }

  #rest(): string {
    return this.#text.slice(this.#at);
  }

  #stuck(): Unanswerable {
    const detail = `the sandbox does not know what ${this.#rest().trim() || 'the end'} means in ${this.#text}`;
    return new Unanswerable(none('empty', detail).noData);
  }
}
