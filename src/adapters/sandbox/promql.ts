import { durationSeconds } from '../../plan/duration.ts';

/** A query of the part of PromQL that the simulated metrics store knows, as a tree. */
export type Query =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'instant'; readonly selector: string }
  | { readonly kind: 'growth'; readonly call: 'rate' | 'increase'; readonly selector: string; readonly seconds: number }
  | { readonly kind: 'aggregate'; readonly call: Aggregation; readonly by: readonly string[]; readonly of: Query }
  | { readonly kind: 'quantile'; readonly phi: Query; readonly of: Query }
  | { readonly kind: 'negative'; readonly of: Query }
  | { readonly kind: 'binary'; readonly sign: string; readonly left: Query; readonly right: Query };

/** What an aggregation does with the values of a group. */
export type Aggregation = 'sum' | 'avg' | 'min' | 'max' | 'count';

/**
 * Reads a query: numbers, selectors, `+ - * /`, parentheses, `rate` and `increase` over a range, `sum`, `avg`, `min`,
 * `max`, `count` with an optional `by`, and `histogram_quantile`.
 * @returns the tree, or where the reading stopped
 */
export function parseQuery(text: string): Query | { readonly stuckAt: string } {
  const reader = new QueryReader(text);
  try {
    return reader.whole();
  } catch (error) {
    if (error instanceof Stuck) return { stuckAt: error.message };
    throw error;
  }
}

/** Ends the reading; never leaves this file. */
class Stuck extends Error {}

/** Deeper than any query that people write; deeper ones would exhaust the stack. */
const MAX_DEPTH = 50;

class QueryReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Query {
    const query = this.#sum();
    if (this.#text.slice(this.#at).trim() !== '') throw this.#stuck();
    return query;
  }

  #sum(): Query {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#stuck();
    const sum = this.#chain(/[+-]/y, () => this.#chain(/[*/]/y, () => this.#factor()));
    this.#depth -= 1;
    return sum;
  }

  /** Operands joined by signs of one precedence, from left to right. */
  #chain(signs: RegExp, operand: () => Query): Query {
    let left = operand();
    for (let sign = this.#take(signs); sign !== undefined; sign = this.#take(signs)) {
      left = { kind: 'binary', sign, left, right: operand() };
    }
    return left;
  }

  #factor(): Query {
    let negative = false;
    while (this.#take(/-/y) !== undefined) negative = !negative;
    const operand = this.#operand();
    return negative ? { kind: 'negative', of: operand } : operand;
  }

  #operand(): Query {
    const number = this.#take(/(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?/iy);
    if (number !== undefined) return { kind: 'number', value: Number(number) };
    if (this.#take(/\(/y) !== undefined) return this.#closed(this.#sum());
    const growth = this.#take(/(rate|increase)(?=\s*\()/y);
    if (growth !== undefined) return this.#growth(growth as 'rate' | 'increase');
    const aggregation = this.#take(/(sum|avg|min|max|count)(?=\s*(\(|by\b))/y);
    if (aggregation !== undefined) return this.#aggregate(aggregation as Aggregation);
    if (this.#take(/histogram_quantile(?=\s*\()/y) !== undefined) {
      this.#need(/\(/y);
      const phi = this.#sum();
      this.#need(/,/y);
      return this.#closed({ kind: 'quantile', phi, of: this.#sum() });
    }
    return { kind: 'instant', selector: this.#need(SELECTOR) };
  }

  #growth(call: 'rate' | 'increase'): Query {
    this.#need(/\(/y);
    const selector = this.#need(SELECTOR);
    const range = this.#need(/\[\s*\d+[smhd]\s*\]/y);
    return this.#closed({ kind: 'growth', call, selector, seconds: durationSeconds(range.slice(1, -1).trim()) });
  }

  #aggregate(call: Aggregation): Query {
    const before = this.#by();
    this.#need(/\(/y);
    const of = this.#closed(this.#sum());
    return { kind: 'aggregate', call, by: before ?? this.#by() ?? [], of };
  }

  #by(): readonly string[] | undefined {
    const clause = this.#take(/by\s*\([^()]*\)/y);
    return clause
      ?.replace(/^by\s*\(|\)$/g, '')
      .split(',')
      .map((label) => label.trim())
      .filter((label) => label !== '');
  }

  #closed(query: Query): Query {
    this.#need(/\)/y);
    return query;
  }

  #need(pattern: RegExp): string {
    const found = this.#take(pattern);
    if (found === undefined) throw this.#stuck();
    return found;
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

  #stuck(): Stuck {
    return new Stuck(this.#text.slice(this.#at).trim() || 'its end');
  }
}

const SELECTOR = /[a-zA-Z_:][a-zA-Z0-9_:]*(\{(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^{}"'])*\})?/y;
