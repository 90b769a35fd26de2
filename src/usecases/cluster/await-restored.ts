import { type Health, healthOf, healthText, isNoLessHealthy } from '../../domain/kubernetes/health.ts';
import { nameOf } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { finality, statusOf, workloadQueries } from './await-ready.ts';
import type { Lock } from './lock.ts';
import { lookUntil } from './look-until.ts';

/** What a restored workload is waited for. */
export interface Restored {
  readonly workload: KubeObject;
  /** Its health before the release; `undefined` where nobody recorded it, and then it was well. */
  readonly before: Health | undefined;
  readonly timeout: string;
  /** Sees the workload and its pods at each look. */
  readonly onLook?: (live: KubeObject, pods: readonly KubeObject[]) => Promise<void>;
}

/**
 * Waits until a workload that was put back is as well as it was before the release, and for no health that never was: one that
 * was sick is done when it is no worse and nothing more is to be expected.
 * @returns what is wrong with it, as it was before; `undefined` for one that is well
 * @throws RelctlError `rollback.unhealthy` when it cannot become as well as it was, `answer.interrupted`
 */
export async function awaitRestored(
  context: Context,
  lock: Lock,
  { workload, before, timeout, onLook }: Restored,
): Promise<string | undefined> {
  const { clock } = context;
  const deadline = clock.now() + durationSeconds(timeout) * 1000;
  const isFinal = finality();
  return lookUntil<string | undefined>(context, lock, {
    subject: nameOf(workload),
    queries: workloadQueries(workload),
    async look([workloads = [], replicaSets = [], pods = []]) {
      const [live] = workloads;
      const status = statusOf(workload, live, replicaSets, pods);
      if (live !== undefined) await onLook?.(live, pods);
      if (status.state === 'complete') return { answer: undefined };
      const now = clock.now();
      const health = live === undefined ? undefined : healthOf(live, replicaSets, pods);
      const isOver = isFinal(status, now) || now >= deadline;
      const wasSick = before?.trouble !== undefined;
      const isAsBefore = wasSick && health !== undefined && isNoLessHealthy(health, before);
      if (isAsBefore && (isOver || isSettled(live))) return { answer: `${nameOf(workload)}: ${healthText(health)}` };
      if (!isOver) return { detail: status.state === 'doomed' ? status.reason : status.detail };
      throw unhealthy(lock, workload, before, health);
    },
  });
}

/** True when no pod of another revision is left that would still be replaced. */
function isSettled(live: KubeObject | undefined): boolean {
  const { observedGeneration, replicas, updatedReplicas } = (live?.status ?? {}) as {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
  };
  return (
    (observedGeneration ?? 0) >= (live?.metadata.generation ?? 0) &&
    updatedReplicas !== undefined &&
    (replicas ?? 0) <= updatedReplicas
  );
}

function unhealthy(lock: Lock, workload: KubeObject, before: Health | undefined, now: Health | undefined): RelctlError {
  const name = nameOf(workload);
  const is = now === undefined ? 'is gone' : `has ${healthText(now)}`;
  const was = before === undefined ? 'it was well before' : `before the release it had ${healthText(before)}`;
  return new RelctlError('rollback.unhealthy', `${name} is put back, but it ${is}; ${was}`, {
    why: 'The object is what it was, and its pods are not: something else has changed, such as a node, a quota or what the pods depend on.',
    hints: [
      command`kubectl -n ${lock.cluster.namespace} describe ${workload.kind.toLowerCase()} ${workload.metadata.name}`,
      `once it is fixed: ${command`relctl rollback ${lock.release}`}`,
      `or end the rollback as it is: ${command`relctl rollback ${lock.release} --accept-unhealthy`}`,
    ],
    data: { object: name, before, now },
  });
}
