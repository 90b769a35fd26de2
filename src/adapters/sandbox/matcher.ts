/** Prometheus selectors: a metric name and label matchers, read and applied to label sets. */

/** One label matcher. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A selector as it was read. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

/** Labels of a series. */
export type Labels = Readonly<Record<string, string>>;

const MATCHER = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(,|$)/y;

/** Reads a selector such as `http_requests_total{service="web"}`; `undefined` when it is none. */
export function parseSelector(text: string): Selector | undefined {
  const parts = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s*$/s.exec(text);
  if (parts === null) return undefined;
  const matchers = parseMatchers(parts[2] ?? '');
  return matchers === undefined ? undefined : { metric: parts[1] ?? '', matchers };
}

/** Reads label matchers, separated by commas; `undefined` when one is not well-formed. */
export function parseMatchers(text: string): readonly Matcher[] | undefined {
  const matchers: Matcher[] = [];
  let at = 0;
  while (text.slice(at).trim() !== '') {
    MATCHER.lastIndex = at;
    const found = MATCHER.exec(text);
    if (found === null) return undefined;
    const [all, label = '', operator = '=', quoted = ''] = found;
    const value = quoted.slice(1, -1).replace(/\\(.)/g, (_, c: string) => ({ n: '\n', t: '\t' })[c] ?? c);
    const matcher = { label, operator: operator as Matcher['operator'], value };
    if (operator.endsWith('~') && regex(matcher) === undefined) return undefined;
    matchers.push(matcher);
    at += all.length;
  }
  return matchers;
}

/** True when the labels satisfy all matchers; a label that is absent counts as empty, as in Prometheus. */
export function matches(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every((matcher) => {
    const value = labels[matcher.label] ?? '';
    if (matcher.operator === '=') return value === matcher.value;
    if (matcher.operator === '!=') return value !== matcher.value;
    return regex(matcher)?.test(value) === (matcher.operator === '=~');
  });
}

/** One text for all spellings of the same selector. */
export function canonicalSelector(selector: Selector): string {
  const matchers = selector.matchers.map((m) => `${m.label}${m.operator}${JSON.stringify(m.value)}`).sort();
  return `${selector.metric}{${matchers.join(',')}}`;
}

/** Labels in the one order in which they are written. */
export function seriesName(labels: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(',')}}`;
}

const compiled = new Map<string, RegExp | undefined>();

/** Prometheus' regular expressions match the whole value. */
function regex(matcher: Matcher): RegExp | undefined {
  if (!compiled.has(matcher.value)) {
    if (compiled.size > 500) compiled.clear();
    compiled.set(matcher.value, compile(matcher.value));
  }
  return compiled.get(matcher.value);
}

function compile(text: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${text})$`, 's');
  } catch {
    return undefined;
  }
}
