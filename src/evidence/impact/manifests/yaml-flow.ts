import { parse } from 'yaml';

/** One key or item inside a flow collection such as `{app: web}`; the path begins below the collection. */
export interface FlowEntry {
  readonly path: readonly string[];
  readonly key: string | undefined;
  /** Text of a scalar; empty when a collection stands there. */
  readonly value: string;
  /** Depth in the path of the item that begins here; undefined when none does. */
  readonly item: number | undefined;
}

/**
 * The text of the flow collection that begins with `first`, joined over its lines; `undefined` where none begins, and for a
 * template, which only looks like one.
 * @param next the lines after it, as far as it is followed
 */
export function flowText(
  first: string,
  next: readonly string[],
): { readonly text: string; readonly lines: number } | undefined {
  if (!/^(\{(?!\{)|\[)/.test(first)) return undefined;
  const openAfter = bracketCounter();
  const parts: string[] = [];
  for (let lines = 0; lines <= next.length; lines += 1) {
    const part = lines === 0 ? first : ` ${next[lines - 1]?.trim() ?? ''}`;
    parts.push(part);
    if (openAfter(part) === 0) return { text: parts.join(''), lines };
  }
  return undefined;
}

/** What a flow collection holds, as if it were written in lines; `undefined` when it is not YAML. */
export function flowEntries(text: string): readonly FlowEntry[] | undefined {
  let value: unknown;
  try {
    value = parse(text, { schema: 'failsafe', maxAliasCount: 0 });
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null ? [...entriesOf(value, [], undefined)] : undefined;
}

function* entriesOf(value: object, path: readonly string[], item: number | undefined): Generator<FlowEntry> {
  if (Array.isArray(value)) {
    for (const one of value as readonly unknown[]) {
      const below = [...path, '-'];
      const begins = item ?? below.length - 1;
      if (typeof one === 'object' && one !== null) yield* entriesOf(one, below, begins);
      else yield { path: below, key: undefined, value: String(one ?? ''), item: begins };
    }
    return;
  }
  let begins = item;
  for (const [key, one] of Object.entries(value)) {
    const below = [...path, key];
    const isNested = typeof one === 'object' && one !== null;
    yield { path: below, key, value: isNested ? '' : String(one ?? ''), item: begins };
    begins = undefined;
    if (isNested) yield* entriesOf(one, below, undefined);
  }
}

/** Counts the brackets that are open after each further part of a text; those in strings, which may go on in the next part, are none. */
function bracketCounter(): (part: string) => number {
  let open = 0;
  let quote = '';
  let isEscaped = false;
  return (part) => {
    for (const char of part) {
      if (isEscaped) isEscaped = false;
      else if (quote === '"' && char === '\\') isEscaped = true;
      else if (quote !== '') quote = char === quote ? '' : quote;
      else if (char === '"' || char === "'") quote = char;
      else if (char === '{' || char === '[') open += 1;
      else if (char === '}' || char === ']') open -= 1;
    }
    return open;
  };
}
