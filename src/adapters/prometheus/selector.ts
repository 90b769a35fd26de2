/**
 * PromQL selectors, as far as a plan may name them: a metric name and label matchers. They are read and written anew, never
 * pasted together, so that no text of a plan or a configuration can become another query.
 */
export interface Selector {
  readonly name: string;
  readonly matchers: readonly Matcher[];
}

/** One label matcher; `value` is unescaped. */
interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const OPERATOR = /=~|!~|!=|=/y;
const SPACE = /[ \t\n]*/y;
const ESCAPED: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/**
 * Reads a selector and adds further matchers, each such as `track="canary"` or several with commas between them.
 * @returns the selector, or a sentence that says what is wrong and where
 */
export function readSelector(text: string, further: readonly string[]): Selector | string {
  try {
    const source = new Source(text);
    const name = source.expect(NAME, 'a metric name');
    const own = source.skip('{') ? readMatchers(source, '}') : [];
    source.expectEnd();
    const added = further.flatMap((matcher) => {
      const from = new Source(matcher);
      const list = readMatchers(from, undefined);
      from.expectEnd();
      return list;
    });
    return { name, matchers: [...own, ...added] };
  } catch (error) {
    if (error instanceof SelectorProblem) return error.message;
    throw error;
  }
}

/** Writes a selector as PromQL, every value quoted and escaped. */
export function writeSelector(selector: Selector): string {
  const matchers = selector.matchers.map((m) => `${m.label}${m.operator}${JSON.stringify(m.value)}`);
  return `${selector.name}{${matchers.join(',')}}`;
}

/** The key of a series: its labels in alphabetical order, without the metric's name, as PromQL writes them. */
export function seriesKey(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).filter((label) => label !== '__name__');
  return `{${names
    .sort()
    .map((label) => `${label}=${JSON.stringify(labels[label])}`)
    .join(',')}}`;
}

function readMatchers(source: Source, close: string | undefined): Matcher[] {
  const matchers: Matcher[] = [];
  for (;;) {
    if (close !== undefined && source.skip(close)) return matchers;
    const label = source.expect(LABEL, 'a label name');
    const operator = source.expect(OPERATOR, 'one of = != =~ !~') as Matcher['operator'];
    matchers.push({ label, operator, value: source.expectString() });
    if (source.skip(',')) {
      if (close === undefined && source.atEnd()) return matchers;
      continue;
    }
    if (close === undefined) return matchers;
    if (!source.skip(close)) throw source.problem(`, or ${close}`);
    return matchers;
  }
}

class SelectorProblem extends Error {}

/** A text with a place in it. */
class Source {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  problem(wanted: string): SelectorProblem {
    const found = this.at >= this.text.length ? 'the end' : JSON.stringify(this.text.slice(this.at, this.at + 12));
    return new SelectorProblem(`${JSON.stringify(this.text)} has ${found} at ${this.at + 1} where ${wanted} belongs`);
  }

  expect(pattern: RegExp, wanted: string): string {
    const found = this.match(pattern);
    if (found === undefined || found === '') throw this.problem(wanted);
    this.match(SPACE);
    return found;
  }

  skip(character: string): boolean {
    this.match(SPACE);
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    this.match(SPACE);
    return true;
  }

  atEnd(): boolean {
    return this.at >= this.text.length;
  }

  expectEnd(): void {
    if (!this.atEnd()) throw this.problem('the end');
  }

  /** A string in double or single quotes with Go's escapes, or in backticks without any. */
  expectString(): string {
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== "'" && quote !== '`') throw this.problem('a quoted value');
    this.at += 1;
    let value = '';
    for (;;) {
      const character = this.text[this.at];
      if (character === undefined || (character === '\n' && quote !== '`')) throw this.problem(`a closing ${quote}`);
      this.at += 1;
      if (character === quote) break;
      value += character === '\\' && quote !== '`' ? this.expectEscape() : character;
    }
    this.match(SPACE);
    return value;
  }

  private expectEscape(): string {
    const simple = ESCAPED[this.text[this.at] ?? ''];
    if (simple !== undefined) {
      this.at += 1;
      return simple;
    }
    const code = this.match(/x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}/y);
    if (code === undefined) throw this.problem('an escape that PromQL knows');
    const point = Number.parseInt(code.slice(1), 16);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) throw this.problem('a character');
    return String.fromCodePoint(point);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }
}
