import { AUTOSCALER, isAutoscaled, withReplicasOf } from '../../domain/deployment/autoscaling.ts';
import { isWrittenBy } from '../../domain/deployment/kept-snapshot.ts';
import { changesStable } from '../../domain/deployment/strategies/strategies.ts';
import { isWorkload } from '../../domain/kubernetes/find-workload.ts';
import { nameOf, readFirst, sameObject, unfenced } from '../../domain/kubernetes/manifests.ts';
import { stuckPods } from '../../domain/kubernetes/rollout-others.ts';
import { RelctlError } from '../../errors.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { deletePod, refOf, removeFenced, restoreFenced } from '../cluster/apply.ts';
import { awaitRestored } from '../cluster/await-restored.ts';
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

/** What is put back, and what is not waited for. */
export interface PutBackOptions {
  /** Objects that are left as others made them, as {@link titleOf} names them. */
  readonly kept: ReadonlySet<string>;
  /** A workload that does not become as well as it was does not stop the rollback. */
  readonly acceptUnhealthy: boolean;
}

/** What putting back came to. */
export interface PutBack {
  /** Objects that were changed. */
  readonly changed: number;
  /** Workloads that are not well, in words: as they were before, or less well where a person accepted that. */
  readonly unwell: readonly string[];
}

/**
 * Puts every object back that a target had: first what pods read when they start, then the services in the reverse of the order in which they
 * were rolled out.
 */
export async function putBack(run: Run, { target, objects }: Snapshot, options: PutBackOptions): Promise<PutBack> {
  const lock = lockOf(run, target);
  const fitted = await fitTo(run, target);
  const workloads: (SnapshotObject & { readonly object: KubeObject })[] = [];
  let changed = 0;
  for (const one of readFirst(restorable(run, target, objects))) {
    if (!isRecorded(one) || options.kept.has(titleOf(target, one))) continue;
    const live = await lock.cluster.get(one);
    if (isOthersChange(run, target, one, live, fitted(one, live))) continue;
    if (live === undefined || !sameObject(live, fitted(one, live))) {
      await restoreFenced(run.context, lock, one.object, (now) => fitted(one, now));
      changed += 1;
    }
    if (isWorkload(one.object)) workloads.push(one);
  }
  const unwell: string[] = [];
  for (const { object, health } of workloads) {
    const workload = await lock.cluster.get(refOf(object));
    if (workload === undefined) continue;
    const { rolloutTimeout: timeout } = run.policy.production;
    try {
      const onLook = (now: KubeObject, pods: readonly KubeObject[]) => removeStuck(run, target, now, pods);
      const said = await awaitRestored(run.context, lock, { workload, before: health, timeout, onLook });
      if (said !== undefined) unwell.push(`${said}, as before the release`);
    } catch (error) {
      if (!options.acceptUnhealthy || !(error instanceof RelctlError) || error.code !== 'rollback.unhealthy')
        throw error;
      unwell.push(`${error.message}, accepted by ${run.context.actor}`);
    }
  }
  return { changed, unwell };
}

/** A StatefulSet does not replace a pod that cannot become ready, although its template is another one by now. */
async function removeStuck(run: Run, target: string, workload: KubeObject, pods: readonly KubeObject[]): Promise<void> {
  for (const pod of stuckPods(workload, pods)) {
    await deletePod(run.context, lockOf(run, target), pod.metadata.name);
  }
}

/**
 * Removes what the release had added to a target, once nothing runs that reads it: the old pods do not, and what undoes a
 * migration has run. What bears no mark of the release is somebody else's by now.
 * @returns how many objects were removed
 */
export async function removeAdded(run: Run, { target, objects }: Snapshot): Promise<number> {
  const lock = lockOf(run, target);
  let removed = 0;
  for (const one of restorable(run, target, objects)) {
    if (one.object !== null || one.sha256 !== undefined) continue;
    const live = await lock.cluster.get(one);
    if (live === undefined || !isWrittenBy(lock.release, live)) continue;
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
  if (route !== 'shipped') return false;
  return isLetGo(run) || run.release.journal.state.deployment?.steps.has(`hide:${service}@${target}`) === true;
}

/**
 * True where people sign and the rollout was let go, which is signed: a route is shipped then. That its step was begun nobody signs, and a
 * route that is shipped bears no mark.
 */
function isLetGo({ context, release: { journal, signing } }: Run): boolean {
  return (
    signing.sealing !== undefined &&
    gitopsOf(context.config) === undefined &&
    journal.state.deployment?.promoted === true
  );
}

/** How an object is named where several targets are: `production Deployment/web`. */
export function titleOf(target: string, { kind, name }: Pick<SnapshotObject, 'kind' | 'name'>): string {
  return `${target} ${nameOf({ kind, metadata: { name } })}`;
}

/**
 * True once the release may have written an object that was there before: its rollout was begun; or its canary was, which may scale the
 * stable workload or replace some of its pods, and the object bears the mark.
 */
export function isWritten(
  run: Run,
  target: string,
  { service, route }: Pick<SnapshotObject, 'service' | 'route'>,
  live: KubeObject | undefined,
): boolean {
  const { plan, state } = run.release.journal;
  // The reconciler writes what was committed; relctl never does.
  if (gitopsOf(run.context.config) !== undefined) return false;
  // Nobody signs that a step was begun, so where people sign the mark tells, which only the cluster has.
  if (run.release.signing.sealing !== undefined && live !== undefined && isWrittenBy(plan.id, live)) return true;
  if (route === 'shipped' && isLetGo(run)) return true;
  const isBegun = (step: string) => state.deployment?.steps.has(`${step}:${service}@${target}`) === true;
  if (isBegun('rollout')) return true;
  // A run that takes over marks workloads that it does not change.
  const mayChange = (route !== undefined || changesStable(plan.spec, service)) && isBegun('canary');
  return mayChange && live !== undefined && isWrittenBy(plan.id, live);
}

/** True where an object is not what it was, and the release has never written it: others have, and it is theirs. */
export function isOthersChange(
  run: Run,
  target: string,
  one: SnapshotObject,
  live: KubeObject | undefined,
  wanted: KubeObject,
): boolean {
  if (isWritten(run, target, one, live)) return false;
  return live === undefined || !sameObject(unfenced(live), unfenced(wanted));
}

/** True for an object that was there. */
export function isRecorded(one: SnapshotObject): one is SnapshotObject & { readonly object: KubeObject } {
  return one.object !== null;
}
