import { durationSeconds } from '../../plan/duration.ts';
import { childrenOf, isProblem, type PromNode, readPromQl } from '../../plan/promql/syntax.ts';

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
export type Aggregation = (typeof AGGREGATIONS)[number];

const AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count'] as const;
const SIGNS = ['+', '-', '*', '/'];

/**
 * Reads a query: numbers, selectors, `+ - * /`, parentheses, `rate` and `increase` over a range, `sum`, `avg`, `min`,
 * `max`, `count` with an optional `by`, and `histogram_quantile`.
 * @returns the tree, or the part that the simulated store does not know
 */
export function parseQuery(text: string): Query | { readonly stuckAt: string } {
  const node = readPromQl(text);
  if (isProblem(node)) return { stuckAt: text.slice(node.at).trim() || 'its end' };
  try {
    return queryOf(node);
  } catch (error) {
    if (error instanceof Stuck) return { stuckAt: error.message };
    throw error;
  }
}

/** Ends the reading; never leaves this file. */
class Stuck extends Error {}

function queryOf(node: PromNode): Query {
  const [first, second, third] = node.children;
  switch (node.kind) {
    case 'NumberDurationLiteral':
      return { kind: 'number', value: numberOf(node) };
    case 'VectorSelector':
      return { kind: 'instant', selector: node.text };
    case 'ParenExpr':
      return queryOf(known(first, node));
    case 'UnaryExpr':
      return first?.text === '-'
        ? { kind: 'negative', of: queryOf(known(second, node)) }
        : queryOf(known(second, node));
    case 'BinaryExpr': {
      // A modifier such as `on (…)` stands between sign and operand, and is not known here.
      if (node.children.length !== 3 || !SIGNS.includes(second?.text ?? '')) throw new Stuck(node.text);
      return {
        kind: 'binary',
        sign: known(second, node).text,
        left: queryOf(known(first, node)),
        right: queryOf(known(third, node)),
      };
    }
    case 'AggregateExpr':
      return aggregateOf(node);
    case 'FunctionCall':
      return callOf(node);
    default:
      throw new Stuck(node.text);
  }
}

function aggregateOf(node: PromNode): Query {
  const call = AGGREGATIONS.find((name) => name === childrenOf(node, 'AggregateOp')[0]?.text);
  const [modifier] = childrenOf(node, 'AggregateModifier');
  const [of, ...more] = argumentsOf(node);
  if (call === undefined || of === undefined || more.length > 0) throw new Stuck(node.text);
  if (modifier !== undefined && childrenOf(modifier, 'By').length === 0) throw new Stuck(modifier.text);
  const labels = modifier === undefined ? [] : (childrenOf(modifier, 'GroupingLabels')[0]?.children ?? []);
  return { kind: 'aggregate', call, by: labels.map((label) => label.text), of: queryOf(of) };
}

function callOf(node: PromNode): Query {
  const call = childrenOf(node, 'FunctionIdentifier')[0]?.text;
  const [first, second, ...more] = argumentsOf(node);
  if (first === undefined || more.length > 0) throw new Stuck(node.text);
  if (call === 'histogram_quantile') return { kind: 'quantile', phi: queryOf(first), of: queryOf(known(second, node)) };
  if ((call !== 'rate' && call !== 'increase') || first.kind !== 'MatrixSelector') throw new Stuck(node.text);
  const [range] = childrenOf(first, 'DurationExpr');
  return {
    kind: 'growth',
    call,
    selector: known(childrenOf(first, 'VectorSelector')[0], first).text,
    seconds: secondsOf(known(range, first)),
  };
}

function argumentsOf(node: PromNode): readonly PromNode[] {
  return childrenOf(node, 'FunctionCallBody')[0]?.children ?? [];
}

function numberOf(node: PromNode): number {
  const value = Number(node.text);
  if (Number.isNaN(value)) throw new Stuck(node.text);
  return value;
}

/** Such as `5m` or `1h30m`. */
function secondsOf(range: PromNode): number {
  const parts = range.text.match(/\d+[smhd]/g) ?? [];
  if (parts.join('') !== range.text) throw new Stuck(range.text);
  return parts.reduce((sum, part) => sum + durationSeconds(part), 0);
}

function known<T>(part: T | undefined, whole: PromNode): T {
  if (part === undefined) throw new Stuck(whole.text);
  return part;
}
