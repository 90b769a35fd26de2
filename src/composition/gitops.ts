import type { Config } from '../plan/config.ts';
import { gitopsOf } from '../plan/rollout.ts';
import type { ReviewedSettings } from '../ports/reviewed-settings.ts';
import type { Context } from '../usecases/release/context.ts';
import { FORGE_TIMEOUT_MS } from './forges.ts';
import type { Ground } from './ground.ts';
import { onceReviewed } from './reviewed.ts';

/** What `rollout: gitops` needs; nothing where relctl writes to production itself, and nothing in a simulated company. */
export async function gitopsGround(
  { repository, state }: Ground,
  config: Config,
  actor: string,
  reviewed: ReviewedSettings,
): Promise<Pick<Context, 'configRepository' | 'mergeRequests'>> {
  const settings = gitopsOf(config);
  if (settings === undefined || config.platform === 'sandbox') return {};
  const { openConfigRepository } = await import('../adapters/git/config-repository.ts');
  const { root } = repository;
  // What is written there is applied to production, hooks of a repository in the work tree run, and a forge is logged in to.
  const configRepository = onceReviewed(
    openConfigRepository(settings, { root, state, actor }),
    reviewed,
    'environments',
  );
  if (settings.via === 'push') return { configRepository };
  const [{ openMergeRequests }, { exec }] = await Promise.all([
    import('../adapters/forge/merge-requests.ts'),
    import('../adapters/exec.ts'),
  ]);
  const io = { cwd: root, exec, timeout: FORGE_TIMEOUT_MS };
  const forge = openMergeRequests(settings, config.forge, io);
  if (forge === undefined) return { configRepository };
  const mergeRequests = onceReviewed(onceReviewed(forge, reviewed, 'forge'), reviewed, 'environments');
  return { configRepository, mergeRequests };
}
