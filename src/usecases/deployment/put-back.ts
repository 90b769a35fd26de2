import { AUTOSCALER, isAutoscaled, withReplicasOf } from '../../domain/deployment/autoscaling.ts';
import { isWorkload } from '../../domain/kubernetes/find-workload.ts';
import { sameObject } from '../../domain/kubernetes/manifests.ts';
import { stuckPods } from '../../domain/kubernetes/rollout-others.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { deletePod, refOf, removeFenced, restoreFenced } from '../cluster/apply.ts';
import { awaitRollout } from '../cluster/await-ready.ts';
import { listIfKnown } from '../cluster/optional-kinds.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import type { Snapshot, SnapshotObject } from '../cluster/snapshot.ts';

/** How a recorded object must look now: as it was, but for what somebody else decides. */
export type Fit = (one: SnapshotObject & { readonly object: KubeObject }, live: KubeObject | undefined) => KubeObject;

/** Reads which Deployments are scaled by others, before the release or since. */
export async function fitTo(run: Run, target: string): Promise<Fit> {
  const { cluster } = lockOf(run, target);
  const autoscalers = await listIfKnown(cluster, [AUTOSCALER.apiVersion], AUTOSCALER.kind);
  return ({ object, autoscaled }, live) =>
    autoscaled === true || isAutoscaled(object, autoscalers) ? withReplicasOf(object, live) : object;
}

/**
 * Puts every object back that a target had, the services in the reverse of the order in which they were rolled out.
 * @returns how many objects were changed
 */
export async function putBack(run: Run, { target, objects }: Snapshot): Promise<number> {
  const lock = lockOf(run, target);
  const fitted = await fitTo(run, target);
  const deployments: KubeObject[] = [];
  let changed = 0;
  for (const one of restorable(run, target, objects)) {
    if (!isRecorded(one)) continue;
    const live = await lock.cluster.get(one);
    if (live === undefined || !sameObject(live, fitted(one, live))) {
      await restoreFenced(run.context, lock, one.object, (now) => fitted(one, now));
      changed += 1;
    }
    if (isWorkload(one.object)) deployments.push(one.object);
  }
  for (const deployment of deployments) {
    const live = await lock.cluster.get(refOf(deployment));
    if (live === undefined) continue;
    await awaitRollout(run.context, lock, live, run.policy.production.rolloutTimeout, async (now, pods) => {
      for (const pod of stuckPods(now, pods)) {
        await deletePod(run.context, lock, pod.metadata.name);
      }
    });
  }
  return changed;
}

/**
 * Removes what the release had added to a target, once nothing runs that reads it: the old pods do not, and what undoes a
 * migration has run.
 * @returns how many objects were removed
 */
export async function removeAdded(run: Run, { target, objects }: Snapshot): Promise<number> {
  const lock = lockOf(run, target);
  let removed = 0;
  for (const one of restorable(run, target, objects)) {
    if (one.object !== null || one.sha256 !== undefined || (await lock.cluster.get(one)) === undefined) continue;
    await removeFenced(run.context, lock, one);
    removed += 1;
  }
  return removed;
}

function restorable(run: Run, target: string, objects: Snapshot['objects']): readonly SnapshotObject[] {
  return [...objects].reverse().filter((one) => isOursToRestore(run, target, one));
}

/**
 * A route that the release does not ship, or not yet, was changed in our own parts only, and they are put back where the canary
 * leaves it; the rest belongs to others, who may have changed it meanwhile.
 */
export function isOursToRestore(run: Run, target: string, { route, service }: SnapshotObject): boolean {
  if (route === undefined) return true;
  return route === 'shipped' && run.release.journal.state.deployment?.steps.has(`hide:${service}@${target}`) === true;
}

/** True for an object that was there. */
export function isRecorded(one: SnapshotObject): one is SnapshotObject & { readonly object: KubeObject } {
  return one.object !== null;
}
