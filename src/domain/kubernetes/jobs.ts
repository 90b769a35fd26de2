import type { KubeObject } from '../../ports/cluster.ts';
import type { Condition } from './condition.ts';

/** How a Job has ended, or that it has not. */
export interface JobEnd {
  readonly state: 'running' | 'succeeded' | 'failed';
  readonly detail: string;
}

interface ContainerState {
  readonly name: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly exitCode?: number; readonly reason?: string };
  };
}

/**
 * How a Job has ended. Done is when its own container has ended: a proxy beside it, which something injects, runs for ever and keeps
 * the Job from completing.
 * @param pods of the Job
 * @param container whose end counts
 */
export function jobEnd(job: KubeObject, pods: readonly KubeObject[], container: string): JobEnd {
  const conditions = conditionsOf(job);
  const evicted = pods.map(evictionOf).find((one) => one !== undefined);
  const failed = conditions.find((one) => one.type === 'Failed' && one.status === 'True');
  if (failed) {
    const said = failed.message ?? failed.reason ?? 'the Job failed';
    return { state: 'failed', detail: evicted === undefined ? said : `its pod was taken away (${evicted}): ${said}` };
  }
  if (conditions.some((one) => one.type === 'Complete' && one.status === 'True')) {
    return { state: 'succeeded', detail: 'complete' };
  }
  const own = pods.flatMap(statesOf).filter(({ name }) => name === container);
  const exit = own.map(({ state }) => state?.terminated).find((one) => one !== undefined);
  if (exit?.exitCode === 0) return { state: 'succeeded', detail: `${container} has ended, its sidecars run on` };
  if (exit !== undefined) {
    return {
      state: 'failed',
      detail: `${container} ended with ${exit.exitCode ?? 'no exit code'} (${exit.reason ?? 'Error'})`,
    };
  }
  const waiting = own.map(({ state }) => state?.waiting).find((one) => one?.reason !== undefined);
  const why = waiting?.message === undefined ? waiting?.reason : `${waiting.reason}: ${waiting.message}`;
  return { state: 'running', detail: why === undefined ? 'running' : `not started: ${why}` };
}

/** Why a pod was taken away before it had ended: a node was drained, or it had to make room. */
function evictionOf(pod: KubeObject): string | undefined {
  const condition = conditionsOf(pod).find((one) => one.type === 'DisruptionTarget' && one.status === 'True');
  return condition === undefined ? undefined : (condition.message ?? condition.reason ?? 'disrupted');
}

function conditionsOf(object: KubeObject): readonly Condition[] {
  return (object.status as { readonly conditions?: readonly Condition[] } | undefined)?.conditions ?? [];
}

function statesOf(pod: KubeObject): readonly ContainerState[] {
  const status = pod.status as { readonly containerStatuses?: readonly ContainerState[] } | undefined;
  return status?.containerStatuses ?? [];
}
