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
  let text = first;
  for (let lines = 0; lines <= next.length; lines += 1) {
    if (openBrackets(text) === 0) return { text, lines };
    text += ` ${next[lines]?.trim() ?? ''}`;
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

function openBrackets(text: string): number {
  const plain = text.replace(/"(?:[^"\\]|\\.)*(?:"|$)|'(?:[^']|'')*(?:'|$)/gs, '');
  return [...plain].reduce((open, char) => open + (/[{[]/.test(char) ? 1 : /[}\]]/.test(char) ? -1 : 0), 0);
}
