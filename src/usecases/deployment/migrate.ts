import { isAsleep } from '../../domain/deployment/dormant.ts';
import { RELEASE_LABEL } from '../../domain/kubernetes/manifests.ts';
import { jobStatus } from '../../domain/kubernetes/rollout.ts';
import { RelctlError } from '../../errors.ts';
import { sha256 } from '../../plan/digest.ts';
import type { Migration } from '../../plan/spec.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import { refOf, removeFenced, startJob } from '../cluster/apply.ts';
import { awaitJob, jobLogs } from '../cluster/await-ready.ts';
import type { DesiredService } from '../cluster/desired-objects.ts';
import type { Lock } from '../cluster/lock.ts';
import type { Context } from '../release/context.ts';

/** Which way a migration goes. */
export type Direction = 'up' | 'down';

/** What a migration of one environment needs. */
export interface MigrationRun {
  readonly context: Context;
  readonly release: string;
  readonly attempt: number;
  readonly lock: Lock;
  readonly timeout: string;
}

/**
 * Runs a migration as a Kubernetes Job, once: a resumed run finds the Job by its name and waits for it. The Job stays until
 * the deployment is over, so that its end can be read as often as needed; its log is kept as evidence.
 * @param options.retry a Job that failed is put away and run anew: for a person who has seen the failure
 */
export async function migrate(
  run: MigrationRun,
  migration: Migration,
  service: DesiredService,
  direction: Direction,
  options: { readonly retry: boolean } = { retry: false },
): Promise<Evidence> {
  const { context, lock } = run;
  const job = migrationJob(run, migration, service, direction);
  const live = await lock.cluster.get(refOf(job));
  const isRerun = live !== undefined && options.retry && jobStatus(live).state === 'failed';
  if (isRerun) await removeFenced(context, lock, refOf(job));
  await startJob(context, lock, job);
  await awaitJob(context, lock, job, run.timeout);
  const log = await jobLogs(lock.cluster, job.metadata.name);
  return context.store.keep(
    run.release,
    `migration-${lock.target.replace('/', '-')}-${run.attempt}-${migration.id}-${direction}.log`,
    log,
  );
}

/** How a migration that an earlier run began has ended; one that is still at work is waited for. Errors: `rollout.timeout`. */
export async function endOfMigration(
  run: MigrationRun,
  migration: Migration,
  service: DesiredService,
): Promise<'not-run' | 'succeeded' | 'failed'> {
  const { context, lock } = run;
  const job = migrationJob(run, migration, service, 'up');
  const live = await lock.cluster.get(refOf(job));
  if (live === undefined) return 'not-run';
  if (isAsleep(live)) {
    // Gone, so that the run that made it cannot wake it any more.
    await removeFenced(context, lock, refOf(job));
    return 'not-run';
  }
  try {
    await awaitJob(context, lock, job, run.timeout);
    return 'succeeded';
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'migration.failed') return 'failed';
    throw error;
  }
}

/** Removes the Jobs of a release from a target; their logs are kept beside the plan. */
export async function removeJobs(context: Context, lock: Lock, release: string): Promise<void> {
  const jobs = await lock.cluster.list({ apiVersion: 'batch/v1', kind: 'Job', labels: { [RELEASE_LABEL]: release } });
  for (const job of jobs) {
    await removeFenced(context, lock, { apiVersion: 'batch/v1', kind: 'Job', name: job.metadata.name });
  }
}

interface PodSpec {
  readonly containers: readonly { readonly name: string; readonly image?: string; readonly [field: string]: unknown }[];
  readonly [field: string]: unknown;
}

/** The Job: the service's own container (environment, volumes, account) with the migration's command. */
function migrationJob(
  run: MigrationRun,
  migration: Migration,
  service: DesiredService,
  direction: Direction,
): KubeObject {
  const pod = (service.deployment.spec as { template: { spec: PodSpec } }).template.spec;
  const own = pod.containers.find((container) => container.name === service.container);
  const labels = { [RELEASE_LABEL]: run.release, 'relctl.dev/migration': migration.id };
  const inherited = (container: typeof own, keys: readonly string[]) =>
    Object.fromEntries(keys.filter((key) => container?.[key] !== undefined).map((key) => [key, container?.[key]]));
  const podInherited = Object.fromEntries(
    ['volumes', 'serviceAccountName', 'imagePullSecrets', 'nodeSelector', 'tolerations', 'securityContext']
      .filter((key) => pod[key] !== undefined)
      .map((key) => [key, pod[key]]),
  );
  const command = direction === 'up' ? migration.up : migration.down;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      // Unique to release, attempt and direction: a new attempt runs it again, a resumed one does not.
      name: `${migration.id.slice(0, 40)}-${sha256(`${run.release} ${run.attempt} ${direction} ${migration.id} ${run.lock.target}`).slice(0, 10)}`,
      labels,
    },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels },
        spec: {
          ...podInherited,
          restartPolicy: 'Never',
          containers: [
            {
              ...inherited(own, ['env', 'envFrom', 'volumeMounts', 'resources', 'securityContext', 'imagePullPolicy']),
              name: 'migration',
              image: migration.image ?? own?.image ?? '',
              command: [...(command ?? [])],
            },
          ],
        },
      },
    },
  };
}
