/** A counter with its label matchers. */
export interface CounterSelector {
  readonly metric: string;
  /** As written, such as `code!~"5.."`. */
  readonly matchers: readonly string[];
}

const MATCHER = /^\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*$/;

/** A grouping behind an aggregation. */
const GROUPING = /\)\s*(?:by|without)\s*\([^()]*\)$/;

/**
 * The counter of a PromQL query of OpenSLO. Sums, groupings, and `rate` or `increase` over any range are taken away: they
 * say how to look at the counter, and relctl itself decides over which time it counts. `undefined` for any other query.
 */
export function counterOf(query: string): CounterSelector | undefined {
  let rest = query.trim();
  for (;;) {
    const inner =
      /^sum\s*(?:(?:by|without)\s*\([^()]*\))?\s*\(([\s\S]*)\)$/.exec(rest.replace(GROUPING, ')'))?.[1] ??
      /^(?:rate|increase|irate)\s*\(([\s\S]*)\)$/.exec(rest)?.[1] ??
      /^\(([\s\S]*)\)$/.exec(rest)?.[1];
    if (inner === undefined || !isBalanced(inner)) break;
    rest = inner.trim();
  }
  // A range, also one that a tool fills in: [5m], [{{.window}}], [$__rate_interval].
  const match =
    /^([a-zA-Z_:][\w:]*)\s*(?:\{((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^{}"'])*)\})?\s*(?:\[[^[\]]*\])?$/.exec(rest);
  if (match?.[1] === undefined) return undefined;
  const matchers = splitMatchers(match[2] ?? '');
  return matchers && { metric: match[1], matchers };
}

/** The selector as a plan writes it. */
export function writeSelector({ metric, matchers }: CounterSelector): string {
  return matchers.length === 0 ? metric : `${metric}{${matchers.join(',')}}`;
}

const OPPOSITE: Readonly<Record<string, string>> = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' };

/**
 * The good events, where only bad and all events are given: bad events must be all events with one more matcher, which is
 * turned round. `undefined` when they are not.
 */
export function complement(bad: CounterSelector, total: CounterSelector): CounterSelector | undefined {
  const extra = bad.matchers.filter((matcher) => !total.matchers.includes(matcher));
  const isPart = total.matchers.every((matcher) => bad.matchers.includes(matcher));
  const parts = MATCHER.exec(extra[0] ?? '');
  if (bad.metric !== total.metric || !isPart || extra.length !== 1 || parts === null) return undefined;
  return { metric: total.metric, matchers: [...total.matchers, `${parts[1]}${OPPOSITE[parts[2] ?? '']}${parts[3]}`] };
}

function splitMatchers(text: string): string[] | undefined {
  const matchers: string[] = [];
  for (const piece of text.match(/(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,"'])+/g) ?? []) {
    if (piece.trim() === '') continue;
    const parts = MATCHER.exec(piece);
    if (parts === null) return undefined;
    matchers.push(`${parts[1]}${parts[2]}${parts[3]}`);
  }
  return matchers;
}

/** False for `a) + (b`: its parentheses belonged to two expressions. */
function isBalanced(text: string): boolean {
  let depth = 0;
  for (const character of text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '')) {
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
