import { RelctlError } from '../../errors.ts';
import type { GitOpsSettings } from '../../plan/gitops.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import type { ConfigRepository } from '../../ports/config-repository.ts';
import type { Context } from '../release/context.ts';

/** What a rollout through a repository works with. */
export interface GitOpsGround {
  readonly settings: GitOpsSettings;
  readonly repository: ConfigRepository;
}

/** The ground of a rollout by commits. Asked only where relctl.yaml says `rollout: gitops`. Errors: `config.invalid` in the sandbox. */
export function gitopsGround({ config, configRepository }: Pick<Context, 'config' | 'configRepository'>): GitOpsGround {
  const settings = gitopsOf(config);
  if (settings === undefined) throw new Error('a rollout by commits that relctl.yaml does not ask for');
  if (configRepository !== undefined) return { settings, repository: configRepository };
  throw new RelctlError('config.invalid', 'the sandbox has no reconciler: `rollout: gitops` cannot be simulated', {
    place: { file: 'relctl.yaml' },
    why: 'A simulated company has neither Flux nor a config repository, and a rollout that pretends to have them would prove nothing.',
    hints: [
      'environments.production.rollout: direct, to rehearse everything else',
      'or try it in a cluster that Flux or Argo CD looks after',
    ],
  });
}
