import type { KubeObject } from '../../ports/cluster.ts';
import { FIRST_PODS_ANNOTATION, replicasOf } from './manifests.ts';
import { isReady } from './pod-status.ts';

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

/** Progress of such a workload: done, with so many ready pods of the newest revision, or in words. */
export type Progress =
  | { readonly done: true; readonly pods: number }
  | { readonly done: false; readonly detail: string };

/** By which a DaemonSet tells which of its pods are of the newest template: on itself, and on them. */
const TEMPLATE = { annotation: 'deprecated.daemonset.template.generation', label: 'pod-template-generation' };

/**
 * Whether the pods that are to be of the newest revision are, and all are ready: every pod, but where a StatefulSet has a partition
 * those at or above it, and where the first pods of a DaemonSet are its canary those.
 * Source: kubectl `rollout status` (polymorphichelpers/rollout_status.go).
 */
export function progressOf(workload: KubeObject): Progress {
  const status = (workload.status ?? {}) as Status;
  if ((status.observedGeneration ?? 0) < (workload.metadata.generation ?? 0)) {
    return { done: false, detail: 'not observed yet' };
  }
  return workload.kind === 'DaemonSet' ? daemonSetProgress(workload, status) : statefulSetProgress(workload, status);
}

function daemonSetProgress({ metadata }: KubeObject, status: Status): Progress {
  const all = status.desiredNumberScheduled ?? 0;
  const wanted = Math.min(all, Number(metadata.annotations?.[FIRST_PODS_ANNOTATION] ?? all));
  const updated = status.updatedNumberScheduled ?? 0;
  const available = status.numberAvailable ?? 0;
  return updated >= wanted && available >= all
    ? { done: true, pods: wanted }
    : { done: false, detail: `${updated} of ${wanted} nodes have the new pod, ${available} available` };
}

function statefulSetProgress(workload: KubeObject, status: Status): Progress {
  const all = replicasOf(workload);
  const above = partitionOf(workload);
  const wanted = above === 0 ? all : Math.max(0, all - above);
  const ready = status.readyReplicas ?? 0;
  const updated = status.updatedReplicas ?? 0;
  const isSettled = above > 0 || status.updateRevision === status.currentRevision;
  return ready >= all && updated >= wanted && isSettled
    ? { done: true, pods: wanted }
    : { done: false, detail: `${updated} of ${wanted} pods are new, ${ready} of ${all} ready` };
}

/** How many pods with the lowest ordinals a StatefulSet leaves as they are. */
function partitionOf({ spec }: KubeObject): number {
  const { updateStrategy, ordinals } = (spec ?? {}) as {
    readonly updateStrategy?: { readonly rollingUpdate?: { readonly partition?: number } };
    readonly ordinals?: { readonly start?: number };
  };
  return Math.max(0, (updateStrategy?.rollingUpdate?.partition ?? 0) - (ordinals?.start ?? 0));
}

/** Pods that a workload owns and that are not being deleted. */
export function ownedPods(workload: KubeObject, pods: readonly KubeObject[]): readonly KubeObject[] {
  return pods.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined &&
      (metadata.ownerReferences ?? []).some(({ uid }) => uid === workload.metadata.uid),
  );
}

/** The pods of the newest revision; all that it owns where the workload does not say which that is. */
export function revisionPods(workload: KubeObject, pods: readonly KubeObject[]): readonly KubeObject[] {
  const { updateRevision } = (workload.status ?? {}) as Status;
  const template = workload.metadata.annotations?.[TEMPLATE.annotation];
  return ownedPods(workload, pods).filter(({ metadata: { labels } }) =>
    workload.kind === 'DaemonSet'
      ? template === undefined || labels?.[TEMPLATE.label] === template
      : updateRevision === undefined || labels?.[REVISION] === updateRevision,
  );
}

/**
 * Pods that keep a StatefulSet from going back: it waits for each pod to be ready before it replaces another, also for one of the
 * revision that was taken back, which never will be.
 * Source: Kubernetes documentation, StatefulSets, "Forced rollback": such pods have to be deleted.
 */
export function stuckPods(workload: KubeObject, pods: readonly KubeObject[]): readonly KubeObject[] {
  const status = (workload.status ?? {}) as Status;
  const isSeen = (status.observedGeneration ?? 0) >= (workload.metadata.generation ?? 0);
  if (workload.kind !== 'StatefulSet' || !isSeen || status.updateRevision === undefined) return [];
  const current = new Set(revisionPods(workload, pods));
  return ownedPods(workload, pods).filter((pod) => !current.has(pod) && !isReady(pod));
}
