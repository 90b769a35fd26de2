import { RelctlError } from '../../errors.ts';
import { LARGEST_PLAN } from '../../plan/guard.ts';
import type { FileHistory } from '../../ports/protected-branch.ts';
import { readObjects } from './blobs.ts';
import { type Git, gitFailed } from './git.ts';
import { holdsHistory } from './incomplete.ts';
import { attributeFiles, keptOtherwiseEver } from './kept-otherwise.ts';
import { RECORDS_REF } from './records-branch.ts';

/** Where the records of this clone are. */
const OWN = ['HEAD', RECORDS_REF];
const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** So much of what was committed is read in one go for many files. */
const AHEAD_BYTES = 64 * 1024 * 1024;
/**
 * Bytes beyond which a version is no plan that relctl ever read, or has added something to: nobody signed what it holds. It is not read, or whoever
 * may push could end every command with one file of zeros, which is small on its way.
 */
const LARGEST_VERSION = 2 * LARGEST_PLAN;
/** Bytes of all versions of one file. */
const MOST_BYTES = 4 * AHEAD_BYTES;
const RAW = ['--raw', '-z', '-m', '--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv'];

/** Every version of a file on the way to HEAD, the records branch and more commits; see {@link fileHistories}. */
export async function fileHistory(
  git: Git,
  path: string,
  tips: readonly string[],
  most = MOST_BYTES,
): Promise<FileHistory> {
  const histories = await fileHistories(git, [path], tips, most);
  return histories.get(path) ?? { versions: [], isWhole: true, isTooMuch: true };
}

/**
 * Every version of files on the way to HEAD, the records branch and more commits, by a number of processes that does not grow with the files; of
 * so many of them as are less than `most` bytes. git leaves out the sides of a merge that did not decide its content, unless it is asked for the
 * full history: what a side held is what somebody may have wanted gone. What git cannot give, as in a partial clone whose remote does not
 * answer, is no empty history: it is not whole.
 */
export async function fileHistories(
  git: Git,
  paths: readonly string[],
  tips: readonly string[],
  most = AHEAD_BYTES,
): Promise<ReadonlyMap<string, FileHistory>> {
  if (paths.length === 0) return new Map();
  try {
    const [versions, isWhole] = await Promise.all([versionsOn(git, paths, tips, most), holdsHistory(git)]);
    return new Map([...versions].map(([path, own]) => [path, { versions: own, isWhole }]));
  } catch (error) {
    if (!(error instanceof RelctlError) || error.code !== 'tool.failed') throw error;
    return new Map(paths.map((path) => [path, { versions: [], isWhole: false }]));
  }
}

/** Versions of a file that commits gave it which lead to a branch of a remote, and neither to HEAD nor to the records branch nor to more commits. */
export async function versionsElsewhere(
  git: Git,
  path: string,
  tips: readonly string[],
): Promise<Omit<FileHistory, 'isWhole'>> {
  const known: string[] = [];
  for (const tip of new Set([...OWN, ...tips])) if (await isThere(git, tip)) known.push(`^${tip}`);
  const entries = await entriesOf(git, ['--full-history', '--remotes'], known, [path]);
  const places: Places = new Map(entries.map(({ commit, id }) => [id, { commit, mainline: false }]));
  const found = new Map([[path, places]]);
  const own = (await readFitting(git, found, MOST_BYTES)).get(path);
  return own === undefined ? { versions: [], isTooMuch: true } : { versions: own };
}

/**
 * Attributes under which git kept another text of a file than stood in a work tree, in any commit that leads to HEAD, the records branch, more
 * commits or a branch of a remote.
 */
export async function attributesEver(git: Git, path: string, tips: readonly string[]): Promise<readonly string[]> {
  const known: string[] = [];
  for (const tip of new Set([...OWN, ...tips])) if (await isThere(git, tip)) known.push(tip);
  return keptOtherwiseEver(
    git,
    path,
    await entriesOf(git, ['--full-history', '--remotes'], known, attributeFiles(path)),
  );
}

type Versions = FileHistory['versions'];
/** Where a content stands; by its id. */
type Places = Map<string, { readonly commit: string; readonly mainline: boolean }>;

async function versionsOn(
  git: Git,
  paths: readonly string[],
  tips: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, Versions>> {
  const from: string[] = [];
  for (const tip of new Set([...OWN, ...tips])) if (await isThere(git, tip)) from.push(tip);
  const own = from.filter((tip) => OWN.includes(tip));
  const [mainline, sides] = await Promise.all([
    entriesOf(git, ['--first-parent'], own, paths),
    entriesOf(git, ['--full-history'], from, paths),
  ]);
  const found = new Map<string, Places>(paths.map((path) => [path, new Map()]));
  const add = ({ path, id, commit }: Entry, isMainline: boolean) => {
    const places = found.get(path);
    if (places !== undefined && !places.has(id)) places.set(id, { commit, mainline: isMainline });
  };
  // The branch itself goes first: a content that it had is one that it had, whoever else had it.
  for (const entry of mainline) add(entry, true);
  for (const entry of sides) add(entry, false);
  return readFitting(git, found, most);
}

/** Of these files, in their order, those whose versions are together less than so many bytes, with their versions. */
async function readFitting(
  git: Git,
  found: ReadonlyMap<string, Places>,
  most: number,
): Promise<ReadonlyMap<string, Versions>> {
  const sizes = await sizesOf(git, [...new Set([...found.values()].flatMap((places) => [...places.keys()]))]);
  const isRead = (id: string) => (sizes.get(id) ?? 0) <= LARGEST_VERSION;
  let left = most;
  const chosen = [...found].filter(([, places]) => {
    left -= [...places.keys()].filter(isRead).reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
    return left > 0;
  });
  const ids = [...new Set(chosen.flatMap(([, places]) => [...places.keys()]))].filter(isRead);
  const read = await readInParts(git, ids, sizes);
  return new Map(
    chosen.map(([path, places]) => [
      path,
      [...places].flatMap(([id, place]) => {
        const bytes = read.get(id);
        return bytes === undefined ? [] : [{ ...place, bytes }];
      }),
    ]),
  );
}

/** Sizes in bytes, through one process. */
async function sizesOf(git: Git, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const input = ids.map((id) => `${id}\n`).join('');
  const sizes = (await git.read(['cat-file', '--batch-check=%(objectsize)'], { input })).split('\n').map(Number);
  return new Map(ids.map((id, index) => [id, sizes[index] ?? 0]));
}

/** Objects, by as many processes as keep what one of them says small. */
async function readInParts(
  git: Git,
  ids: readonly string[],
  sizes: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const parts: string[][] = [[]];
  let held = 0;
  for (const id of ids) {
    held += sizes.get(id) ?? 0;
    if (held > AHEAD_BYTES) {
      parts.push([]);
      held = sizes.get(id) ?? 0;
    }
    parts.at(-1)?.push(id);
  }
  const read = new Map<string, Uint8Array>();
  for (const part of parts) for (const [id, bytes] of await readObjects(git, part)) read.set(id, bytes);
  return read;
}

/** Paths below a folder that were ever added on the way to HEAD, the records branch and more commits. */
export async function everCommitted(git: Git, folder: string, tips: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const tip of [...OWN, ...tips]) {
    const added = ['log', '--format=', '--name-only', '-z', '--diff-filter=A', '--no-renames', '-m', '--full-history'];
    const log = await logOf(git, tip, ['-c', 'log.showRoot=true', ...added, tip, '--', folder]);
    for (const path of log.split('\0')) if (path.trim() !== '') found.add(path.trim());
  }
  return [...found].sort();
}

/**
 * The same of what commits made or changed there that are not older. Each commit says its own date, so all of them are listed: git's `--since`
 * stops at the first that is older, and whoever may push can date one as they like.
 */
export async function committedSince(
  git: Git,
  folder: string,
  tips: readonly string[],
  since: number,
): Promise<readonly string[]> {
  const from: string[] = [];
  for (const tip of new Set([...OWN, ...tips])) if (await isThere(git, tip)) from.push(tip);
  if (from.length === 0) return [];
  const commits = (await git.read(['rev-list', '--timestamp', ...from])).split('\n').flatMap((line) => {
    const [seconds, commit = ''] = line.split(' ');
    return COMMIT.test(commit) && Number(seconds) * 1000 >= since ? [commit] : [];
  });
  if (commits.length === 0) return [];
  const input = commits.map((commit) => `${commit}\n`).join('');
  const diff = ['diff-tree', '--stdin', '--root', '-r', '-m', '--name-only', '--no-commit-id', '--no-renames', '-z'];
  const output = await git.read([...diff, '--', folder], { input });
  return [...new Set(output.split('\0').filter((path) => path !== ''))].sort();
}

/** A content that a commit gave a file. */
interface Entry {
  readonly commit: string;
  readonly path: string;
  readonly id: string;
}

/** What the commits that lead to these tips made of files, newest first: of a merge what differs from any of its parents. */
async function entriesOf(
  git: Git,
  which: readonly string[],
  tips: readonly string[],
  paths: readonly string[],
): Promise<readonly Entry[]> {
  if (tips.length === 0) return [];
  const log = ['-c', 'log.showRoot=true', 'log', '--format=%H', ...RAW, ...which, ...tips, '--', ...paths];
  const fields = (await git.read(log)).split('\0').map((field) => field.replace(/^\n+/, ''));
  const found: Entry[] = [];
  let commit = '';
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at] ?? '';
    const [, id] = /^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(field) ?? [];
    if (COMMIT.test(field)) commit = field;
    if (id === undefined) continue;
    at += 1;
    if (!/^0+$/.test(id)) found.push({ commit, path: fields[at] ?? '', id });
  }
  return found;
}

/** False for a tip that there is not yet. */
async function isThere(git: Git, tip: string): Promise<boolean> {
  const { exitCode } = await git.run(['rev-parse', '--verify', '--quiet', tip]);
  return exitCode !== 1;
}

/** What git says of the commits of a tip; nothing where there is no such tip yet. Errors: `tool.failed`. */
async function logOf(git: Git, tip: string, args: readonly string[]): Promise<string> {
  const result = await git.run(args);
  if (result.exitCode === 0) return result.stdout;
  if (!(await isThere(git, tip))) return '';
  throw gitFailed(args, result);
}
