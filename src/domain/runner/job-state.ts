import type { KubeObject } from '../../ports/cluster.ts';
import type { RunState } from '../../ports/runner.ts';
import type { Condition } from '../kubernetes/condition.ts';
import { CONTAINER } from './names.ts';

/** What a Job and its pods say of a run, in Kubernetes' own words. */

interface JobStatus {
  readonly failed?: number;
  readonly conditions?: readonly Condition[];
}
interface PodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly Condition[];
  readonly containerStatuses?: readonly {
    readonly name: string;
    readonly state?: {
      readonly waiting?: { readonly reason?: string; readonly message?: string };
      readonly running?: object;
      readonly terminated?: { readonly exitCode: number; readonly reason?: string };
    };
  }[];
}

/** What no waiting mends: somebody has to change the image, a Secret or the Job. */
const STUCK = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/**
 * How a run stands.
 * @param job `undefined` where it is gone
 * @param pods of the Job, in any order
 */
export function jobState(job: KubeObject | undefined, pods: readonly KubeObject[]): RunState {
  if (job === undefined) return { phase: 'ended', ok: false, reason: 'gone', detail: 'the Job was deleted' };
  const { conditions = [], failed = 0 } = (job.status ?? {}) as JobStatus;
  const holds = (type: string) => conditions.find((one) => one.type === type && one.status === 'True');
  const complete = holds('Complete');
  if (complete !== undefined) return { phase: 'ended', ok: true, reason: 'Complete', detail: 'the Job is complete' };
  const end = holds('Failed');
  const newest = newestPod(pods);
  if (end !== undefined) {
    const { reason = 'Failed', message = '' } = end;
    const pod = newest === undefined ? undefined : podEnd(newest);
    return {
      phase: 'ended',
      ok: false,
      reason,
      detail: [message, pod].filter((one) => one !== undefined && one !== '').join('; '),
    };
  }
  if (job.metadata.deletionTimestamp !== undefined) {
    return { phase: 'waiting', reason: 'Terminating', detail: 'the Job is being deleted', stuck: false };
  }
  if (holds('Suspended') !== undefined) {
    return { phase: 'waiting', reason: 'Suspended', detail: 'the Job is suspended', stuck: true };
  }
  const restarts = failed === 0 ? '' : `, after ${failed} that ended early`;
  if (newest === undefined) {
    return { phase: 'waiting', reason: 'NoPod', detail: `the Job has no pod yet${restarts}`, stuck: false };
  }
  return podState(newest, restarts);
}

function podState(pod: KubeObject, restarts: string): RunState {
  const { name } = pod.metadata;
  const { phase, conditions = [], containerStatuses = [] } = (pod.status ?? {}) as PodStatus;
  const container = containerStatuses.find((one) => one.name === CONTAINER)?.state;
  const end = podEnd(pod);
  // Whether another one follows, the Job has not said yet.
  if (end !== undefined) return { phase: 'waiting', reason: 'PodEnded', detail: end, stuck: false };
  if (pod.metadata.deletionTimestamp !== undefined) {
    return { phase: 'waiting', reason: 'Terminating', detail: `pod ${name} is being deleted`, stuck: false };
  }
  if (container?.running !== undefined || phase === 'Running') {
    return { phase: 'running', detail: `pod ${name}${restarts}`, worker: name };
  }
  const scheduled = conditions.find((one) => one.type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    const { reason = 'Unschedulable', message = '' } = scheduled;
    return { phase: 'waiting', reason, detail: `pod ${name}: ${reason}: ${message}`, stuck: false };
  }
  const { reason = 'Pending', message } = container?.waiting ?? {};
  const detail = `pod ${name}: ${reason}${message === undefined ? '' : `: ${message}`}${restarts}`;
  return { phase: 'waiting', reason, detail, stuck: STUCK.has(reason) };
}

/** How a pod ended; `undefined` while it has not. */
function podEnd(pod: KubeObject): string | undefined {
  const { phase, reason, message, conditions = [], containerStatuses = [] } = (pod.status ?? {}) as PodStatus;
  if (phase !== 'Failed' && phase !== 'Succeeded') return undefined;
  const { name } = pod.metadata;
  const disrupted = conditions.find((one) => one.type === 'DisruptionTarget' && one.status === 'True');
  const why = reason ?? disrupted?.reason;
  const said = message ?? disrupted?.message;
  if (why !== undefined) return `pod ${name} was ended: ${why}${said === undefined ? '' : `: ${said}`}`;
  const { terminated } = containerStatuses.find((one) => one.name === CONTAINER)?.state ?? {};
  if (terminated === undefined) return `pod ${name} has ended`;
  const named = terminated.reason === undefined || terminated.reason === 'Error' ? '' : ` (${terminated.reason})`;
  return `pod ${name} ended with exit code ${terminated.exitCode}${named}`;
}

/** The pod that was made last; only one works at a time. */
export function newestPod(pods: readonly KubeObject[]): KubeObject | undefined {
  return [...pods].sort(byAge).at(-1);
}

function byAge(one: KubeObject, other: KubeObject): number {
  const age = Date.parse(one.metadata.creationTimestamp ?? '') - Date.parse(other.metadata.creationTimestamp ?? '');
  if (age !== 0 && !Number.isNaN(age)) return age;
  // Times of objects are whole seconds: one that is not over is newer than one that is.
  return Number(podEnd(one) === undefined) - Number(podEnd(other) === undefined);
}

/** True where the container has begun, so that there is a log. */
export function hasBegun(pod: KubeObject): boolean {
  const { containerStatuses = [] } = (pod.status ?? {}) as PodStatus;
  const { running, terminated } = containerStatuses.find((one) => one.name === CONTAINER)?.state ?? {};
  return running !== undefined || terminated !== undefined;
}

/** True once its container has ended, so that its log grows no more. */
export function isOver(pod: KubeObject): boolean {
  return podEnd(pod) !== undefined;
}
