import { byName } from '../../text/by-name.ts';

/** What happened to one file between two commits. */
export interface ChangedFile {
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  /** Path at the base; `undefined` for a new file. */
  readonly oldPath: string | undefined;
  /** Path at the head; `undefined` for a removed file. */
  readonly newPath: string | undefined;
  /** Shown as binary: its lines are not in the diff. */
  readonly binary: boolean;
  /** True for a submodule: what changes is the commit of another repository, and what lies in it is not in the diff. */
  readonly submodule?: true;
  /** Lines that are new at the head, and lines of the base that are gone; numbers are 1-based, on their own side. */
  readonly added: readonly ChangedLine[];
  readonly removed: readonly ChangedLine[];
}

/** A line of a hunk. */
export interface ChangedLine {
  readonly line: number;
  readonly text: string;
}

interface Draft {
  status: ChangedFile['status'];
  oldPath: string | undefined;
  newPath: string | undefined;
  binary: boolean;
  submodule?: true;
  added: ChangedLine[];
  removed: ChangedLine[];
}

/**
 * Reads git's unified diff (any amount of context), as `git diff-tree -p` writes it; see "Generating patch text with -p" in
 * git's manual. Hunks are read by their counts, so that content which looks like a header is content.
 */
export function parseDiff(diff: string): ChangedFile[] {
  const files: Draft[] = [];
  const lines = diff.split('\n');
  let file: Draft | undefined;
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    if (line.startsWith('diff --git ')) {
      const [oldPath, newPath] = pathsOfHeader(line.slice('diff --git '.length));
      file = { status: 'modified', oldPath, newPath, binary: false, added: [], removed: [] };
      files.push(file);
    } else if (file === undefined) {
    } else if (line.startsWith('@@ ')) {
      i = readHunk(lines, i, file);
    } else {
      readHeader(line, file);
    }
  }
  return files.map((draft) => ({
    ...draft,
    oldPath: draft.status === 'added' ? undefined : draft.oldPath,
    newPath: draft.status === 'removed' ? undefined : draft.newPath,
  }));
}

function readHeader(line: string, file: Draft): void {
  // The mode of a link to a commit of another repository.
  if (/^(?:(?:new|deleted) file mode|index \S+|new mode) 160000$/.test(line)) file.submodule = true;
  if (line.startsWith('new file mode ')) file.status = 'added';
  else if (line.startsWith('deleted file mode ')) file.status = 'removed';
  else if (line.startsWith('rename from ')) {
    file.status = 'renamed';
    file.oldPath = unquote(line.slice('rename from '.length));
  } else if (line.startsWith('rename to ')) file.newPath = unquote(line.slice('rename to '.length));
  else if (line.startsWith('copy from ')) file.status = 'added';
  else if (line.startsWith('copy to ')) file.newPath = unquote(line.slice('copy to '.length));
  else if (line.startsWith('--- ')) file.oldPath = sidePath(line.slice(4), 'a/') ?? file.oldPath;
  else if (line.startsWith('+++ ')) file.newPath = sidePath(line.slice(4), 'b/') ?? file.newPath;
  else if (line.startsWith('Binary files ') || line === 'GIT binary patch') file.binary = true;
}

/** Reads one hunk and returns the index of its last line. */
function readHunk(lines: readonly string[], header: number, file: Draft): number {
  const match = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(lines[header] ?? '');
  if (match === null) return header;
  let [oldLine, newLine] = [Number(match[1]), Number(match[3])];
  let [oldLeft, newLeft] = [Number(match[2] ?? 1), Number(match[4] ?? 1)];
  let i = header;
  while ((oldLeft > 0 || newLeft > 0) && i + 1 < lines.length) {
    i += 1;
    const line = lines[i] ?? '';
    if (line.startsWith('\\')) continue;
    const text = line.slice(1).replace(/\r$/, '');
    if (line.startsWith('-')) {
      file.removed.push({ line: oldLine, text });
      oldLine += 1;
      oldLeft -= 1;
    } else if (line.startsWith('+')) {
      file.added.push({ line: newLine, text });
      newLine += 1;
      newLeft -= 1;
    } else {
      oldLine += 1;
      newLine += 1;
      oldLeft -= 1;
      newLeft -= 1;
    }
  }
  return i;
}

/** Both paths of `a/x b/x`; for a rename, the header lines that follow say it better. */
function pathsOfHeader(header: string): [string, string] {
  if (header.startsWith('"')) {
    const end = /^"(?:[^"\\]|\\.)*"/.exec(header)?.[0] ?? header;
    return [strip(unquote(end), 'a/'), strip(unquote(header.slice(end.length + 1)), 'b/')];
  }
  const half = (header.length - 1) / 2;
  const same = strip(header.slice(0, half), 'a/');
  if (Number.isInteger(half) && header[half] === ' ' && strip(header.slice(half + 1), 'b/') === same)
    return [same, same];
  const cut = header.lastIndexOf(' b/');
  return [strip(header.slice(0, cut), 'a/'), strip(unquote(header.slice(cut + 1)), 'b/')];
}

function sidePath(text: string, prefix: 'a/' | 'b/'): string | undefined {
  // git ends a name that holds a space with a tab.
  const path = unquote(text.replace(/\t$/, ''));
  return path === '/dev/null' ? undefined : strip(path, prefix);
}

const strip = (path: string, prefix: string) => (path.startsWith(prefix) ? path.slice(prefix.length) : path);

const ESCAPES: Readonly<Record<string, string>> = byName({
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
});

/** Undoes git's quoting of a path: C escapes, and octal bytes of UTF-8. */
function unquote(path: string): string {
  if (!path.startsWith('"') || !path.endsWith('"')) return path;
  const latin = path
    .slice(1, -1)
    .replace(/[^\x20-\x7e]+/g, (wide) => String.fromCharCode(...new TextEncoder().encode(wide)))
    .replace(/\\(?:([0-7]{3})|(.))/g, (_all, octal: string | undefined, letter: string | undefined) =>
      octal === undefined ? (ESCAPES[letter ?? ''] ?? letter ?? '') : String.fromCharCode(Number.parseInt(octal, 8)),
    );
  return new TextDecoder().decode(Uint8Array.from(latin, (character) => character.charCodeAt(0)));
}
