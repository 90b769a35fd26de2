import { findImage } from './images.ts';
import { type Condition, type ContainerState, kubeTime, type Termination } from './pod.ts';

/** What is known of a container that runs, or should. */
export interface ContainerReport {
  readonly name: string;
  readonly image: string;
  readonly state: ContainerState;
  readonly last: Termination | undefined;
  readonly restarts: number;
  readonly ready: boolean;
  /** True when it ended and will not be started again. */
  readonly final: boolean;
}

/** The status of a pod, as its node would write it. `previous` keeps the times of conditions that did not change. */
export function podStatus(
  reports: readonly ContainerReport[],
  address: string,
  previous: readonly Condition[],
): Record<string, unknown> & { readonly conditions: readonly Condition[] } {
  const phase = phaseOf(reports);
  const unready = reports.filter((report) => !report.ready).map((report) => report.name);
  const reason =
    phase === 'Succeeded'
      ? { reason: 'PodCompleted' }
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const condition = (type: string, holds: boolean): Condition => {
    const status = holds ? 'True' : 'False';
    const before = previous.find((one) => one.type === type && one.status === status);
    return { type, status, ...(holds ? {} : reason), lastTransitionTime: before?.lastTransitionTime ?? kubeTime() };
  };
  const ready = unready.length === 0;
  return {
    phase,
    hostIP: '127.0.0.1',
    podIP: address,
    podIPs: [{ ip: address }],
    conditions: [
      condition('Initialized', true),
      condition('Ready', ready),
      condition('ContainersReady', ready),
      condition('PodScheduled', true),
    ],
    containerStatuses: reports.map((report) => ({
      name: report.name,
      image: report.image,
      imageID: 'waiting' in report.state && report.restarts === 0 ? '' : findImage(report.image).id,
      ready: report.ready,
      started: 'running' in report.state,
      restartCount: report.restarts,
      state: report.state,
      lastState: report.last === undefined ? {} : { terminated: report.last },
    })),
  };
}

function phaseOf(reports: readonly ContainerReport[]): string {
  if (reports.every((report) => report.final)) {
    const failed = reports.some((report) => 'terminated' in report.state && report.state.terminated.exitCode !== 0);
    return failed ? 'Failed' : 'Succeeded';
  }
  const begun = reports.some((report) => 'running' in report.state || report.last !== undefined || report.final);
  return begun ? 'Running' : 'Pending';
}
