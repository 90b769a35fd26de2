import { canaryPodsLook, type PodsLook } from '../../domain/kubernetes/canary-pods.ts';
import { RELEASE_LABEL, TRACK_LABEL } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import type { Run } from '../cluster/run.ts';

/**
 * Watches the pods of the canary beside its requests: a dead or looping canary gives no counters that could condemn it. Findings are told once.
 * @returns asks at a moment why the pods fail; `undefined` while they are well, while the API server does not answer, and where the canary has no
 *   pods of its own (a region)
 */
export function openPods(run: Run): (at: number) => Promise<string | undefined> {
  const { context, release } = run;
  const { plan } = release.journal;
  const told = new Set<string>();
  const before = new Map<string, PodsLook>();
  return async (at) => {
    if (plan.spec.canary.strategy === 'region') return undefined;
    const looks = await Promise.all(
      [...run.locks].map(async ([target, { cluster }]) => {
        const labels = { [TRACK_LABEL]: 'canary', [RELEASE_LABEL]: plan.id };
        const look = canaryPodsLook(
          await cluster.list({ apiVersion: 'v1', kind: 'Pod', labels }),
          at,
          before.get(target),
        );
        before.set(target, look);
        return look;
      }),
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
