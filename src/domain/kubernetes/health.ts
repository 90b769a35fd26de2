import type { KubeObject } from '../../ports/cluster.ts';
import { replicasOf } from './manifests.ts';
import { isReady } from './pod-status.ts';
import { newestPods, rolloutStatus } from './rollout.ts';

/** How healthy a workload is: what was known of it before a release, and what a rollback has to reach again. */
export interface Health {
  /** Pods that it asks for; nodes, for a DaemonSet. */
  readonly wanted: number;
  /** Pods that serve, of whichever revision. */
  readonly available: number;
  /** Ready pods of the newest revision. */
  readonly newest: number;
  /** Restarts of all of its containers. */
  readonly restarts: number;
  /** Why it is not all that it asks for; absent for a workload that is well. */
  readonly trouble?: string;
  /** It is not well yet, and nothing says that it will not be: an autoscaler may just have added a pod. */
  readonly moving?: true;
}

interface Status {
  readonly availableReplicas?: number;
  readonly readyReplicas?: number;
  readonly desiredNumberScheduled?: number;
  readonly numberAvailable?: number;
}

/**
 * Reads the health of a Deployment, StatefulSet or DaemonSet.
 * @param replicaSets of its namespace
 * @param pods of its namespace
 */
export function healthOf(
  workload: KubeObject,
  replicaSets: readonly KubeObject[],
  pods: readonly KubeObject[],
): Health {
  const status = (workload.status ?? {}) as Status;
  const isDaemon = workload.kind === 'DaemonSet';
  const available = isDaemon
    ? status.numberAvailable
    : workload.kind === 'Deployment'
      ? status.availableReplicas
      : status.readyReplicas;
  const now = rolloutStatus(workload, replicaSets, pods);
  return {
    wanted: isDaemon ? (status.desiredNumberScheduled ?? 0) : replicasOf(workload),
    available: available ?? 0,
    newest: newestPods(workload, replicaSets, pods).filter(isReady).length,
    restarts: podsOf(workload, replicaSets, pods).reduce((sum, pod) => sum + restartsOf(pod), 0),
    ...(now.state === 'progressing' ? { trouble: now.detail, moving: true as const } : {}),
    ...(now.state === 'doomed' ? { trouble: now.reason } : {}),
  };
}

/** True when a workload is at least as well as it was; restarts only ever grow, so they say nothing here. */
export function isNoLessHealthy(now: Health, before: Health): boolean {
  return now.trouble === undefined || (now.available >= before.available && now.newest >= before.newest);
}

/** Health in a few words, for people. */
export function healthText({ available, wanted, restarts, trouble }: Health): string {
  const again = restarts === 0 ? '' : `, ${restarts} restarts`;
  return `${available} of ${wanted} available${again}${trouble === undefined ? '' : ` (${trouble})`}`;
}

function restartsOf(pod: KubeObject): number {
  const { containerStatuses = [] } = (pod.status ?? {}) as {
    readonly containerStatuses?: readonly { readonly restartCount?: number }[];
  };
  return containerStatuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
}

/** Every pod of a workload, of any revision, by owner reference. */
function podsOf(
  workload: KubeObject,
  replicaSets: readonly KubeObject[],
  pods: readonly KubeObject[],
): readonly KubeObject[] {
  const owners = new Set([
    workload.metadata.uid,
    ...replicaSets.filter((one) => isOwnedBy(one, new Set([workload.metadata.uid]))).map((one) => one.metadata.uid),
  ]);
  return pods.filter((pod) => isOwnedBy(pod, owners));
}

function isOwnedBy(object: KubeObject, owners: ReadonlySet<string | undefined>): boolean {
  return (object.metadata.ownerReferences ?? []).some(({ uid }) => owners.has(uid));
}
