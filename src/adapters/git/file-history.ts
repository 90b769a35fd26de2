import { RelctlError } from '../../errors.ts';
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
const RAW = ['--raw', '-z', '-m', '--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv'];

/** Every version of a file on the way to HEAD, the records branch and more commits; see {@link fileHistories}. */
export async function fileHistory(git: Git, path: string, tips: readonly string[]): Promise<FileHistory> {
  const histories = await fileHistories(git, [path], tips, Number.POSITIVE_INFINITY);
  return histories.get(path) ?? { versions: [], isWhole: false };
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
): Promise<readonly { readonly commit: string; readonly bytes: Uint8Array }[]> {
  const known: string[] = [];
  for (const tip of new Set([...OWN, ...tips])) if (await isThere(git, tip)) known.push(`^${tip}`);
  const entries = await entriesOf(git, ['--full-history', '--remotes'], known, [path]);
  const read = await readObjects(git, [...new Set(entries.map(({ id }) => id))]);
  return entries.flatMap(({ commit, id }) => {
    const bytes = read.get(id);
    return bytes === undefined ? [] : [{ commit, bytes }];
  });
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
  const chosen = await fitting(git, found, most);
  const read = await readObjects(git, [...new Set([...chosen.values()].flatMap((places) => [...places.keys()]))]);
  return new Map(
    [...chosen].map(([path, places]) => [
      path,
      [...places].flatMap(([id, place]) => {
        const bytes = read.get(id);
        return bytes === undefined ? [] : [{ ...place, bytes }];
      }),
    ]),
  );
}

/** Of these files, in their order, those whose versions are together less than so many bytes. */
async function fitting(
  git: Git,
  found: ReadonlyMap<string, Places>,
  most: number,
): Promise<ReadonlyMap<string, Places>> {
  const ids = [...new Set([...found.values()].flatMap((places) => [...places.keys()]))];
  if (most === Number.POSITIVE_INFINITY || ids.length === 0) return found;
  const input = ids.map((id) => `${id}\n`).join('');
  const sizes = (await git.read(['cat-file', '--batch-check=%(objectsize)'], { input })).split('\n').map(Number);
  const sizeOf = new Map(ids.map((id, index) => [id, sizes[index] ?? 0]));
  let left = most;
  return new Map(
    [...found].filter(([, places]) => {
      left -= [...places.keys()].reduce((sum, id) => sum + (sizeOf.get(id) ?? 0), 0);
      return left > 0;
    }),
  );
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
