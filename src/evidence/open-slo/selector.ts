import { type Matcher, type Selector, selectorOf } from '../../plan/promql/selector.ts';
import { childrenOf, isProblem, type PromNode, readPromQl } from '../../plan/promql/syntax.ts';

/**
 * The counter of a PromQL query of an SLO. Sums, groupings, and `rate` or `increase` over any range are taken away: they
 * say how to look at the counter, and relctl itself decides over which time it counts. `undefined` for any other query.
 */
export function counterOf(query: string): Selector | undefined {
  const node = readPromQl(query.trim().replace(RANGE_OF_A_TOOL, '[5m]'));
  return isProblem(node) ? undefined : counterIn(node);
}

/** A range that a tool fills in: `[{{.window}}]`, `[$__rate_interval]`. */
const RANGE_OF_A_TOOL = /\[\s*(?:\{\{[^{}[\]]*\}\}|\$[^[\]"']*)\s*\]/g;

const GROWTH = ['rate', 'increase', 'irate'];

function counterIn(node: PromNode): Selector | undefined {
  switch (node.kind) {
    case 'VectorSelector':
      return selectorOf(node);
    case 'ParenExpr':
    case 'MatrixSelector':
      return only(node.children.filter((child) => child.kind !== 'DurationExpr'));
    case 'AggregateExpr':
      return childrenOf(node, 'AggregateOp')[0]?.text === 'sum' ? only(argumentsOf(node)) : undefined;
    case 'FunctionCall':
      return GROWTH.includes(childrenOf(node, 'FunctionIdentifier')[0]?.text ?? '')
        ? only(argumentsOf(node))
        : undefined;
    default:
      return undefined;
  }
}

function argumentsOf(node: PromNode): readonly PromNode[] {
  return childrenOf(node, 'FunctionCallBody')[0]?.children ?? [];
}

function only(nodes: readonly PromNode[]): Selector | undefined {
  const [one] = nodes;
  return one === undefined || nodes.length !== 1 ? undefined : counterIn(one);
}

const OPPOSITE = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' } as const;

/**
 * The good events, where only bad and all events are given: bad events must be all events with one more matcher, which is
 * turned round. `undefined` when they are not.
 */
export function complement(bad: Selector, total: Selector): Selector | undefined {
  const [extra, ...others] = bad.matchers.filter((matcher) => !total.matchers.some((one) => isSame(one, matcher)));
  const isPart = total.matchers.every((matcher) => bad.matchers.some((one) => isSame(one, matcher)));
  if (bad.metric !== total.metric || !isPart || extra === undefined || others.length > 0) return undefined;
  return { metric: total.metric, matchers: [...total.matchers, { ...extra, operator: OPPOSITE[extra.operator] }] };
}

function isSame(one: Matcher, other: Matcher): boolean {
  return one.label === other.label && one.operator === other.operator && one.value === other.value;
}
