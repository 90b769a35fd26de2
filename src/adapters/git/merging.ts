import { RelctlError } from '../../errors.ts';
import type { CandidateRequest, CandidateResult, Merges } from '../../ports/repository.ts';
import { type Git, gitFailed } from './git.ts';
import { branchRef, resolveCommit } from './refs.ts';

/** The tree of a merge, or the files that clash. */
type MergedTree = { readonly tree: string } | { readonly clashes: readonly string[] };

/** Merges two commits without a work tree (`git merge-tree --write-tree`, git 2.38 or later). */
export async function mergeTree(git: Git, ours: string, theirs: string): Promise<MergedTree> {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ours, theirs];
  const result = await git.run(args);
  if (result.exitCode !== 0 && result.exitCode !== 1) {
    if (/unrelated histories/.test(result.stderr)) return { clashes: ['(no common history)'] };
    throw gitFailed(args, result);
  }
  const [tree = '', ...files] = result.stdout.split('\0').filter((field) => field !== '');
  return result.exitCode === 0 ? { tree } : { clashes: [...new Set(files)] };
}

/** Tries each head against the base and against each other head. All are full commit ids. */
export async function tryMerges(git: Git, base: string, heads: readonly string[]): Promise<Merges> {
  const clashesOf = async (ours: string, theirs: string) => {
    const merged = await mergeTree(git, ours, theirs);
    return 'clashes' in merged ? merged.clashes : [];
  };
  const withBase: { head: string; clashes: readonly string[] }[] = [];
  const pairs: { heads: readonly [string, string]; clashes: readonly string[] }[] = [];
  for (const [i, head] of heads.entries()) {
    withBase.push({ head, clashes: await clashesOf(base, head) });
    for (const other of heads.slice(i + 1)) {
      const clashes = await clashesOf(head, other);
      if (clashes.length > 0) pairs.push({ heads: [head, other], clashes });
    }
  }
  return { withBase, pairs };
}

/**
 * Builds the candidate commit: its parents are the base and exactly the heads, in the order given. Its dates are those of
 * its newest parent, so that the same person gets the same commit from the same input, however often it is built.
 */
export async function buildCandidate(git: Git, request: CandidateRequest): Promise<CandidateResult> {
  const base = await resolveCommit(git, request.base);
  const target = request.branch === undefined ? undefined : await movableBranch(git, request.branch);
  const parents = [base];
  for (const ref of request.heads) {
    const head = await resolveCommit(git, ref);
    if (!parents.includes(head)) parents.push(head);
  }
  const env = await datesOf(git, parents);
  const commit = async (tree: string, of: readonly string[], message: string) => {
    const args = ['commit-tree', tree, ...of.flatMap((parent) => ['-p', parent]), '-F', '-'];
    return (await git.read(args, { input: message, env })).trim();
  };

  let tree = (await git.read(['rev-parse', '--verify', `${base}^{tree}`])).trim();
  let merged = base;
  for (const head of parents.slice(1)) {
    const result = await mergeTree(git, merged, head);
    if ('clashes' in result) return { ok: false, head, clashes: result.clashes };
    tree = result.tree;
    // Only a step on the way: it gives the next merge its ancestry, and no ref ever points to it.
    merged = await commit(tree, [merged, head], 'intermediate merge of a release candidate\n');
  }
  const built = await commit(tree, parents, `${request.message.trim()}\n`);
  if (target !== undefined && target.stands !== built) await move(git, target, built);
  return { ok: true, commit: built };
}

async function datesOf(git: Git, commits: readonly string[]): Promise<Record<string, string>> {
  const output = await git.read(['log', '--no-walk=unsorted', '--format=%ct', ...commits, '--']);
  const newest = Math.max(...output.trim().split('\n').map(Number));
  return { GIT_AUTHOR_DATE: `${newest} +0000`, GIT_COMMITTER_DATE: `${newest} +0000` };
}

interface Target {
  readonly ref: string;
  /** Where it stood when the work began; all zeros when it did not exist. */
  readonly stands: string;
}

/** Errors: `usage.bad-flag` when the branch is checked out, because its work tree would then show the reverse of the candidate. */
async function movableBranch(git: Git, branch: string): Promise<Target> {
  const ref = await branchRef(git, branch);
  const trees = await git.read(['worktree', 'list', '--porcelain']);
  if (trees.split('\n').includes(`branch ${ref}`)) {
    throw new RelctlError(
      'usage.bad-flag',
      `the branch ${branch} is checked out and cannot be moved to the candidate`,
      {
        why: 'Its work tree would then seem to undo everything that the candidate brings.',
        hints: ['git switch --detach', 'or name another branch for the candidate'],
      },
    );
  }
  const found = await git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', ref]);
  return { ref, stands: found.exitCode === 0 ? found.stdout.trim() : '0'.repeat(40) };
}

async function move(git: Git, target: Target, commit: string): Promise<void> {
  const args = ['update-ref', '-m', 'relctl: release candidate', target.ref, commit, target.stands];
  const result = await git.run(args);
  if (result.exitCode !== 0) throw gitFailed(args, result);
}
