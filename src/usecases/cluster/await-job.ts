import { jobEnd } from '../../domain/kubernetes/jobs.ts';
import { nameOf } from '../../domain/kubernetes/manifests.ts';
import { type ErrorCode, RelctlError } from '../../errors.ts';
import { durationSeconds, sayDuration } from '../../plan/duration.ts';
import type { Cluster, KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import type { Lock } from './lock.ts';
import { lookUntil } from './look-until.ts';

/** Last words of a container that are shown. */
const LOG_LINES = 12;

/** What a Job is for: whose end counts, and what it means when it does not end well. */
export interface JobPurpose {
  /** The container that does the work. */
  readonly container: string;
  readonly failed: readonly [code: ErrorCode, why: string];
  readonly timeout: readonly [code: ErrorCode, why: string];
  /** It is gone before anybody read how it ended. */
  readonly gone: (job: KubeObject) => RelctlError;
}

/**
 * Waits for a Job to end.
 * @throws RelctlError as its purpose says, with the last words of the container; `answer.interrupted`
 */
export async function awaitJob(
  context: Context,
  lock: Lock,
  job: KubeObject,
  { timeout, purpose }: { readonly timeout: string; readonly purpose: JobPurpose },
): Promise<void> {
  const { clock } = context;
  const deadline = clock.now() + durationSeconds(timeout) * 1000;
  const { apiVersion, kind } = job;
  const { name } = job.metadata;
  await lookUntil(context, lock, {
    subject: nameOf(job),
    queries: [
      { apiVersion, kind, name },
      { apiVersion: 'v1', kind: 'Pod', labels: { 'job-name': name } },
    ],
    async look([jobs = [], pods = []]) {
      const [live] = jobs;
      if (live === undefined) throw purpose.gone(job);
      const { state, detail } = jobEnd(live, pods, purpose.container);
      if (state === 'succeeded') return { answer: undefined };
      if (state === 'failed') {
        const [code, why] = purpose.failed;
        const words = await jobLogs(lock.cluster, name, purpose.container);
        throw new RelctlError(code, `${nameOf(job)} failed: ${detail}`, {
          why,
          hints: words.split('\n').filter(Boolean).slice(-LOG_LINES),
        });
      }
      if (clock.now() < deadline) return { detail };
      const [code, why] = purpose.timeout;
      throw new RelctlError(code, `${nameOf(job)} did not end within ${sayDuration(timeout)}: ${detail}`, {
        why,
        hints: [command`kubectl -n ${lock.cluster.namespace} logs job/${name}`],
      });
    },
  });
}

/** The pods of a Job, those that have ended too. */
export function jobPods(cluster: Cluster, job: string): Promise<readonly KubeObject[]> {
  return cluster.list({ apiVersion: 'v1', kind: 'Pod', labels: { 'job-name': job } });
}

/** What a container of a Job's pods printed. */
export async function jobLogs(cluster: Cluster, job: string, container: string): Promise<string> {
  const pods = await jobPods(cluster, job);
  const logs = await Promise.all(pods.map((pod) => cluster.logs(pod.metadata.name, { tail: 1000, container })));
  return logs.join('\n');
}
