import { isByRegion, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import type { Strategy } from '../../domain/deployment/strategies/strategy.ts';
import { canaryPodsLook, type PodsLook } from '../../domain/kubernetes/canary-pods.ts';
import { RELEASE_LABEL, TRACK_LABEL } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import type { Cluster, KubeObject } from '../../ports/cluster.ts';
import type { Run } from '../cluster/run.ts';
import { firstPodsOf } from './own-pods.ts';

/**
 * Watches the pods of the canary beside its requests: a dead or looping canary gives no counters that could condemn it. Findings are told once.
 * @param again milliseconds between two looks
 * @returns asks at a moment why the pods fail; `undefined` while they are well, while the API server does not answer, and where the canary has no
 *   pods of its own (a region)
 */
export function openPods(run: Run, again: number): (at: number) => Promise<string | undefined> {
  const { context, release } = run;
  const { plan } = release.journal;
  const told = new Set<string>();
  const before = new Map<string, PodsLook>();
  const groups = podGroups(run, again);
  return async (at) => {
    if (isByRegion(plan.spec)) return undefined;
    const looks = await Promise.all(
      [...run.locks].flatMap(([target, { cluster }]) =>
        groups.map(async ([name, podsIn]) => {
          const key = `${target} ${name}`;
          const look = canaryPodsLook(await podsIn(cluster), at, before.get(key));
          before.set(key, look);
          return look;
        }),
      ),
    ).catch((error: unknown) => {
      // The requests are still counted; a cluster that stays away is told by the lock.
      if (error instanceof RelctlError) return [];
      throw error;
    });
    for (const finding of looks.flatMap((look) => look.findings)) {
      if (told.has(finding)) continue;
      told.add(finding);
      context.sink.emit({ type: 'note', level: 'warning', text: `canary: ${finding}` });
    }
    return looks.find((look) => look.failing !== undefined)?.failing;
  };
}

/** The pods of a canary: those that were made for it, and the first ones of each workload that replaces its own. */
function podGroups(
  run: Run,
  again: number,
): readonly (readonly [string, (cluster: Cluster) => Promise<readonly KubeObject[]>])[] {
  const { id, spec } = run.release.journal.plan;
  const having = (kind: Strategy['canary']) =>
    spec.services.filter(({ name }) => strategyFor(spec, name).canary === kind).map(({ name }) => name);
  const labels = { [TRACK_LABEL]: 'canary', [RELEASE_LABEL]: id };
  return [
    ...(having('pods').length === 0
      ? []
      : [['canary', (cluster: Cluster) => cluster.glance({ apiVersion: 'v1', kind: 'Pod', labels }, again)] as const]),
    ...having('own-pods').map((name) => [name, (cluster: Cluster) => firstPodsOf(run, cluster, name)] as const),
  ];
}
