import { parser } from '@prometheus-io/lezer-promql';

/** A node of Prometheus' own grammar, with its text at hand. */
export interface PromNode {
  /** As the grammar calls it, such as `VectorSelector`. */
  readonly kind: string;
  readonly text: string;
  readonly children: readonly PromNode[];
}

/** A query that does not read. */
export interface PromProblem {
  /** Where the reading stopped, from 0. */
  readonly at: number;
}

type Tree = ReturnType<typeof parser.parse>['topNode'];

/** Deeper than any query that people write; deeper trees would exhaust the stack. */
const MAX_DEPTH = 100;

/**
 * Reads a query with the grammar of Prometheus' own editor (`@prometheus-io/lezer-promql`).
 * @returns the outermost expression, or the first place where it is no PromQL
 */
export function readPromQl(text: string): PromNode | PromProblem {
  const top = parsed(text);
  if (top === undefined) return { at: 0 };
  const fault = faultOf(top);
  const whole = top.firstChild;
  if (fault !== undefined || whole === null) return { at: fault ?? text.length };
  if (whole.nextSibling !== null) return { at: whole.nextSibling.from };
  return nodeOf(whole, text, 0) ?? { at: 0 };
}

/** `undefined` for what is nested too deep for the parser, which builds its tree by recursion: thousands of operators in a row. */
function parsed(text: string): Tree | undefined {
  try {
    return parser.parse(text).topNode;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** True of what does not read. */
export function isProblem(read: object): read is PromProblem {
  return 'at' in read;
}

/** The children of one kind. */
export function childrenOf(node: PromNode, kind: string): readonly PromNode[] {
  return node.children.filter((child) => child.kind === kind);
}

function faultOf(top: Tree): number | undefined {
  let fault: number | undefined;
  top.cursor().iterate((node) => {
    if (fault === undefined && node.type.isError) fault = node.from;
    return fault === undefined;
  });
  return fault;
}

function nodeOf(node: Tree, text: string, depth: number): PromNode | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const children: PromNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    const read = nodeOf(child, text, depth + 1);
    if (read === undefined) return undefined;
    children.push(read);
  }
  return { kind: node.name, text: text.slice(node.from, node.to), children };
}
