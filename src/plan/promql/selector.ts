import { unquote } from './string-literal.ts';
import { childrenOf, isProblem, type PromNode, readPromQl } from './syntax.ts';

/**
 * A PromQL selector: a metric name and label matchers. Selectors are read and written anew, never pasted together, so that no
 * text of a plan or a configuration can become another query.
 */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

/** One label matcher; `value` is unescaped. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/**
 * Reads a selector, such as `http_requests_total{service="web"}`.
 * @returns the selector, or a sentence that says what is wrong and where
 */
export function readSelector(text: string): Selector | string {
  const node = readPromQl(text);
  if (isProblem(node)) return problem(text, node.at, 'a metric name with label matchers');
  if (node.kind !== 'VectorSelector') return problem(text, 0, 'a metric name with label matchers');
  return selectorOf(node) ?? problem(text, 0, 'a metric name, and values that PromQL can read,');
}

/**
 * Reads label matchers with commas between them, such as `track="canary", code!~"5.."`.
 * @returns the matchers, or a sentence that says what is wrong and where
 */
export function readMatchers(text: string): readonly Matcher[] | string {
  const node = readPromQl(`x{${text}}`);
  if (isProblem(node)) return problem(text, Math.max(0, node.at - 2), 'a matcher such as track="canary"');
  const matchers = node.kind === 'VectorSelector' ? selectorOf(node)?.matchers : undefined;
  return matchers ?? problem(text, 0, 'a matcher such as track="canary"');
}

/** The selector of a `VectorSelector`; `undefined` when it does not name one metric, a label has no name, or a value does not read. */
export function selectorOf(node: PromNode): Selector | undefined {
  const [list] = childrenOf(node, 'LabelMatchers');
  const names = [...childrenOf(node, 'Identifier').map(({ text }) => text), ...quotedNames(list)];
  const [name] = names;
  const matchers: Matcher[] = [];
  for (const child of list?.children ?? []) {
    if (child.kind === 'QuotedLabelName') continue;
    const matcher = matcherOf(child);
    if (matcher === undefined) return undefined;
    matchers.push(matcher);
  }
  // Prometheus refuses an empty name, and a metric that is named twice.
  return name === undefined || name === '' || names.length > 1 ? undefined : { metric: name, matchers };
}

/** Writes a selector as PromQL, every value quoted and escaped. */
export function writeSelector({ metric, matchers }: Selector): string {
  const written = matchers.map(writeMatcher);
  if (!LEGACY_NAME.test(metric)) return `{${[JSON.stringify(metric), ...written].join(',')}}`;
  return written.length === 0 ? metric : `${metric}{${written.join(',')}}`;
}

/** Writes a matcher as PromQL. */
export function writeMatcher({ label, operator, value }: Matcher): string {
  return `${LEGACY_LABEL.test(label) ? label : JSON.stringify(label)}${operator}${JSON.stringify(value)}`;
}

/** One text for all spellings of the same selector. */
export function canonicalSelector({ metric, matchers }: Selector): string {
  return `${metric}{${matchers.map(writeMatcher).sort().join(',')}}`;
}

/** Names that need no quotes (prometheus.io/docs/concepts/data_model). */
const LEGACY_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Names in the braces: `{"http.requests", service="web"}`. */
function quotedNames(list: PromNode | undefined): readonly (string | undefined)[] {
  return list === undefined ? [] : childrenOf(list, 'QuotedLabelName').map(({ text }) => unquote(text));
}

function matcherOf(node: PromNode): Matcher | undefined {
  const [name, operator, literal] = node.children;
  if (name === undefined || operator === undefined || literal === undefined) return undefined;
  const label = name.kind === 'LabelName' ? name.text : unquote(name.text);
  const value = unquote(literal.text);
  if (label === undefined || label === '' || value === undefined) return undefined;
  return { label, operator: operator.text as Matcher['operator'], value };
}

function problem(text: string, at: number, wanted: string): string {
  const found = at >= text.length ? 'the end' : JSON.stringify(text.slice(at, at + 12));
  return `${JSON.stringify(text)} has ${found} at ${at + 1} where ${wanted} belongs`;
}
