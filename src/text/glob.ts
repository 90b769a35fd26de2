/**
 * Globs, matched in time that grows with the pattern times the path and never faster: a pattern of relctl.yaml or of a workspace is text of
 * others, and a translation into a regular expression can be made to run for ever.
 *
 * `*` and `?` stay within a folder, `**` goes through any number of them, `[a-z]` and `[!a-z]` are one character, `{a,b}` is one of
 * several, a backslash takes the next character as it is. What begins with a dot is matched by a dot, unless `dot` is true.
 */

/** One character of a path, or any run of them. */
type Token =
  | { readonly kind: 'run' }
  | { readonly kind: 'any' }
  | { readonly kind: 'one'; readonly of: string }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] };

/** A folder or file name of a pattern; `deep` is `**`. */
type Segment = 'deep' | readonly Token[];

/** More alternatives than this are not written by people. */
const MOST_ALTERNATIVES = 1000;

/** True where a text is more than the name of one path. */
export function isGlob(text: string): boolean {
  return /[*?[\]{}]/.test(text);
}

/** The folders of a pattern before the first that is more than a name; '' for none. */
export function globBase(glob: string): string {
  const parts = glob.split('/');
  const first = parts.findIndex(isGlob);
  return parts.slice(0, first === -1 ? -1 : first).join('/');
}

/** A matcher for paths with `/`; true where one of the patterns matches. */
export function globMatcher(
  globs: readonly string[],
  { dot = false }: { readonly dot?: boolean } = {},
): (path: string) => boolean {
  const patterns = globs.flatMap((glob) => alternatives(glob)).map((one) => one.split('/').map(segmentOf));
  return (path) => {
    const names = path.split('/');
    return patterns.some((pattern) => matchesPath(pattern, names, dot));
  };
}

/** `a{b,c}d` as `abd` and `acd`; braces that hold no comma, or are not closed, are characters. */
function alternatives(glob: string): readonly string[] {
  let done: readonly string[] = [''];
  let at = 0;
  while (at < glob.length) {
    const group = glob[at] === '{' ? groupAt(glob, at) : undefined;
    const parts = group === undefined ? [characterAt(glob, at)] : group.parts.flatMap((one) => alternatives(one));
    done = done.flatMap((one) => parts.map((part) => one + part)).slice(0, MOST_ALTERNATIVES);
    at = group === undefined ? at + (parts[0]?.length ?? 1) : group.end;
  }
  return done;
}

function characterAt(glob: string, at: number): string {
  return glob[at] === '\\' ? glob.slice(at, at + 2) : (glob[at] ?? '');
}

function groupAt(glob: string, open: number): { readonly parts: readonly string[]; readonly end: number } | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < glob.length; at += 1) {
    const character = glob[at];
    if (character === '\\') at += 1;
    else if (character === '{') depth += 1;
    else if (character === ',' && depth === 1) {
      parts.push(glob.slice(from, at));
      from = at + 1;
    } else if (character === '}') {
      depth -= 1;
      if (depth > 0) continue;
      return parts.length === 0 ? undefined : { parts: [...parts, glob.slice(from, at)], end: at + 1 };
    }
  }
  return undefined;
}

function segmentOf(text: string): Segment {
  if (text === '**') return 'deep';
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '*') {
      if (tokens.at(-1)?.kind !== 'run') tokens.push({ kind: 'run' });
    } else if (character === '?') tokens.push({ kind: 'any' });
    else if (character === '[' && text.indexOf(']', at + 2) !== -1) {
      const end = text.indexOf(']', at + 2);
      tokens.push(classOf(text.slice(at + 1, end)));
      at = end;
    } else if (character === '\\' && at + 1 < text.length) {
      at += 1;
      tokens.push({ kind: 'one', of: text[at] ?? '' });
    } else tokens.push({ kind: 'one', of: character });
  }
  return tokens;
}

function classOf(content: string): Token {
  const negated = content.startsWith('!') || content.startsWith('^');
  const ranges: [string, string][] = [];
  const characters = [...(negated ? content.slice(1) : content)];
  for (let at = 0; at < characters.length; at += 1) {
    const from = characters[at] ?? '';
    const isRange = characters[at + 1] === '-' && characters[at + 2] !== undefined;
    ranges.push([from, isRange ? (characters[at + 2] ?? '') : from]);
    if (isRange) at += 2;
  }
  return { kind: 'class', negated, ranges };
}

/** Which lengths of the path each part of the pattern can reach: a table, and no going back. */
function matchesPath(pattern: readonly Segment[], names: readonly string[], dot: boolean): boolean {
  let reached = new Set([0]);
  for (const segment of pattern) {
    const next = new Set<number>();
    for (const at of reached) {
      if (segment !== 'deep') {
        const name = names[at];
        if (name !== undefined && matchesName(segment, name, dot)) next.add(at + 1);
        continue;
      }
      for (let to = at; to <= names.length && !next.has(to); to += 1) {
        next.add(to);
        if (!dot && names[to]?.startsWith('.') === true) break;
      }
    }
    reached = next;
  }
  return reached.has(names.length);
}

/** The last `*` is the only place to go back to: what stands before it has matched for good. */
function matchesName(tokens: readonly Token[], name: string, dot: boolean): boolean {
  if (!dot && name.startsWith('.') && !isDot(tokens[0])) return false;
  let token = 0;
  let at = 0;
  let run: { token: number; at: number } | undefined;
  while (at < name.length) {
    const wanted = tokens[token];
    if (wanted?.kind === 'run') {
      run = { token, at };
      token += 1;
    } else if (wanted !== undefined && matchesCharacter(wanted, name[at] ?? '')) {
      token += 1;
      at += 1;
    } else if (run !== undefined) {
      run = { token: run.token, at: run.at + 1 };
      token = run.token + 1;
      at = run.at;
    } else return false;
  }
  while (tokens[token]?.kind === 'run') token += 1;
  return token === tokens.length;
}

function isDot(token: Token | undefined): boolean {
  return token?.kind === 'one' && token.of === '.';
}

function matchesCharacter(token: Token, character: string): boolean {
  if (token.kind === 'any') return true;
  if (token.kind === 'one') return token.of === character;
  if (token.kind === 'run') return false;
  return token.negated !== token.ranges.some(([from, to]) => from <= character && character <= to);
}
