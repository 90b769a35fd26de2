import type { GitOpsSettings } from './gitops.ts';

/** The settings of a configuration whose production is brought to a release by commits; `undefined` where relctl writes to it itself. */
export function gitopsOf(config: {
  readonly environments: {
    readonly production: { readonly rollout?: string | undefined; readonly gitops?: GitOpsSettings | undefined };
  };
}): GitOpsSettings | undefined {
  const { rollout, gitops } = config.environments.production;
  return rollout === 'gitops' ? gitops : undefined;
}

/** A configuration as if relctl wrote to production itself: where there is no reconciler, as in a simulated company. */
export function withoutGitops<
  C extends { readonly environments: { readonly production: { readonly rollout?: string | undefined } } },
>(config: C): C {
  const { rollout: _rollout, ...production } = config.environments.production;
  return { ...config, environments: { ...config.environments, production } };
}
