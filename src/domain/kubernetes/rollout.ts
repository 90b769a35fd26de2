import type { KubeObject } from '../../ports/cluster.ts';
import type { Condition } from './condition.ts';
import { replicasOf } from './manifests.ts';
import { isReady } from './pod-status.ts';
import { progressOf, revisionPods } from './rollout-others.ts';

/** How far a workload has come, read from its objects. */
export type RolloutStatus =
  | { readonly state: 'complete' }
  | { readonly state: 'progressing'; readonly detail: string }
  /**
   * It cannot succeed by waiting, if that is still so after `patience` seconds and at a second look. `pod` is where its last
   * words are, when a container ran.
   */
  | {
      readonly state: 'doomed';
      readonly reason: string;
      readonly patience: number;
      readonly pod?: string;
      readonly container?: string;
    };

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly imageID?: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly exitCode?: number };
  };
}
interface PodStatus {
  readonly conditions?: readonly Condition[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}
interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
  readonly conditions?: readonly Condition[];
}

/** Waiting reasons that no waiting mends. */
const HOPELESS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);
/** Failures to pull that waiting may mend; any other answer of a registry is final. */
const PULL_TROUBLE =
  /timeout|timed out|connection re(set|fused)|too ?many ?requests|\b(429|50[0234])\b|temporary|EOF|no such host/i;
/** Seconds: what is certain needs a second look only, a busy registry or a full quota may take a while. */
const PATIENCE = { certain: 0, refused: 5, registry: 60 } as const;
/** From this many restarts on, a crash loop is no coincidence. */
const RESTARTS = 2;

/**
 * Workloads, ReplicaSets and pods are told of by watches of their own, so a workload may be seen as done before its pods are seen as they
 * are: whoever took their images then would record what ran before.
 */
const BEHIND = { state: 'progressing', detail: 'its pods have not been read as far as it has' } as const;

/**
 * Reads the state of a rollout. Pods count only when they belong to the newest ReplicaSet, by owner reference: an old pod
 * that crashes says nothing about the candidate.
 * @param deployment as the API server holds it
 * @param replicaSets of its namespace
 * @param pods of its namespace
 */
export function rolloutStatus(
  deployment: KubeObject,
  replicaSets: readonly KubeObject[],
  pods: readonly KubeObject[],
): RolloutStatus {
  if (deployment.kind !== 'Deployment') return otherStatus(deployment, pods);
  const status = statusOf<DeploymentStatus>(deployment);
  const wanted = replicasOf(deployment);
  if ((status.observedGeneration ?? 0) < (deployment.metadata.generation ?? 0)) {
    return { state: 'progressing', detail: 'not observed yet' };
  }
  const newest = newestReplicaSet(deployment, replicaSets);
  const own = newest === undefined ? [] : pods.filter((pod) => isOwnedBy(pod, newest));
  const updated = status.updatedReplicas ?? 0;
  const available = status.availableReplicas ?? 0;
  const ready = own.filter(isReady).length;
  const isDone = updated >= wanted && available >= wanted && (status.replicas ?? 0) <= wanted;
  if (isDone) return ready >= wanted ? { state: 'complete' } : BEHIND;
  return (
    doomOf(deployment, newest, own) ?? {
      state: 'progressing',
      detail: [`${ready} of ${wanted} ready`, ...unscheduled(own)].join('; '),
    }
  );
}

/** Image ids of the running containers with this name, each once, in order. */
export function imageIds(pods: readonly KubeObject[], container: string): readonly string[] {
  const ids = pods.flatMap((pod) =>
    (statusOf<PodStatus>(pod).containerStatuses ?? [])
      .filter((one) => one.name === container && one.imageID !== undefined && one.imageID !== '')
      .map((one) => one.imageID as string),
  );
  return [...new Set(ids)].sort();
}

/** Pods of the newest ReplicaSet of a Deployment, or of the newest revision of another workload. */
export function newestPods(
  deployment: KubeObject,
  replicaSets: readonly KubeObject[],
  pods: readonly KubeObject[],
): readonly KubeObject[] {
  if (deployment.kind !== 'Deployment') return revisionPods(deployment, pods);
  const newest = newestReplicaSet(deployment, replicaSets);
  return newest === undefined ? [] : pods.filter((pod) => isOwnedBy(pod, newest));
}

/** A StatefulSet replaces one pod after the other and waits for each: one that cannot start stops it for good. */
function otherStatus(workload: KubeObject, pods: readonly KubeObject[]): RolloutStatus {
  const progress = progressOf(workload);
  const own = revisionPods(workload, pods);
  if (progress.done) return own.filter(isReady).length >= progress.pods ? { state: 'complete' } : BEHIND;
  const doom = own.map(podDoom).find((one) => one !== undefined);
  return doom ?? { state: 'progressing', detail: [progress.detail, ...unscheduled(own)].join('; ') };
}

function doomOf(
  deployment: KubeObject,
  replicaSet: KubeObject | undefined,
  pods: readonly KubeObject[],
): Extract<RolloutStatus, { state: 'doomed' }> | undefined {
  const deadline = conditionsOf(deployment).find(
    (one) => one.type === 'Progressing' && one.status === 'False' && one.reason === 'ProgressDeadlineExceeded',
  );
  if (deadline) {
    const reason = deadline.message ?? 'the progress deadline has passed';
    return { state: 'doomed', reason, patience: PATIENCE.certain };
  }
  const refused = [...conditionsOf(deployment), ...(replicaSet ? conditionsOf(replicaSet) : [])].find(
    (one) => one.type === 'ReplicaFailure' && one.status === 'True',
  );
  if (refused) {
    const reason = `pods are refused: ${refused.message ?? refused.reason ?? 'unknown'}`;
    // During a rollout, old pods that end may free the quota that the new ones need.
    return { state: 'doomed', reason, patience: PATIENCE.refused };
  }
  // One pod may have bad luck with its node; all of them do not.
  const dooms = pods.map(podDoom);
  return dooms.length > 0 && dooms.every((doom) => doom !== undefined) ? dooms[0] : undefined;
}

function podDoom(pod: KubeObject): Extract<RolloutStatus, { state: 'doomed' }> | undefined {
  const status = statusOf<PodStatus>(pod);
  for (const container of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
    const { reason = '', message } = container.state?.waiting ?? {};
    const place = { pod: pod.metadata.name, container: container.name };
    if (HOPELESS.has(reason)) {
      const isPull = reason === 'ErrImagePull' || reason === 'ImagePullBackOff';
      return {
        state: 'doomed',
        reason: `${reason} in ${place.pod}${message === undefined ? '' : `: ${message}`}`,
        patience: isPull && PULL_TROUBLE.test(message ?? '') ? PATIENCE.registry : PATIENCE.certain,
        ...place,
      };
    }
    const restarts = container.restartCount ?? 0;
    if (reason === 'CrashLoopBackOff' && restarts >= RESTARTS) {
      const text = `CrashLoopBackOff in ${place.pod} after ${restarts} restarts`;
      return { state: 'doomed', reason: text, patience: PATIENCE.certain, ...place };
    }
  }
  return undefined;
}

/** Why a pod has no node yet; a cluster that grows may give it one, so this is told and waited for. */
function unscheduled(pods: readonly KubeObject[]): readonly string[] {
  const said = pods.flatMap((pod) =>
    (statusOf<PodStatus>(pod).conditions ?? [])
      .filter((one) => one.type === 'PodScheduled' && one.status === 'False')
      .map((one) => `${pod.metadata.name} waits for a node: ${one.message ?? one.reason ?? 'no reason given'}`),
  );
  return said.slice(0, 1);
}

/** None where the ReplicaSet of the revision that the Deployment names has not been seen yet. */
function newestReplicaSet(deployment: KubeObject, replicaSets: readonly KubeObject[]): KubeObject | undefined {
  const revision = (object: KubeObject) =>
    Number(object.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? Number.NaN);
  const own = replicaSets.filter((one) => isOwnedBy(one, deployment));
  const newest = own.reduce<KubeObject | undefined>(
    (highest, one) => (highest === undefined || revision(one) > revision(highest) ? one : highest),
    undefined,
  );
  return newest !== undefined && revision(newest) < revision(deployment) ? undefined : newest;
}

function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some((reference) => reference.uid === owner.metadata.uid);
}

function conditionsOf(object: KubeObject): readonly Condition[] {
  return statusOf<{ conditions?: readonly Condition[] }>(object).conditions ?? [];
}

function statusOf<T>(object: KubeObject): T {
  return (object.status ?? {}) as T;
}
