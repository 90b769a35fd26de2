import { isAsleep } from '../../domain/deployment/dormant.ts';
import { jobEnd } from '../../domain/kubernetes/jobs.ts';
import { RELEASE_LABEL } from '../../domain/kubernetes/manifests.ts';
import { type ImagesBeside, imagesBeside } from '../../domain/kubernetes/running-images.ts';
import { RelctlError } from '../../errors.ts';
import type { Migration } from '../../plan/spec.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import { refOf, removeFenced, startJob } from '../cluster/apply.ts';
import { awaitJob, type JobPurpose, jobLogs, jobPods } from '../cluster/await-job.ts';
import type { DesiredService } from '../cluster/desired-objects.ts';
import type { Lock } from '../cluster/lock.ts';
import type { Context } from '../release/context.ts';
import type { Direction } from './job-name.ts';
import { unknownEnd } from './job-record.ts';
import { CONTAINER, type MigrationRun, migrationJob } from './migration-job.ts';

/**
 * Runs a migration as a Kubernetes Job, once: a resumed run finds the Job by its name and waits for it. The Job stays until
 * the deployment is over, so that its end can be read as often as needed; its log is kept as evidence.
 * @returns the evidence; `undefined` for one that has run, as a person found
 * @throws RelctlError `migration.failed`, `rollout.timeout`; `migration.unknown` where it may have run and nobody can tell
 * @param options.retry a Job that failed is put away and run anew: for a person who has seen the failure
 */
export async function migrate(
  run: MigrationRun,
  migration: Migration,
  service: DesiredService,
  direction: Direction,
  options: { readonly retry: boolean } = { retry: false },
): Promise<Evidence | undefined> {
  const { context, lock, record } = run;
  const job = await migrationJob(run, migration, service, direction);
  const { name } = job.metadata;
  const purpose = purposeOf(run, migration);
  const live = await lock.cluster.get(refOf(job));
  const known = live === undefined ? await record?.read(name) : undefined;
  if (known === 'ended') return undefined;
  if (known === 'woken') throw purpose.gone(job);
  if (live !== undefined && options.retry && jobEnd(live, [], CONTAINER).state === 'failed') {
    await record?.notRun(name, 'it failed, and is run anew');
    await removeFenced(context, lock, refOf(job));
  }
  await startJob(context, lock, job, async () => record?.woken(name));
  await awaitJob(context, lock, job, { timeout: run.timeout, purpose });
  const log = await jobLogs(lock.cluster, name, CONTAINER);
  const evidence = await context.store.keep(
    run.release,
    `migration-${lock.target.replace('/', '-')}-${run.attempt}-${migration.id}-${direction}.log`,
    log,
  );
  await record?.ended(name, 'ended well');
  return evidence;
}

/** What a migration that has ended ran where it has an image of its own, by that image as the plan writes it. */
export async function ownImageRun(
  run: MigrationRun,
  migration: Migration,
  service: DesiredService,
): Promise<ImagesBeside> {
  if (migration.image === undefined) return {};
  const job = await migrationJob(run, migration, service, 'up');
  return imagesBeside(job, await jobPods(run.lock.cluster, job.metadata.name));
}

function purposeOf(run: MigrationRun, migration: Migration): JobPurpose {
  return {
    container: CONTAINER,
    failed: [
      'migration.failed',
      'The database is in the state in which the failed migration left it; the steps after it were not started.',
    ],
    timeout: ['rollout.timeout', 'A migration that hangs may hold locks in the database.'],
    gone: (job) => unknownEnd(run.release, migration.id, job.metadata.name),
  };
}

/**
 * How a migration that an earlier run began has ended; one that is still at work is waited for, and one that hangs is ended, since
 * whoever rolls back wants it to be over. Errors: `migration.unknown` where it may have changed something and nobody can tell.
 * @param options.isDoubted that nothing is recorded of it says nothing
 */
export async function endOfMigration(
  run: MigrationRun,
  migration: Migration,
  service: DesiredService,
  options: { readonly isDoubted?: boolean } = {},
): Promise<'not-run' | 'succeeded' | 'failed'> {
  const { context, lock, record } = run;
  const job = await migrationJob(run, migration, service, 'up');
  const { name } = job.metadata;
  const purpose = purposeOf(run, migration);
  const live = await lock.cluster.get(refOf(job));
  if (live === undefined) {
    const known = await record?.read(name);
    if (known === 'woken' || (known === undefined && options.isDoubted === true)) throw purpose.gone(job);
    return known === 'ended' ? 'succeeded' : 'not-run';
  }
  if (isAsleep(live)) {
    // Gone, so that the run that made it cannot wake it any more.
    await removeFenced(context, lock, refOf(job));
    await record?.notRun(name, 'it was made and never let run');
    return 'not-run';
  }
  try {
    await awaitJob(context, lock, job, { timeout: run.timeout, purpose });
    return 'succeeded';
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    if (error.code === 'migration.failed') return 'failed';
    if (error.code !== 'rollout.timeout') throw error;
    await removeFenced(context, lock, refOf(job));
    throw purpose.gone(job);
  }
}

/** Removes the Jobs of a release from a target; their logs are kept beside the plan. */
export async function removeJobs(context: Context, lock: Lock, release: string): Promise<void> {
  const jobs = await lock.cluster.list({ apiVersion: 'batch/v1', kind: 'Job', labels: { [RELEASE_LABEL]: release } });
  for (const job of jobs) {
    await removeFenced(context, lock, { apiVersion: 'batch/v1', kind: 'Job', name: job.metadata.name });
  }
}
