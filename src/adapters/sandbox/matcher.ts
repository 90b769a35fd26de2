import { type Matcher, readMatchers, readSelector, type Selector } from '../../plan/promql/selector.ts';

/** Labels of a series. */
export type Labels = Readonly<Record<string, string>>;

/** Reads a selector such as `http_requests_total{service="web"}`; `undefined` when it is none or a pattern does not read. */
export function parseSelector(text: string): Selector | undefined {
  const selector = readSelector(text);
  return typeof selector === 'string' || !selector.matchers.every(isApplicable) ? undefined : selector;
}

/** Matchers that were read before: every look of a bake asks by the same ones, and for the labels of the same series. */
const known = new Map<string, readonly Matcher[] | undefined>();
const KNOWN_AT_MOST = 10_000;

/** Reads label matchers, separated by commas; `undefined` when one is not well-formed. */
export function parseMatchers(text: string): readonly Matcher[] | undefined {
  if (known.has(text)) return known.get(text);
  const matchers = readMatchers(text);
  const read = typeof matchers === 'string' || !matchers.every(isApplicable) ? undefined : matchers;
  if (known.size >= KNOWN_AT_MOST) known.clear();
  known.set(text, read);
  return read;
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

/** Labels in the one order in which they are written. */
export function seriesName(labels: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(',')}}`;
}

function isApplicable(matcher: Matcher): boolean {
  return !matcher.operator.endsWith('~') || regex(matcher) !== undefined;
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
