import { blankSlashComments } from '../comments.ts';
import type { PlacedUse } from './compare.ts';

/** A file of one side of the difference. */
type SideFile = readonly [path: string | undefined, text: string | undefined];

/** An entry of a container's `env` as a Go program writes it, with a name or a constant: `{Name: "SHOP_TRIAL", Value: trial}`. */
const ENTRY = /\bName:\s*(?:"([A-Z][A-Z0-9_]+)"|(?:\w+\.)?([A-Za-z]\w*))\s*,\s*Value(?:From)?\s*:/g;

/**
 * Variables that a program of Go gives the pods that it makes: whoever runs in these reads them, and nobody provides them. What the same file also asks
 * for is handed on from the program's own environment, and does not count.
 * @param side the changed files of one side
 */
export function givenToPods(side: readonly SideFile[]): ReadonlySet<string> {
  const texts = side.flatMap(([path, text]) =>
    path?.endsWith('.go') === true && text !== undefined ? [blankSlashComments(text, 'other')] : [],
  );
  const names = new Set<string>();
  const constants = new Set<string>();
  for (const text of texts) {
    if (!/\bEnvVar\b/.test(text)) continue;
    for (const [, name, constant = ''] of text.matchAll(ENTRY)) {
      if (isAskedFor(name === undefined ? String.raw`(?:\w+\.)?${constant}\b` : `"${name}"`, text)) continue;
      if (name === undefined) constants.add(constant);
      else names.add(name);
    }
  }
  if (constants.size === 0) return names;
  for (const text of texts)
    for (const [, constant = '', name = ''] of text.matchAll(DEFINITION)) if (constants.has(constant)) names.add(name);
  return names;
}

const DEFINITION = /\b([A-Za-z]\w*)\s*(?:string\s*)?=\s*"([A-Z][A-Z0-9_]+)"/g;

const isAskedFor = (written: string, text: string): boolean =>
  new RegExp(String.raw`\b(?:Getenv|LookupEnv)\(\s*${written}`).test(text);

/** Uses without what the program itself gives its pods and no manifest gives. */
export function withoutGiven(uses: readonly PlacedUse[], given: ReadonlySet<string>): readonly PlacedUse[] {
  const isDeclared = new Set(uses.filter(({ how }) => how === 'declared').map(({ name }) => name));
  return uses.filter(({ name }) => !given.has(name) || isDeclared.has(name));
}
