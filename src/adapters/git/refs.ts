import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { type Git, gitFailed } from './git.ts';
import { isShallow } from './incomplete.ts';

/**
 * What relctl takes as the name of a commit: a branch, a tag, a commit id, or one of these with `~n` or `^n`.
 *
 * git accepts far more as a ref name (`--upload-pack=x`, `$(touch x)`) and far more as a revision (`:/text` searches,
 * `@{yesterday}` depends on the machine); none of it names a commit that people have agreed on.
 */
const NAME = /^(?![-/])(?!.*(?:\.\.|@\{|\/\/))[^\s\p{Cc}:?*[\]\\"'`$;&|<>(){}!]{1,250}$/u;

/**
 * What git takes for one thing only, whatever tags and branches are called: a full id is that object, and `HEAD` is where the work tree stands.
 * Whoever may push could else name a tag like the candidate, and shut every command that reads it, the way back too.
 */
const isUnmistakable = (ref: string): boolean => /^(?:HEAD|[0-9a-f]{40}|[0-9a-f]{64})(?:[~^]\d*)*$/.test(ref);

/** Full id of the commit that `ref` names. Errors: `repo.no-such-commit`, also when a branch and a tag share the name. */
export async function resolveCommit(git: Git, ref: string): Promise<string> {
  if (!NAME.test(ref)) {
    throw new RelctlError(
      'repo.no-such-commit',
      `${JSON.stringify(ref)} is not a name that relctl takes for a commit`,
      {
        why: 'A name must mean the same commit on every machine, and must never be read as an option.',
        hints: ['git branch --all', 'name a branch, a tag or a commit id'],
      },
    );
  }
  const args = ['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`];
  const result = await git.run(args);
  if (result.exitCode === 0 && !isUnmistakable(ref) && / is ambiguous/.test(result.stderr)) {
    throw new RelctlError('repo.no-such-commit', `"${ref}" names both a branch and a tag`, {
      why: 'git would silently take the tag, and people would look at the branch.',
      hints: [command`git show-ref ${ref}`, `name it in full: refs/heads/${ref} or refs/tags/${ref}`],
    });
  }
  if (result.exitCode === 0) return result.stdout.trim();
  if (result.exitCode !== 128) throw gitFailed(args, result);
  const shallow = await isShallow(git);
  throw new RelctlError(
    'repo.no-such-commit',
    shallow
      ? `this clone is shallow, and there is no commit "${ref}" in it`
      : `there is no commit "${ref}" in this repository`,
    {
      why: 'Evidence is read from exact commits.',
      hints: shallow
        ? ['git fetch --unshallow --tags', 'in CI: fetch-depth: 0, or GIT_DEPTH: "0"']
        : ['git fetch --all --tags'],
      data: { ref },
    },
  );
}

/** Full name of a local branch that may be written. Errors: `usage.bad-flag`. */
export async function branchRef(git: Git, branch: string): Promise<string> {
  const ref = branch.startsWith('refs/heads/') ? branch : `refs/heads/${branch}`;
  const valid = NAME.test(branch) && !/[~^]/.test(branch) && (await git.run(['check-ref-format', ref])).exitCode === 0;
  if (!valid) {
    throw new RelctlError('usage.bad-flag', `${JSON.stringify(branch)} is not a name for a branch`, {
      why: 'It would be written into the repository and into the plan.',
      hints: ['use letters, digits, dots, dashes and slashes, such as release/2026-12-checkout'],
    });
  }
  return ref;
}
