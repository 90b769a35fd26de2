import { RelctlError } from '../../errors.ts';
import { type Git, gitFailed } from './git.ts';

/** A path that can stand in a `commit:path` line of `git cat-file --batch`. */
function isReadable(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !/[\n\0]/.test(path) && !/(^|\/)\.{1,2}(\/|$)/.test(path);
}

/**
 * Texts of files at a commit, through one `git cat-file --batch`; symbolic links inside the commit are followed. Folders,
 * submodules and missing paths are left out.
 * @param commit full commit id
 */
export async function readBlobs(git: Git, commit: string, paths: readonly string[]): Promise<Map<string, string>> {
  const blobs = await readBlobBytes(git, commit, paths);
  return new Map([...blobs].map(([path, bytes]) => [path, bytes.toString('utf8')]));
}

/** The same, byte for byte. */
export async function readBlobBytes(git: Git, commit: string, paths: readonly string[]): Promise<Map<string, Buffer>> {
  const readable = paths.filter(isReadable);
  const objects = await readObjects(
    git,
    readable.map((path) => `${commit}:${path}`),
  );
  return new Map([...objects].map(([name, bytes]) => [name.slice(commit.length + 1), bytes]));
}

/** Of these names those that are read: files of at most `file` bytes, and together at most `all`. git is asked for their sizes only. */
export async function namesWithin(
  git: Git,
  names: readonly string[],
  most: { readonly file: number; readonly all: number },
): Promise<{ readonly within: readonly string[]; readonly tooLarge: readonly string[] }> {
  const within: string[] = [];
  const tooLarge: string[] = [];
  if (names.length === 0) return { within, tooLarge };
  const output = await git.read(['cat-file', '--batch-check', '--follow-symlinks'], {
    input: names.map((name) => `${name}\n`).join(''),
    encoding: 'latin1',
  });
  let [offset, left] = [0, most.all];
  for (const name of names) {
    const end = output.indexOf('\n', offset);
    if (end === -1) throw truncated(name);
    const header = output.slice(offset, end);
    // Links that lead nowhere or outside carry a text of so many bytes.
    const text = /^(?:symlink|dangling|loop|notdir) (\d+)$/.exec(header)?.[1];
    offset = end + 1 + (text === undefined ? 0 : Number(text) + 1);
    const size = Number(/^[0-9a-f]+ blob (\d+)$/.exec(header)?.[1] ?? Number.NaN);
    if (Number.isNaN(size)) continue;
    if (size > most.file || size > left) tooLarge.push(name);
    else {
      within.push(name);
      left -= size;
    }
  }
  return { within, tooLarge };
}

/** Files by their names for git, `<full commit id>:<path>`, through one process. The paths must be readable ones. */
export async function readObjects(git: Git, names: readonly string[]): Promise<Map<string, Buffer>> {
  const blobs = new Map<string, Buffer>();
  if (names.length === 0) return blobs;
  const output = await git.read(['cat-file', '--batch', '--follow-symlinks'], {
    input: names.map((name) => `${name}\n`).join(''),
    // Objects are cut out by their size in bytes, so each byte must stay one character.
    encoding: 'latin1',
  });
  let offset = 0;
  for (const path of names) {
    const end = output.indexOf('\n', offset);
    if (end === -1) throw truncated(path);
    const header = output.slice(offset, end);
    offset = end + 1;
    const found = /^(?:[0-9a-f]{40}|[0-9a-f]{64}) (blob|tree|commit|tag) (\d+)$/.exec(header);
    // Links that lead nowhere or outside carry a size in bytes and a text too; a missing object has a line only.
    const size = found?.[2] ?? /^(?:symlink|dangling|loop|notdir) (\d+)$/.exec(header)?.[1];
    if (size === undefined) continue;
    if (offset + Number(size) > output.length) throw truncated(path);
    if (found?.[1] === 'blob') {
      blobs.set(path, Buffer.from(output.slice(offset, offset + Number(size)), 'latin1'));
    }
    offset += Number(size) + 1;
  }
  return blobs;
}

function truncated(path: string): RelctlError {
  return new RelctlError('tool.failed', `git cat-file stopped before ${path}`, {
    why: 'Evidence is read whole or not at all.',
    hints: ['git fsck'],
  });
}

/** Paths of all regular files at a commit: no submodules, no symbolic links. */
export async function listFiles(git: Git, commit: string): Promise<string[]> {
  const output = await git.read(['ls-tree', '-r', '-z', '--full-tree', commit]);
  return output
    .split('\0')
    .filter((entry) => entry.startsWith('100'))
    .map((entry) => entry.slice(entry.indexOf('\t') + 1));
}

/**
 * Paths of text files at a commit that hold one of the words, as whole words.
 * @param endings of the names of the files that are looked into, such as `.yaml`; of all files without it
 */
export async function filesMentioning(
  git: Git,
  commit: string,
  words: readonly string[],
  endings: readonly string[] = [],
): Promise<string[]> {
  if (words.length === 0) return [];
  const globs = endings.map((ending) => `:(glob)**/*${ending}`);
  const args = ['grep', '-l', '-z', '-I', '-w', '-E', '--full-name', '-f', '-', commit, '--', ...globs];
  const result = await git.run(args, { input: patternsOf(words), patterns: true });
  // 1 is git's word for "nothing found".
  if (result.exitCode !== 0 && result.exitCode !== 1) throw gitFailed(args, result);
  return result.stdout
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.slice(commit.length + 1));
}

/**
 * Extended regular expressions, one a line. git tries its patterns one by one at every place: three thousand words take forty
 * times as long as one alternation of them. Words with punctuation stay out of it: of several that match, the longest is taken,
 * and only among words without is none a whole word at the beginning of another.
 */
function patternsOf(words: readonly string[]): string {
  const plain = words.filter((word) => /^\w+$/.test(word));
  const others = words.filter((word) => !/^\w+$/.test(word));
  return [
    ...(plain.length === 0 ? [] : [plain.join('|')]),
    ...others.map((word) => word.replace(/[.[\\()*+?{|^$]/g, '\\$&')),
  ].join('\n');
}
