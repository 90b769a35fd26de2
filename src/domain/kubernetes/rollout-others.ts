import type { KubeObject } from '../../ports/cluster.ts';
import { replicasOf } from './manifests.ts';

/** How far a StatefulSet or a DaemonSet has come; both replace their pods in place, without a set beside the old one. */

interface Status {
  readonly observedGeneration?: number;
  readonly readyReplicas?: number;
  readonly updatedReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly desiredNumberScheduled?: number;
  readonly updatedNumberScheduled?: number;
  readonly numberAvailable?: number;
}

/** The label by which the controllers of StatefulSets and DaemonSets tell which revision a pod is of. */
const REVISION = 'controller-revision-hash';

/** Progress of such a workload: done, or in words. */
export type Progress = { readonly done: true } | { readonly done: false; readonly detail: string };

/**
 * Whether every pod is of the newest revision and ready.
 * Source: kubectl `rollout status` (polymorphichelpers/rollout_status.go), for a StatefulSet without partition and a DaemonSet.
 */
export function progressOf(workload: KubeObject): Progress {
  const status = (workload.status ?? {}) as Status;
  if ((status.observedGeneration ?? 0) < (workload.metadata.generation ?? 0)) {
    return { done: false, detail: 'not observed yet' };
  }
  if (workload.kind === 'DaemonSet') {
    const wanted = status.desiredNumberScheduled ?? 0;
    const updated = status.updatedNumberScheduled ?? 0;
    const available = status.numberAvailable ?? 0;
    return updated >= wanted && available >= wanted
      ? { done: true }
      : { done: false, detail: `${updated} of ${wanted} nodes have the new pod, ${available} available` };
  }
  const wanted = replicasOf(workload);
  const ready = status.readyReplicas ?? 0;
  const settled = status.updateRevision === status.currentRevision;
  return ready >= wanted && settled
    ? { done: true }
    : { done: false, detail: `${status.updatedReplicas ?? 0} of ${wanted} pods are new, ${ready} ready` };
}

/** The pods of the newest revision; of a DaemonSet all that it owns, since its status does not name the revision. */
export function revisionPods(workload: KubeObject, pods: readonly KubeObject[]): readonly KubeObject[] {
  const { updateRevision } = (workload.status ?? {}) as Status;
  return pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      (pod.metadata.ownerReferences ?? []).some(({ uid }) => uid === workload.metadata.uid) &&
      (updateRevision === undefined || pod.metadata.labels?.[REVISION] === updateRevision),
  );
}
