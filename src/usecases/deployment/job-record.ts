import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { recordDoubts } from '../release/doubts.ts';
import type { Entry } from '../release/journal.ts';
import { jobName } from './job-name.ts';
import { noteLetRun, wasLetRun } from './let-run.ts';

/**
 * What is recorded of a migration's Job: that it is about to be let run, and how it ended. A Job is made asleep, this is recorded, and only then
 * it is woken; so one that is gone either never ran, or may have. That it was let run is noted in the cluster as well: a history may have been
 * lost before it was pushed, and what it does not say is not known not to be.
 */
export interface JobRecord {
  /**
   * `woken`: it may have run; `ended`: it did; `not-run`: it did not, and may be made anew; `undefined`: it was never let run. What only
   * somebody wrote and nobody signed, where people sign, is no more than that it may have run.
   */
  read(job: string): Promise<'woken' | 'ended' | 'not-run' | undefined>;
  woken(job: string): Promise<void>;
  ended(job: string, detail: string): Promise<void>;
  notRun(job: string, reason: string): Promise<void>;
}

/** The record of the Jobs of a deployment in a target. */
export function jobRecord(run: Run, target: string): JobRecord {
  const { context, attempt, locks } = run;
  const { journal } = run.release;
  const lock = lockOf(run, target);
  const step = (job: string) => `job:${job}`;
  const fence = () => Math.max(1, ...[...locks.values()].map((one) => one.fence));
  const intended = (job: string) => ['step.intended', { attempt, step: step(job), fence: fence() }] as const;
  // A Job that was let run from a clone that is lost, or never, has no intent here: an end without one would break the history.
  const conclude = (job: string, end: Entry) =>
    journal.recordAll(journal.state.deployment?.steps.has(step(job)) === true ? [end] : [intended(job), end]);
  const found = (job: string) => journal.state.deployment?.steps.get(step(job));
  const inHistory = (job: string) => {
    const recorded = found(job);
    if (recorded === undefined) return undefined;
    if (!recorded.proved) return 'woken';
    return ({ intended: 'woken', completed: 'ended', failed: 'not-run' } as const)[recorded.state];
  };
  return {
    read: async (job) => inHistory(job) ?? ((await wasLetRun(lock, job)) ? 'woken' : undefined),
    async woken(job) {
      if (inHistory(job) !== 'woken') await journal.record(...intended(job));
      await noteLetRun(context, lock, attempt, job);
    },
    // Whoever resumes sees again how it ended.
    ended: async (job, detail) =>
      found(job)?.state === 'completed' && found(job)?.proved === true
        ? undefined
        : conclude(job, ['step.completed', { attempt, step: step(job), detail }]),
    notRun: (job, reason) => conclude(job, ['step.failed', { attempt, step: step(job), code: 'not-run', reason }]),
  };
}

/** A Job that was let run and is gone: nobody knows whether it has changed the database. */
export function unknownEnd(release: string, migration: string, job: string): RelctlError {
  return new RelctlError(
    'migration.unknown',
    `Job/${job} was let run and is gone: migration ${migration} may have run`,
    {
      why: 'Finished Jobs are cleaned up, and so are running ones of a node that is lost. To run it twice or to take it for undone may both lose data, so a person has to look at the database.',
      hints: [
        `it has run: ${command`relctl deploy ${release} --resume --ran ${migration}`}`,
        `it has not: ${command`relctl deploy ${release} --resume --not-run ${migration}`}`,
        `to roll back instead, with --ran or --not-run: ${command`relctl rollback ${release} --ran ${migration}`}`,
      ],
      data: { migration, job },
    },
  );
}

/** What a person found in the database, by migration. */
export interface FoundInDatabase {
  readonly ran?: readonly string[];
  readonly notRun?: readonly string[];
}

/** Records what a person found. Errors: `usage.bad-flag` for a migration of which nothing is in doubt. */
export async function settleMigrations(run: Run, { ran = [], notRun = [] }: FoundInDatabase): Promise<void> {
  const { actor } = run.context;
  if (ran.length + notRun.length === 0) return;
  for (const [migrations, has] of [
    [ran, true],
    [notRun, false],
  ] as const) {
    for (const migration of migrations) {
      const jobs = await inDoubt(run, migration);
      if (jobs.length === 0) throw nothingInDoubt(migration, has ? '--ran' : '--not-run');
      for (const { name, record } of jobs) {
        if (has) await record.ended(name, `it has run, says ${actor}`);
        else await record.notRun(name, `it has not run, says ${actor}`);
      }
    }
  }
}

/** A Job of a migration, and what is recorded of it. */
interface NamedJob {
  readonly name: string;
  readonly record: JobRecord;
}

/**
 * Jobs of a migration that were let run, whose end is not recorded, and that are gone; where people sign also that of one of which
 * nothing is proved.
 */
async function inDoubt(run: Run, id: string): Promise<readonly NamedJob[]> {
  const { plan } = run.release.journal;
  // By its whole name: the id of one migration may be the beginning of another's.
  const migration = plan.spec.migrations.find((one) => one.id === id);
  if (migration === undefined) return [];
  const unproved = (await isUnproved(run, id)) ? [...run.locks.keys()][0] : undefined;
  const doubted = await Promise.all(
    [...run.locks.keys()].flatMap((target) =>
      (['up', 'down'] as const).map(async (direction): Promise<readonly NamedJob[]> => {
        const name = jobName(plan.id, run.attempt, migration, direction, target);
        const record = jobRecord(run, target);
        const read = await record.read(name);
        const isOpen = read === 'woken' || (read === undefined && direction === 'up' && target === unproved);
        if (!isOpen) return [];
        const live = await lockOf(run, target).cluster.get({ apiVersion: 'batch/v1', kind: 'Job', name });
        return live === undefined ? [{ name, record }] : [];
      }),
    ),
  );
  return doubted.flat();
}

/** True for a migration of which nothing is recorded, where the record itself is in doubt. */
async function isUnproved({ context, release }: Run, id: string): Promise<boolean> {
  const isClaimed = release.journal.state.deployment?.steps.get(`migrate:${id}`)?.proved === false;
  return isClaimed || (await recordDoubts(context, release)).length > 0;
}

function nothingInDoubt(migration: string, flag: string): RelctlError {
  return new RelctlError('usage.bad-flag', `${flag} ${migration}: nothing is in doubt about this migration`, {
    why: 'Only what was let run and is gone can be settled by a person; anything else relctl reads in the cluster.',
    hints: ['leave the flag out'],
  });
}
