import { join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import type { Authors, CandidateRepository, ChangeSize } from '../../ports/repository.ts';
import { command } from '../../text/command-line.ts';
import { type Answers, together } from '../together.ts';
import { filesMentioning, listFiles, readBlobs } from './blobs.ts';
import { commitTimesOf } from './commit-times.ts';
import { type Git, gitFailed, gitIn } from './git.ts';
import { authorsBetween, branchesAhead, commitsWithFiles } from './history.ts';
import { isShallow } from './incomplete.ts';
import { keptOtherwiseNow } from './kept-otherwise.ts';
import { filesSince, modesOf, stoodOnLine, versionsOf } from './left-branch.ts';
import { buildCandidate, tryMerges } from './merging.ts';
import { untilMoved } from './moved-names.ts';
import { resolveCommit } from './refs.ts';
import { branchHead, compareWithRemote } from './remotes.ts';
import { revertedWork } from './reverts.ts';
import { sharingOf } from './sharing.ts';
import { latestVersionTag } from './tags.ts';
import { changedSince, keptBelow } from './tracked.ts';
import { plainWorkTree } from './work-tree.ts';

/**
 * Opens the git repository that `cwd` lies in, through the git program.
 * Errors: `repo.not-git`, `tool.missing`, `tool.timeout`; the methods also `repo.no-such-commit` and `tool.failed`.
 */
export async function openRepository(cwd: string): Promise<CandidateRepository> {
  const plain = await plainWorkTree(cwd, process.env);
  const root = plain ?? (await askedRoot(cwd));
  const git = gitIn(root);
  // A full id that was found stays what it is; only names can come to mean something else.
  const known = new Set<string>();
  const commitOf = untilMoved(plain === undefined ? undefined : join(plain, '.git'), (ref) => resolveCommit(git, ref));
  const resolve = async (ref: string) => {
    if (known.has(ref)) return ref;
    const id = await commitOf(ref);
    known.add(id);
    return id;
  };
  // What stands at a commit, and what lies between two, never changes.
  const authors = remembered<Authors>();
  const files = remembered<readonly string[]>();
  const diffs = remembered<string>();
  const mentions = remembered<readonly string[]>();
  const texts = new Map<string, Answers<string | undefined>>();
  const textsAt = async (commit: string) => {
    const id = await resolve(commit);
    const ask = texts.get(id) ?? textsOf(git, id);
    texts.set(id, ask);
    return ask;
  };
  return {
    root,
    sharing: sharingOf(git),
    resolve,
    fileAt: async (commit, path) => (await textsAt(commit))(path),
    async readFiles(commit, paths) {
      const ask = await textsAt(commit);
      const read = await Promise.all(paths.map(async (path) => [path, await ask(path)] as const));
      return new Map(read.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])));
    },
    async filesAt(commit) {
      const id = await resolve(commit);
      return files([id], () => listFiles(git, id));
    },
    keptBelow: (paths) => keptBelow(git, paths),
    changedSince: (commit) => changedSince(git, commit),
    filesSince: (tip, commit) => filesSince(git, tip, commit),
    modes: (paths) => modesOf(git, paths),
    versions: (paths) => versionsOf(git, paths),
    stoodOnLine: (tip, since, paths) => stoodOnLine(git, tip, since, paths),
    async diff(base, head) {
      const between = [await resolve(base), await resolve(head)] as const;
      return diffs(between, () => diffBetween(git, ...between));
    },
    changeSize: async (base, head, without) => changeSize(git, await resolve(base), await resolve(head), without),
    userEmail: () => userEmail(git),
    branches: async (base, wanted) => branchesAhead(git, await resolve(base), wanted),
    async mentions(commit, words, endings) {
      const id = await resolve(commit);
      return mentions([id, words, endings], () => filesMentioning(git, id, words, endings));
    },
    commits: async (base, head) => commitsWithFiles(git, await resolve(base), await resolve(head)),
    async authors(base, head) {
      const between = [await resolve(base), await resolve(head)] as const;
      return authors(between, () => authorsBetween(git, ...between));
    },
    commitTimes: (commits) => commitTimesOf(git, commits),
    latestTag: () => latestVersionTag(git),
    branchHead: (name) => branchHead(git, name),
    compareWithRemote: (branches) => compareWithRemote(git, branches),
    isShallow: () => isShallow(git),
    reverted: async (base, head) => revertedWork(git, await resolve(base), await resolve(head)),
    merges: async (base, heads) => tryMerges(git, await resolve(base), await Promise.all(heads.map(resolve))),
    buildCandidate: (candidate) => buildCandidate(git, candidate),
    commitPaths: (paths, message) => commitPaths(git, paths, message),
    keptOtherwise: (path) => keptOtherwiseNow(git, path),
  };
}

/** What stands at commits never changes: it is asked for once. What failed is asked again. */
function remembered<T>(): (question: readonly unknown[], ask: () => Promise<T>) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (question, ask) => {
    const key = JSON.stringify(question);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const asked = ask();
    answers.set(key, asked);
    asked.catch(() => answers.delete(key));
    return asked;
  };
}

/** Texts of files at a commit; `undefined` for what is not there. */
function textsOf(git: Git, id: string): Answers<string | undefined> {
  const known = new Map<string, string | undefined>();
  return together<string | undefined>(async (paths) => {
    const unknown = paths.filter((path) => !known.has(path));
    const read = await readBlobs(git, id, unknown);
    for (const path of unknown) known.set(path, read.get(path));
    return async (path) => known.get(path);
  });
}

async function askedRoot(cwd: string): Promise<string> {
  const result = await gitIn(cwd).run(['rev-parse', '--show-toplevel']);
  const root = result.stdout.replace(/\n$/, '');
  if (result.exitCode === 0 && root !== '') return root;
  const foreign = /dubious ownership/.test(result.stderr);
  throw new RelctlError(
    'repo.not-git',
    foreign
      ? `git does not trust the repository at ${cwd}: it belongs to another user`
      : `${cwd} is not in a git work tree`,
    {
      why: 'Plans, evidence and approvals are bound to exact commits, so relctl works only inside a git repository.',
      hints: [
        foreign
          ? command`git config --global --add safe.directory ${cwd}`
          : 'git init && git add --all && git commit --allow-empty -m "First commit"',
      ],
    },
  );
}

/**
 * Plumbing, so that a user's diff settings do not count. Attributes still do: a text that is marked `-diff` shows as
 * "Binary files differ", and the reader of the evidence then looks at the file itself.
 */
function diffBetween(git: Git, base: string, head: string): Promise<string> {
  return git.read([
    'diff-tree',
    '-r',
    '-p',
    '-U0',
    '-M',
    '--no-ext-diff',
    '--no-textconv',
    '--src-prefix=a/',
    '--dst-prefix=b/',
    base,
    head,
  ]);
}

/** `3 files changed, 10 insertions(+), 2 deletions(-)`; nothing at all where nothing changed. */
async function changeSize(git: Git, base: string, head: string, without: readonly string[]): Promise<ChangeSize> {
  const flags = ['--shortstat', '-r', '-M', '--no-ext-diff', '--no-textconv'];
  const paths = [':(top)', ...without.map((path) => `:(top,exclude,literal)${path}`)];
  const text = await git.read(['diff-tree', ...flags, base, head, '--', ...paths], { patterns: true });
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
  return {
    files: number(/(\d+) files? changed/),
    insertions: number(/(\d+) insertion/),
    deletions: number(/(\d+) deletion/),
  };
}

async function userEmail(git: Git): Promise<string | undefined> {
  // The identity of the next commit, from environment or configuration, but never guessed from the host's name.
  const ident = await git.run(['-c', 'user.useConfigOnly=true', 'var', 'GIT_AUTHOR_IDENT']);
  const configured = async () => (await git.run(['config', '--get', 'user.email'])).stdout.trim();
  const email = ident.exitCode === 0 ? /<([^<>]*)>/.exec(ident.stdout)?.[1] : await configured();
  return email === undefined || email === '' ? undefined : email;
}

/** Those of some paths that git ignores, because a `.gitignore` says so and nobody has added them yet. */
async function ignoredOf(git: Git, paths: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await git.run(['check-ignore', '-z', '--stdin'], { input: paths.join('\0'), patterns: true });
  return stdout.split('\0').filter((path) => path !== '');
}

/** Commits exactly these paths as they are in the work tree; what else is staged stays staged. Returns the commit id. */
async function commitPaths(git: Git, paths: readonly string[], message: string): Promise<string> {
  // Templates of .gitignore name `releases/` as what a build writes; what is committed by name is meant.
  const ignored = paths.length === 0 ? [] : await ignoredOf(git, paths);
  const others = paths.filter((path) => !ignored.includes(path));
  if (others.length > 0) await git.read(['add', '--', ...others]);
  if (ignored.length > 0) await git.read(['add', '--force', '--', ...ignored]);
  const changed = paths.length === 0 ? '' : await git.read(['status', '--porcelain', '--', ...paths]);
  if (changed.trim() !== '') {
    const args = ['commit', '--quiet', '--only', '-F', '-', '--', ...paths];
    const result = await git.run(args, { input: message });
    if (result.exitCode !== 0) throw gitFailed(args, result);
  }
  return (await git.read(['rev-parse', '--verify', 'HEAD'])).trim();
}
