import { RelctlError } from '../../errors.ts';
import type { FileHistory } from '../../ports/protected-branch.ts';
import { readObjects } from './blobs.ts';
import { type Git, gitFailed } from './git.ts';
import { holdsHistory } from './incomplete.ts';
import { RECORDS_REF } from './records-branch.ts';

/** Where the records of this clone are. */
const OWN = ['HEAD', RECORDS_REF];
const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Every version of a file on the way to HEAD, the records branch and more commits. git leaves out the sides of a merge that did not decide
 * its content, unless it is asked for the full history: what a side held is what somebody may have wanted gone. What git cannot give, as in a
 * partial clone whose remote does not answer, is no empty history: it is not whole.
 */
export async function fileHistory(git: Git, path: string, tips: readonly string[]): Promise<FileHistory> {
  try {
    return { versions: await versionsOn(git, path, [...OWN, ...tips]), isWhole: await holdsHistory(git) };
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'tool.failed') return { versions: [], isWhole: false };
    throw error;
  }
}

async function versionsOn(git: Git, path: string, from: readonly string[]): Promise<FileHistory['versions']> {
  const [sides, mainlines] = await Promise.all([
    Promise.all(from.map((tip) => commitsOf(git, ['--full-history'], tip, path))),
    Promise.all(OWN.map((tip) => commitsOf(git, ['--first-parent'], tip, path))),
  ]);
  const mainline = new Set(mainlines.flat());
  // The branch itself goes first: a content that it had is one that it had, whoever else had it.
  const commits = [...new Set([...mainline, ...sides.flat()])];
  const contents = await contentsOf(git, commits, path);
  const read = await readObjects(
    git,
    [...contents.values()].map((commit) => `${commit}:${path}`),
  );
  return [...contents.values()].flatMap((commit) => {
    const bytes = read.get(`${commit}:${path}`);
    return bytes === undefined ? [] : [{ commit, bytes, mainline: mainline.has(commit) }];
  });
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

async function commitsOf(git: Git, which: readonly string[], tip: string, path: string): Promise<readonly string[]> {
  const log = await logOf(git, tip, ['log', '--format=%H', ...which, tip, '--', path]);
  return log.split('\n').filter((commit) => COMMIT.test(commit));
}

/** What git says of the commits of a tip; nothing where there is no such tip yet. Errors: `tool.failed`. */
async function logOf(git: Git, tip: string, args: readonly string[]): Promise<string> {
  const result = await git.run(args);
  if (result.exitCode === 0) return result.stdout;
  const { exitCode } = await git.run(['rev-parse', '--verify', '--quiet', tip]);
  if (exitCode === 1) return '';
  throw gitFailed(args, result);
}

/** For each content of the file the first of the commits that has it: many commits may go back and forth between few. */
async function contentsOf(git: Git, commits: readonly string[], path: string): Promise<ReadonlyMap<string, string>> {
  if (commits.length === 0) return new Map();
  const input = commits.map((commit) => `${commit}:${path}\n`).join('');
  const lines = (await git.read(['cat-file', '--batch-check=%(objectname)'], { input })).split('\n');
  const found = new Map<string, string>();
  for (const [index, commit] of commits.entries()) {
    const content = lines[index] ?? '';
    if (COMMIT.test(content) && !found.has(content)) found.set(content, commit);
  }
  return found;
}
