import { standingRollout } from '../../domain/gitops/message.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import type { Context } from '../release/context.ts';
import { gitopsGround } from './ground.ts';
import { releaseCommits } from './release-commits.ts';

/**
 * True where the config repository holds what a release has committed, of whichever attempt: then production is, or will be, what the release
 * made of it. Asks nobody where relctl writes to production itself.
 */
export async function isCommitted(context: Context, release: string): Promise<boolean> {
  if (gitopsOf(context.config) === undefined) return false;
  const { repository } = gitopsGround(context);
  const own = await releaseCommits(repository, await repository.head(), release);
  return own.some(({ attempt }) => standingRollout(own, attempt) !== undefined);
}
