import type { HookChoice } from '../../plan/source-settings.ts';
import type { KubeObject } from '../../ports/cluster.ts';

/** Annotation by which Helm runs an object by itself, at some moments of a release. */
export const HOOK_ANNOTATION = 'helm.sh/hook';

/** Whether Helm runs an object by itself. */
export function isHelmHook({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[HOOK_ANNOTATION] !== undefined;
}

/** Whether an object does its work once and ends: what it runs cannot be changed afterwards. */
export function runsOnce({ kind }: Pick<KubeObject, 'kind'>): boolean {
  return kind === 'Job' || kind === 'Pod';
}

/** Moments that come only when somebody gives `helm test`. Source: Helm documentation, "Chart Tests"; the last two are those of Helm 2. */
const TESTS: readonly string[] = ['test', 'test-success', 'test-failure'];

/**
 * Whether Helm runs an object only when somebody gives `helm test`, which no release does.
 * @param when the value of the annotation; undefined for an object without it
 */
export function isTestOnly(when: string | undefined): boolean {
  return when !== undefined && momentsOf(when).every((one) => TESTS.includes(one));
}

/**
 * What most likely stands in for an object that Helm would run by itself: its tests are smoke tests, a Job before or after an upgrade
 * is a migration where its name says so or it runs before, and everything else (accounts and ConfigMaps that hooks need, what runs
 * when something is deleted) is nothing that a release needs. A proposal: a person decides.
 * Source: Helm documentation, "Chart Hooks", the available hooks.
 * @param when the value of the annotation, such as `pre-install,pre-upgrade`
 */
export function proposedChoice({
  kind,
  name,
  when,
}: {
  readonly kind: string;
  readonly name: string;
  readonly when: string;
}): HookChoice {
  const moments = momentsOf(when);
  const runs = runsOnce({ kind });
  if (runs && moments.some((one) => TESTS.includes(one))) return 'smoke-test';
  const isUpgrade = moments.some((one) => /^(pre|post)-(install|upgrade)$/.test(one));
  const isBefore = moments.some((one) => one === 'pre-upgrade' || one === 'pre-install');
  if (!runs || !isUpgrade) return 'ignore';
  if (isBefore || /migrat|schema|database|(^|-)db(-|$)|liquibase|flyway|alembic/.test(name)) return 'migration';
  return 'smoke-test';
}

const momentsOf = (when: string): readonly string[] => when.split(',').map((one) => one.trim());
