import type { Acceptance, Steering } from '../../domain/deployment/strategies/strategy.ts';
import { nameOf } from '../../domain/kubernetes/manifests.ts';
import { jobStatus, newestPods, type RolloutStatus, rolloutStatus } from '../../domain/kubernetes/rollout.ts';
import { RelctlError } from '../../errors.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { Cluster, KubeObject, ObjectRef } from '../../ports/cluster.ts';
import type { Context } from '../release/context.ts';
import { stopIfInterrupted } from './interrupted.ts';
import { keepLock, type Lock } from './lock.ts';

/** How often objects are looked at while they change. */
const POLL_MS = 1000;
/** For which part of that time a look still counts as new: those who wait for different services come to look together. */
const FRESH = 0.8;
/** Last words of a container that are shown. */
const LOG_LINES = 12;

/** Deployments, ReplicaSets and pods of a target at one moment. */
interface Snapshot {
  readonly at: number;
  readonly objects: Promise<readonly [readonly KubeObject[], readonly KubeObject[], readonly KubeObject[]]>;
}
const snapshots = new WeakMap<Cluster, Snapshot>();

/** One look at a namespace serves all services that are waited for at the same time. */
function observe(context: Context, cluster: Cluster): Snapshot['objects'] {
  const now = context.clock.now();
  const last = snapshots.get(cluster);
  if (last !== undefined && now - last.at < POLL_MS * FRESH) return last.objects;
  const objects = Promise.all([
    cluster.list({ apiVersion: 'apps/v1', kind: 'Deployment' }),
    cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }),
    cluster.list({ apiVersion: 'v1', kind: 'Pod' }),
  ]);
  snapshots.set(cluster, { at: now, objects });
  return objects;
}

/**
 * Waits until a Deployment is rolled out in the generation that was written, and fails as soon as it cannot be any more: a
 * doom that is seen at two looks is not waited out.
 * @returns the pods of the candidate
 * @throws RelctlError `rollout.doomed` with the container's last words, `rollout.timeout`, `answer.interrupted`
 */
export async function awaitRollout(
  context: Context,
  lock: Lock,
  written: KubeObject,
  timeout: string,
): Promise<readonly KubeObject[]> {
  const { clock, sink } = context;
  const deadline = clock.now() + durationSeconds(timeout) * 1000;
  let doomedSince: number | undefined;
  snapshots.delete(lock.cluster);
  for (;;) {
    const [deployments, replicaSets, pods] = await observe(context, lock.cluster);
    const live = deployments.find((one) => one.metadata.name === written.metadata.name);
    const isCurrent = live !== undefined && (live.metadata.generation ?? 0) >= (written.metadata.generation ?? 0);
    const status: RolloutStatus = isCurrent
      ? rolloutStatus(live, replicaSets, pods)
      : { state: 'progressing', detail: 'not there yet' };
    if (status.state === 'complete' && live !== undefined) return newestPods(live, replicaSets, pods);
    if (status.state === 'doomed' && doomedSince !== undefined && clock.now() - doomedSince >= status.patience * 1000) {
      throw await doomed(lock.cluster, written, status);
    }
    doomedSince = status.state === 'doomed' ? (doomedSince ?? clock.now()) : undefined;
    const detail = status.state === 'progressing' ? status.detail : status.state === 'doomed' ? status.reason : '';
    sink.emit({ type: 'waiting', subject: nameOf(written), detail });
    if (clock.now() >= deadline) {
      throw new RelctlError('rollout.timeout', `${nameOf(written)} was not rolled out within ${timeout}`, {
        why: `It neither finished nor failed for good: ${detail}.`,
        hints: [`kubectl -n ${lock.cluster.namespace} describe deployment ${written.metadata.name}`],
      });
    }
    await keepLock(context, lock);
    await clock.sleep(POLL_MS, context.interruption.signal);
    stopIfInterrupted(context);
  }
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
  const { clock, sink } = context;
  const began = clock.now();
  const deadline = began + durationSeconds(timeout) * 1000;
  const name = nameOf({ kind: ref.kind, metadata: { name: ref.name } });
  for (;;) {
    const live = await lock.cluster.get(ref);
    const said: Acceptance =
      live === undefined ? { state: 'refused', reason: 'it is gone' } : steering.acceptance(live);
    if (said.state === 'accepted') return;
    const detail = said.state === 'pending' ? said.detail : said.reason;
    sink.emit({ type: 'waiting', subject: name, detail });
    const now = clock.now();
    if (now >= deadline || (said.state === 'refused' && now - began >= REFUSAL_MS)) {
      throw new RelctlError(
        'canary.route-refused',
        said.state === 'refused'
          ? `${name} was not taken: ${detail}`
          : `${name} was not taken within ${timeout}: ${detail}`,
        {
          why: 'Until its gateway has accepted a route and found all of its backends, requests may fail.',
          hints: [`kubectl -n ${lock.cluster.namespace} get ${ref.kind.toLowerCase()} ${ref.name} -o yaml`],
        },
      );
    }
    await keepLock(context, lock);
    await clock.sleep(POLL_MS, context.interruption.signal);
    stopIfInterrupted(context);
  }
}

/** Waits for a Job to end. Errors: `migration.failed` with its last words, `rollout.timeout`, `answer.interrupted`. */
export async function awaitJob(context: Context, lock: Lock, job: KubeObject, timeout: string): Promise<void> {
  const { clock, sink } = context;
  const deadline = clock.now() + durationSeconds(timeout) * 1000;
  const ref = { apiVersion: job.apiVersion, kind: job.kind, name: job.metadata.name };
  for (;;) {
    const live = await lock.cluster.get(ref);
    const status = live === undefined ? { state: 'failed' as const, detail: 'the Job is gone' } : jobStatus(live);
    if (status.state === 'succeeded') return;
    if (status.state === 'failed') {
      throw new RelctlError('migration.failed', `${nameOf(job)} failed: ${status.detail}`, {
        why: 'The database is where the failed migration left it; what comes after it was not begun.',
        hints: (await jobLogs(lock.cluster, job.metadata.name)).split('\n').filter(Boolean).slice(-LOG_LINES),
      });
    }
    sink.emit({ type: 'waiting', subject: nameOf(job), detail: status.detail });
    if (clock.now() >= deadline) {
      throw new RelctlError('rollout.timeout', `${nameOf(job)} did not end within ${timeout}`, {
        why: 'A migration that hangs may hold locks in the database.',
        hints: [`kubectl -n ${lock.cluster.namespace} logs job/${job.metadata.name}`],
      });
    }
    await keepLock(context, lock);
    await clock.sleep(POLL_MS, context.interruption.signal);
    stopIfInterrupted(context);
  }
}

/** What the pods of a Job printed. */
export async function jobLogs(cluster: Cluster, job: string): Promise<string> {
  const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod', labels: { 'job-name': job } });
  const logs = await Promise.all(pods.map((pod) => cluster.logs(pod.metadata.name, { tail: 1000 })));
  return logs.join('\n');
}

async function doomed(
  cluster: Cluster,
  deployment: KubeObject,
  status: Extract<RolloutStatus, { state: 'doomed' }>,
): Promise<RelctlError> {
  const words = await lastWords(cluster, status);
  return new RelctlError('rollout.doomed', `${nameOf(deployment)} cannot become ready: ${status.reason}`, {
    why: 'No waiting mends this, so the deployment does not wait for the progress deadline.',
    hints: [
      `kubectl -n ${cluster.namespace} describe ${status.pod === undefined ? `deployment ${deployment.metadata.name}` : `pod ${status.pod}`}`,
      ...(words === '' ? [] : [`last words of ${status.container}:`, ...words.split('\n')]),
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
