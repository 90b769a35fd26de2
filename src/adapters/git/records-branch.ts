import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import type { PushAnswer } from '../../ports/sharing.ts';
import { namesWithin, readObjects } from './blobs.ts';
import { type Git, gitIn } from './git.ts';
import { sharedAmong } from './remotes.ts';
import { settingsOf } from './settings.ts';
import { pushCommit } from './sharing.ts';

/** The records branch of a remote, through git's plumbing: no work tree, no index and no branch of the user's is touched. */
export interface RecordsBranch {
  /** For people, such as `origin/relctl/records`. */
  readonly name: string;
  /** Where the branch stood when the remote was last asked; `undefined` when nobody has made it yet. */
  tip(): Promise<string | undefined>;
  /** Asks the remote. A branch that is gone there stays what it was here, and is there again with the next record. */
  fetch(): Promise<Fetched>;
  /**
   * Bytes of files at a commit; those that are not there are left out, and so are those that are too large: anybody who may push could else
   * stop every command with one file.
   * @param most bytes of one file
   */
  read(commit: string, paths: readonly string[], most: number): Promise<ReadFiles>;
  /** Paths of the files below a folder at a commit. */
  list(commit: string, folder: string): Promise<readonly string[]>;
  /** Paths of files that differ between two commits; all of the second where there is no first. */
  changed(from: string | undefined, to: string): Promise<readonly string[]>;
  /** A commit with these files put into it, on top of a parent; only objects are made. */
  commit(parent: string | undefined, files: readonly PlacedFile[], message: string, who: string): Promise<string>;
  /** Asks the remote to move its branch to a commit, if that goes on from where the branch stands. */
  push(commit: string): Promise<PushAnswer | { readonly result: 'unreachable'; readonly detail: string }>;
}

/** What was read of the branch. */
export interface ReadFiles {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Paths of what was left out. */
  readonly tooLarge: readonly string[];
}

/** What asking the remote came to. */
export type Fetched =
  | { readonly result: 'fetched' | 'absent' }
  | { readonly result: 'unreachable'; readonly detail: string };

/** A file of the branch, with the file on the disk that it is taken from. */
export interface PlacedFile {
  readonly path: string;
  /** Absolute. */
  readonly from: string;
}

/** Where records go when nothing names a branch. */
export const DEFAULT_BRANCH = 'relctl/records';
/** What is known of the remote's branch; a ref of our own, since clones of one branch fetch no other. */
export const RECORDS_REF = 'refs/relctl/records';
/** Commands begin by asking: a remote that does not answer must not keep anybody from looking. */
const FETCH_MS = 8000;
const PUSH_MS = 20_000;
/** Bytes of files that are read in one go; what one process of git may answer is twice that. */
const MOST_AT_ONCE = 256 * 1024 * 1024;

/**
 * The records branch of a repository, if it has a remote that others share. `RELCTL_RECORDS_BRANCH`, else `relctl.recordsBranch` of git's
 * configuration, names another one than `origin/relctl/records`, or `none`.
 * @param unclear is told the names of the remotes where nothing says which of several it is
 */
export async function findRecordsBranch(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  unclear: (remotes: readonly string[]) => void = () => undefined,
): Promise<RecordsBranch | undefined> {
  const git = gitIn(root);
  const { get, remotes } = await settingsOf(git);
  const named = env.RELCTL_RECORDS_BRANCH?.trim() || get('relctl.recordsBranch');
  if (named === 'none') return undefined;
  const remote = remotes.find((one) => named?.startsWith(`${one}/`)) ?? sharedAmong(remotes);
  if (remote === undefined) {
    if (remotes.length > 0) unclear(remotes);
    return undefined;
  }
  const branch =
    named === undefined ? DEFAULT_BRANCH : named.startsWith(`${remote}/`) ? named.slice(remote.length + 1) : named;
  return branchOf(git, remote, branch);
}

function branchOf(git: Git, remote: string, branch: string): RecordsBranch {
  const there = `refs/heads/${branch}`;
  const tipOf = async (ref: string) => {
    const found = await git.run(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
    return found.exitCode === 0 ? found.stdout.trim() : undefined;
  };
  return {
    name: `${remote}/${branch}`,
    async tip() {
      return (await tipOf(RECORDS_REF)) ?? (await tipOf(`refs/remotes/${remote}/${branch}`));
    },
    async fetch() {
      const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-gc', '--no-recurse-submodules'];
      try {
        const result = await git.run(['fetch', ...flags, remote, `+${there}:${RECORDS_REF}`], { timeout: FETCH_MS });
        if (result.exitCode === 0) return { result: 'fetched' };
        if (/couldn't find remote ref/i.test(result.stderr)) return { result: 'absent' };
        // Another process of this clone was asking at the same moment: it brings the same.
        if (/cannot lock ref|unable to update local ref/i.test(result.stderr)) return { result: 'fetched' };
        return { result: 'unreachable', detail: lastLine(result.stderr) };
      } catch (error) {
        return { result: 'unreachable', detail: unreachable(error) };
      }
    },
    async read(commit, paths, most) {
      const pathOf = (name: string) => name.slice(commit.length + 1);
      const names = paths.map((path) => `${commit}:${path}`);
      const { within, tooLarge } = await namesWithin(git, names, { file: most, all: MOST_AT_ONCE });
      const found = await readObjects(git, within);
      return {
        files: new Map([...found].map(([name, bytes]) => [pathOf(name), bytes])),
        tooLarge: tooLarge.map(pathOf),
      };
    },
    async list(commit, folder) {
      const output = await git.read(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit, '--', `${folder}/`]);
      return output.split('\0').filter((path) => path !== '');
    },
    async changed(from, to) {
      const args =
        from === undefined
          ? ['ls-tree', '-r', '-z', '--name-only', '--full-tree', to]
          : ['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to];
      const result = await git.run(args);
      // What was known of it is gone from this repository: then everything counts as changed.
      if (result.exitCode !== 0 && from !== undefined) return this.changed(undefined, to);
      return result.stdout.split('\0').filter((path) => path !== '');
    },
    commit: (parent, files, message, who) => commitFiles(git, parent, files, message, who),
    async push(commit) {
      try {
        // Hooks of the user's are for code that is pushed; these records hold none, and a deployment cannot wait for them.
        const answer = await pushCommit(git, { remote, branch: there }, commit, {
          flags: ['--no-verify'],
          timeout: PUSH_MS,
        });
        if (answer.result === 'pushed') await git.read(['update-ref', RECORDS_REF, commit]);
        return answer;
      } catch (error) {
        return { result: 'unreachable', detail: unreachable(error) };
      }
    },
  };
}

/** Builds the tree in an index of its own; whoever recorded is the author, whatever git is configured to say. */
async function commitFiles(
  git: Git,
  parent: string | undefined,
  files: readonly PlacedFile[],
  message: string,
  who: string,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relctl-records-'));
  const name = who.replace(/[<>\n]/g, '');
  const env = {
    GIT_INDEX_FILE: join(folder, 'index'),
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: name,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: name,
  };
  try {
    const input = files.map((file) => `${file.from}\n`).join('');
    const ids = (await git.read(['hash-object', '-w', '--no-filters', '--stdin-paths'], { input })).trim().split('\n');
    const entries = files.map(({ path }, index) => `100644 ${ids[index]}\t${path}\0`).join('');
    await git.read(['read-tree', ...(parent === undefined ? ['--empty'] : [parent])], { env });
    await git.read(['update-index', '-z', '--index-info'], { env, input: entries });
    const tree = (await git.read(['write-tree'], { env })).trim();
    const onto = parent === undefined ? [] : ['-p', parent];
    return (await git.read(['commit-tree', tree, ...onto, '-F', '-'], { env, input: message })).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** What kept the remote from answering; anything but a tool that failed is a bug, or a missing git. */
function unreachable(error: unknown): string {
  if (error instanceof RelctlError && (error.code === 'tool.failed' || error.code === 'tool.timeout'))
    return error.message;
  throw error;
}
