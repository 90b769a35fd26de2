import { closing } from '../code.ts';

/** The arguments of a call in Python. */
export interface CallArguments {
  readonly positional: readonly string[];
  readonly keywords: ReadonlyMap<string, string>;
}

/** Takes the arguments between a call's parentheses apart, at the commas of its own level. */
export function callArguments(inner: string): CallArguments {
  const positional: string[] = [];
  const keywords = new Map<string, string>();
  for (const part of topLevelParts(inner)) {
    const keyword = /^(\w+)\s*=(?!=)\s*([\s\S]*)$/.exec(part);
    if (keyword === null) positional.push(part);
    else keywords.set(keyword[1] ?? '', (keyword[2] ?? '').trim());
  }
  return { positional, keywords };
}

function topLevelParts(inner: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (const match of inner.matchAll(
    /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[([{)\]},]/g,
  )) {
    if (/^[([{]$/.test(match[0])) depth += 1;
    else if (/^[)\]}]$/.test(match[0])) depth -= 1;
    else if (match[0] === ',' && depth === 0) {
      parts.push(inner.slice(start, match.index));
      start = match.index + 1;
    }
  }
  parts.push(inner.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** A string literal without its quotes; empty for anything else. */
export const literal = (text: string | undefined): string => /^[rubRUB]?["']([^"']*)["']$/.exec(text ?? '')?.[1] ?? '';

/** A value by keyword, or by its place among the positional ones. */
export function argument({ positional, keywords }: CallArguments, name: string, place: number): string | undefined {
  return keywords.get(name) ?? positional[place];
}

/** An operation of a migration. */
export interface DjangoOperation {
  readonly kind: string;
  readonly args: CallArguments;
  /** Offset of its name, and of its opening parenthesis, in the source. */
  readonly offset: number;
  readonly open: number;
  /** Between its parentheses. */
  readonly inner: string;
}

/** All calls of classes in a migration whose comments are blanked, outermost first. */
export function operationsIn(text: string): DjangoOperation[] {
  return [...text.matchAll(/\b(?:migrations\.|postgres_operations\.)?([A-Z]\w+)\(/g)].map((match) => {
    const open = match.index + match[0].length - 1;
    const inner = text.slice(open + 1, closing(text, open) - 1);
    return { kind: match[1] ?? '', args: callArguments(inner), offset: match.index, open, inner };
  });
}
