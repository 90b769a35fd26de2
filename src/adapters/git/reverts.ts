import type { RevertedWork } from '../../ports/repository.ts';
import type { Git } from './git.ts';

/**
 * Commits of a branch that the base holds and took back: merging the branch again does not bring what they changed
 * (git's "How to revert a faulty merge"). A revert that was itself reverted, on either side, does not count.
 * @param base full commit id
 * @param head full commit id of the branch
 */
export async function revertedWork(git: Git, base: string, head: string): Promise<readonly RevertedWork[]> {
  const from = (await git.run(['merge-base', base, head])).stdout.trim();
  if (from === '') return [];
  const [ofBase, ofBranch] = [await revertsIn(git, `${from}..${base}`), await revertsIn(git, `${from}..${head}`)];
  const takenBack = new Set([...ofBase, ...ofBranch].map((one) => one.reverted));
  const found: RevertedWork[] = [];
  for (const one of ofBase) {
    if (takenBack.has(one.commit)) continue;
    // What a merge brought hangs at its second parent.
    const parents = (await git.run(['rev-list', '--parents', '-n', '1', one.reverted, '--'])).stdout.trim().split(' ');
    const brought = parents[2] ?? parents[0];
    if (brought === undefined || brought === '') continue;
    const isOwn = await git.run(['merge-base', '--is-ancestor', brought, head]);
    if (isOwn.exitCode === 0) found.push({ ...one, isMerge: parents.length > 2 });
  }
  return found;
}

/** Commits that say in git's own words what they revert. */
async function revertsIn(git: Git, range: string): Promise<{ commit: string; reverted: string }[]> {
  const output = await git.read([
    'log',
    '-z',
    '--grep=^This reverts commit ',
    '--format=tformat:%H%x00%B',
    range,
    '--',
  ]);
  const fields = output.split('\0');
  const found: { commit: string; reverted: string }[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const reverted = /^This reverts commit ([0-9a-f]{40,64})/m.exec(fields[i + 1] ?? '')?.[1];
    if (reverted !== undefined) found.push({ commit: fields[i] ?? '', reverted });
  }
  return found;
}
