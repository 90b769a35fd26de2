import { RelctlError } from '../../errors.ts';
import type { Upstream } from '../../ports/sharing.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';

type Sharing = Pick<Context, 'repository' | 'store'>;

/**
 * Pushes the candidate of a release, so that another clone can look at what its plan names, vote on it and stage it. It goes to the branch
 * `release/<id>`; where an earlier candidate stands there, to a branch of its own, for nothing is ever forced.
 * @returns the branch that has it at the remote, where it was pushed now
 * @throws RelctlError `sharing.refused`
 */
export async function shareCandidate({ repository, store }: Sharing, id: string, upstream: Upstream) {
  const { sharing } = repository;
  const { commit } = (await store.load(id)).spec.candidate;
  const known = await repository.resolve(commit).catch(() => undefined);
  // Somebody else's candidate, which this clone never fetched, is theirs to push.
  if (known === undefined || (await sharing.isAtRemote(upstream, known))) return undefined;
  let detail = '';
  const own = `${id}-${known.slice(0, 12)}`;
  // Where a branch is called `release`, none can be called `release/…`.
  for (const branch of [`release/${id}`, `release/${own}`, `relctl/${own}`]) {
    const answer = await sharing.push({ ...upstream, branch: `refs/heads/${branch}` }, known);
    if (answer.result === 'pushed') return branch;
    detail = answer.result === 'refused' ? answer.detail : 'another candidate stands there';
  }
  throw new RelctlError('sharing.refused', `${upstream.remote} does not take the candidate of ${id}: ${detail}`, {
    why: 'Without its commit nobody else can look at what the plan names. The records are committed here and not shared yet.',
    hints: [command`git push ${upstream.remote} ${`${known}:refs/heads/<branch>`}`, 'then run the command again'],
    data: { release: id, commit: known, detail },
  });
}
