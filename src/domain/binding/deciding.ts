import type { Config } from '../../plan/config.ts';
import type { KubernetesRunner } from '../../plan/runner.ts';

/**
 * Keys of relctl.yaml that decide nothing about a release whose plan is written, with why. What is not named here is bound, so a key that is
 * new is bound from the beginning.
 */
export const DECIDES_NOTHING = {
  apiVersion: 'there is only one',
  kind: 'there is only one',
  process: 'for plans that are drafted; a plan names its own',
  team: 'for plans that are drafted; a plan names its owners',
  protectedBranch: 'counts only where it stands on that branch',
  timeZone: 'for plans that are drafted; a window names its zone',
  shared: 'for the impact of plans that are drafted',
} as const satisfies Partial<Record<keyof Config, string>>;

/** The same of the Job that carries a release on: how long and how often it may try, and when others look. */
export const RUN_DECIDES_NOTHING = {
  deadline: 'a run that takes longer is ended, and taken up again',
  restarts: 'a pod that is started again does what is left',
  resources: 'what the pod may use of its node',
  schedule: 'when hypercare, success and remind are given, and when runs that are dead are looked for',
} as const satisfies Partial<Record<keyof KubernetesRunner, string>>;

/** What of relctl.yaml decides about a release of these services: all but what is named above, and the services that it does not ship. */
export function decidingConfig(config: Config, services: readonly string[]): Readonly<Record<string, unknown>> {
  const deciding = Object.entries(config).filter(
    // An empty list is what a key that is left out means: nothing is bound by it, and it is seen when it is filled.
    ([key, value]) => !Object.hasOwn(DECIDES_NOTHING, key) && !(Array.isArray(value) && value.length === 0),
  );
  const shipped = Object.entries(config.services).filter(([name]) => services.includes(name));
  const { runner } = config;
  const run = Object.entries(runner?.kubernetes ?? {}).filter(([key]) => !Object.hasOwn(RUN_DECIDES_NOTHING, key));
  return {
    ...Object.fromEntries(deciding),
    ...(runner?.kubernetes === undefined ? {} : { runner: { ...runner, kubernetes: Object.fromEntries(run) } }),
    services: Object.fromEntries(shipped),
  };
}
