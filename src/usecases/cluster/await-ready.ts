import type { Acceptance, Steering } from '../../domain/deployment/strategies/strategy.ts';
import { type Health, healthOf } from '../../domain/kubernetes/health.ts';
import { nameOf } from '../../domain/kubernetes/manifests.ts';
import { newestPods, type RolloutStatus, rolloutStatus } from '../../domain/kubernetes/rollout.ts';
import { RelctlError } from '../../errors.ts';
import { durationSeconds, sayDuration } from '../../plan/duration.ts';
import type { Cluster, FollowQuery, KubeObject, ObjectRef } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import type { Lock } from './lock.ts';
import { LOOK_MS, lookUntil } from './look-until.ts';

/** Last words of a container that are shown. */
const LOG_LINES = 12;

/**
 * Waits until a workload is rolled out in the generation that was written, and fails as soon as it cannot be any more: a
 * doom that still stands a second later is not waited out.
 * @param before its health before the release: one that was short of pods then, and has as many of the new ones, is done when the time
 *   is over
 * @returns the pods of the candidate
 * @throws RelctlError `rollout.doomed` with the container's last words, `rollout.timeout`, `answer.interrupted`
 */
export async function awaitRollout(
  context: Context,
  lock: Lock,
  written: KubeObject,
  timeout: string,
  before?: Health,
): Promise<readonly KubeObject[]> {
  const { clock } = context;
  const deadline = clock.now() + durationSeconds(timeout) * 1000;
  const { name } = written.metadata;
  const isFinal = finality();
  return lookUntil(context, lock, {
    subject: nameOf(written),
    queries: workloadQueries(written),
    async look([workloads = [], replicaSets = [], pods = []]) {
      const [live] = workloads;
      const status = statusOf(written, live, replicaSets, pods);
      if (status.state === 'complete' && live !== undefined) return { answer: newestPods(live, replicaSets, pods) };
      const now = clock.now();
      if (isFinal(status, now) && status.state === 'doomed') throw await doomed(lock.cluster, written, status);
      const detail = status.state === 'progressing' ? status.detail : status.state === 'doomed' ? status.reason : '';
      if (now < deadline) return { detail };
      if (live !== undefined && isAsGood(healthOf(live, replicaSets, pods), before)) {
        const text = `${nameOf(written)}: ${detail}; it had no more before the release`;
        context.sink.emit({ type: 'note', level: 'warning', text });
        return { answer: newestPods(live, replicaSets, pods) };
      }
      throw new RelctlError('rollout.timeout', `${nameOf(written)} was not rolled out within ${sayDuration(timeout)}`, {
        why: `It neither finished nor failed: ${detail}.`,
        hints: [command`kubectl -n ${lock.cluster.namespace} describe ${written.kind.toLowerCase()} ${name}`],
      });
    },
  });
}

/** True where a workload has as many new pods as it had of any kind when it was short of them before. */
function isAsGood(now: Health, before: Health | undefined): boolean {
  return before?.trouble !== undefined && before.available > 0 && now.newest >= before.available;
}

/** Waits until the controller of a workload has seen the generation that was written. Errors: `rollout.timeout`, `answer.interrupted`. */
export async function awaitObserved(
  context: Context,
  lock: Lock,
  written: KubeObject,
  timeout: string,
): Promise<KubeObject> {
  const deadline = context.clock.now() + durationSeconds(timeout) * 1000;
  const { name, generation = 0 } = written.metadata;
  return lookUntil<KubeObject>(context, lock, {
    subject: nameOf(written),
    queries: [{ apiVersion: written.apiVersion, kind: written.kind, name }],
    look([found = []]) {
      const [live] = found;
      const { observedGeneration = 0 } = (live?.status ?? {}) as { readonly observedGeneration?: number };
      if (live !== undefined && observedGeneration >= generation) return { answer: live };
      if (context.clock.now() < deadline) return { detail: 'not observed yet' };
      throw new RelctlError('rollout.timeout', `${nameOf(written)} was not observed within ${sayDuration(timeout)}`, {
        why: 'Its controller has not looked at it, so nothing can be done to its pods.',
        hints: [command`kubectl -n ${lock.cluster.namespace} describe ${written.kind.toLowerCase()} ${name}`],
      });
    },
  });
}

/** What has to be followed to know how far a workload has come: itself, its ReplicaSets, its pods. */
export function workloadQueries(workload: KubeObject): readonly [FollowQuery, FollowQuery, FollowQuery] {
  const { apiVersion, kind, metadata } = workload;
  const labels = selectorLabelsOf(workload);
  return [
    { apiVersion, kind, name: metadata.name },
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', labels },
    { apiVersion: 'v1', kind: 'Pod', labels },
  ];
}

/** How far a workload has come, in the generation that was written or a later one. */
export function statusOf(
  written: KubeObject,
  live: KubeObject | undefined,
  replicaSets: readonly KubeObject[],
  pods: readonly KubeObject[],
): RolloutStatus {
  const isCurrent = live !== undefined && (live.metadata.generation ?? 0) >= (written.metadata.generation ?? 0);
  return isCurrent ? rolloutStatus(live, replicaSets, pods) : { state: 'progressing', detail: 'not there yet' };
}

/** Tells when a doom has stood for its patience; one that goes away in between begins anew. */
export function finality(): (status: RolloutStatus, now: number) => boolean {
  let since: number | undefined;
  return (status, now) => {
    if (status.state !== 'doomed') {
      since = undefined;
      return false;
    }
    since ??= now;
    return now - since >= Math.max(status.patience * 1000, LOOK_MS);
  };
}

/** Labels that all pods of a workload have; a selector cannot change. */
function selectorLabelsOf({ spec }: KubeObject): Readonly<Record<string, string>> {
  return (spec as { selector?: { matchLabels?: Record<string, string> } } | undefined)?.selector?.matchLabels ?? {};
}

/** How long a gateway may say no before that is believed: it may not have seen a Service yet that was just made. */
const REFUSAL_MS = 10_000;

/**
 * Waits until the controller of a route has taken it in the generation that stands now.
 * @throws RelctlError `canary.route-refused` with what it says, `answer.interrupted`
 */
export async function awaitAccepted(
  context: Context,
  lock: Lock,
  ref: ObjectRef,
  steering: Steering,
  timeout: string,
): Promise<void> {
  const { clock } = context;
  const began = clock.now();
  const deadline = began + durationSeconds(timeout) * 1000;
  const subject = nameOf({ kind: ref.kind, metadata: { name: ref.name } });
  await lookUntil(context, lock, {
    subject,
    queries: [ref],
    look([routes = []]) {
      const [live] = routes;
      const said: Acceptance =
        live === undefined ? { state: 'refused', reason: 'it no longer exists' } : steering.acceptance(live);
      if (said.state === 'accepted') return { answer: undefined };
      const isRefused = said.state === 'refused';
      const detail = isRefused ? said.reason : said.detail;
      const now = clock.now();
      if (now < deadline && !(isRefused && now - began >= REFUSAL_MS)) return { detail };
      const problem = isRefused ? 'was not taken' : `was not taken within ${sayDuration(timeout)}`;
      throw new RelctlError('canary.route-refused', `${subject} ${problem}: ${detail}`, {
        why: 'Until its gateway has accepted a route and found all of its backends, requests may fail.',
        hints: [command`kubectl -n ${lock.cluster.namespace} get ${ref.kind.toLowerCase()} ${ref.name} -o yaml`],
      });
    },
  });
}

async function doomed(
  cluster: Cluster,
  deployment: KubeObject,
  status: Extract<RolloutStatus, { state: 'doomed' }>,
): Promise<RelctlError> {
  const words = await lastWords(cluster, status);
  return new RelctlError('rollout.doomed', `${nameOf(deployment)} cannot become ready: ${status.reason}`, {
    why: 'Waiting does not help, so the deployment does not wait for the progress deadline.',
    hints: [
      command`kubectl -n ${cluster.namespace} describe ${status.pod === undefined ? `${deployment.kind.toLowerCase()} ${deployment.metadata.name}` : `pod ${status.pod}`}`,
      ...(words === '' ? [] : [`last lines of ${status.container}:`, ...words.split('\n')]),
    ],
    data: { deployment: deployment.metadata.name, reason: status.reason, lastWords: words },
  });
}

/** The end of the log of the container that failed; of the run before when it was restarted. */
async function lastWords(cluster: Cluster, status: Extract<RolloutStatus, { state: 'doomed' }>): Promise<string> {
  if (status.pod === undefined || status.container === undefined) return '';
  const options = { container: status.container, tail: LOG_LINES };
  try {
    const previous = await cluster.logs(status.pod, { ...options, previous: true });
    return (previous === '' ? await cluster.logs(status.pod, options) : previous).trimEnd();
  } catch {
    // A container that never started has said nothing.
    return '';
  }
}
