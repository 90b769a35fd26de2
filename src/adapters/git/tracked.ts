import { type Git, gitIn } from './git.ts';

/** Paths at or below a path that git has in its index; nothing is read from the work tree. */
export async function trackedBelow(root: string, path: string): Promise<readonly string[]> {
  const output = await gitIn(root).read(['ls-files', '-z', '--cached', '--', path]);
  return output.split('\0').filter((one) => one !== '');
}

/** Paths at or below paths that git has in its index or would put there: those that it does not ignore. */
export async function keptBelow(git: Git, paths: readonly string[]): Promise<readonly string[]> {
  // Without a path git would list every file there is.
  if (paths.length === 0) return [];
  const output = await git.read(['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...paths]);
  return [...new Set(output.split('\0').filter((one) => one !== ''))];
}

/** Files of the index or of a commit that are otherwise in the work tree than at that commit; `undefined` where the commit is not here. */
export async function changedSince(git: Git, commit: string): Promise<readonly string[] | undefined> {
  const known = await git.run(['cat-file', '-e', `${commit}^{commit}`]);
  if (known.exitCode !== 0) return undefined;
  // Neither attributes nor settings decide here what is shown as different.
  const plain = ['--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=none'];
  const diff = ['diff', '--name-only', '-z', ...plain];
  // A line end that the attributes of a file let git overlook in the work tree is seen in what was committed of it.
  const [here, kept] = await Promise.all([
    git.read([...diff, commit, '--']),
    git.read([...diff, '--cached', commit, '--']),
  ]);
  return [...new Set(`${here}\0${kept}`.split('\0').filter((one) => one !== ''))];
}
