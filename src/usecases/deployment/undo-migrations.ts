import { isAsleep } from '../../domain/deployment/dormant.ts';
import { productionTargets } from '../../domain/deployment/steps.ts';
import { RelctlError } from '../../errors.ts';
import type { Migration } from '../../plan/spec.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { highestFence } from './forward.ts';
import { jobName } from './job-name.ts';
import { jobRecord } from './job-record.ts';
import { wasLetRun } from './let-run.ts';
import { endOfMigration, migrate } from './migrate.ts';
import { migrationRun } from './perform.ts';
import { desired } from './shipped.ts';

/** A migration without return, and whether it is known to have been begun; where it is not, a person has to look at the database. */
export interface OfNoReturn {
  readonly migration: Migration;
  /** Its Job, which is gone where nobody knows. */
  readonly job: string;
  readonly isKnown: boolean;
}

/**
 * A migration without return that was begun, or may have been: one that failed half-way may have passed the point as well. What nobody signed
 * proves neither: whoever may push could else freeze a bad candidate in production. Nor is it proved by it that nothing was begun.
 */
export async function migrationOfNoReturn(run: Run, doubts: readonly string[]): Promise<OfNoReturn | undefined> {
  const { migrations } = run.release.journal.plan.spec;
  const found: OfNoReturn[] = [];
  for (const migration of migrations.filter((one) => one.pointOfNoReturn)) {
    const job = jobName(run.release.journal.plan.id, run.attempt, migration, 'up', targetOf(run));
    const isBegun = await wasBegun(run, migration, job, doubts);
    if (isBegun !== false) found.push({ migration, job, isKnown: isBegun === true });
  }
  return found.find((one) => one.isKnown) ?? found[0];
}

/**
 * Whether a migration was begun: told by what is proved, or else by its Job; `undefined` where that is gone, and only somebody's word is left, or the note
 * that it was let run.
 */
async function wasBegun(
  run: Run,
  { id }: Migration,
  job: string,
  doubts: readonly string[],
): Promise<boolean | undefined> {
  const { steps } = run.release.journal.state.deployment ?? {};
  const recorded = [steps?.get(`migrate:${id}`), steps?.get(`job:${job}`)].filter((one) => one !== undefined);
  const target = targetOf(run);
  if ((await jobRecord(run, target).read(job)) === 'not-run') return false;
  if (recorded.some((one) => one.proved)) return true;
  const lock = lockOf(run, target);
  const live = await lock.cluster.get({ apiVersion: 'batch/v1', kind: 'Job', name: job });
  if (live !== undefined) return !isAsleep(live);
  // A history may have lost that it was begun; the cluster has not.
  const isSaid = recorded.length + doubts.length > 0 || (await wasLetRun(lock, job));
  return isSaid ? undefined : false;
}

/**
 * Undoes the reversible migrations of this attempt in reverse order, once the old code runs again. The Jobs stay until the
 * rollback is over, so that a killed one finds what it has done.
 * @returns what was undone, for people
 * @throws RelctlError `migration.failed`, `rollout.timeout`
 */
export async function undoMigrations(run: Run, doubts: readonly string[]): Promise<string> {
  await awaitBegun(run, doubts);
  const done = migrationsDone(run);
  const reversible = [...done].reverse().filter((migration) => migration.reversible);
  const { events } = run.release.journal.plan;
  const retry = events.some(
    (event) =>
      event.type === 'rollback.failed' && event.data.attempt === run.attempt && event.data.code === 'migration.failed',
  );
  for (const migration of reversible) {
    const service = await desired(run, migration.service);
    await migrate(migrationRun(run, targetOf(run)), migration, service, 'down', { retry });
  }
  return summary(done, reversible);
}

/**
 * A killed run may have left a migration at work, or one that ended unrecorded. It is waited for and recorded: what changed
 * the database has to be undone, whoever saw it end. Where people sign, the cluster is asked as well for what is not proved, and a person where
 * it does not know.
 */
async function awaitBegun(run: Run, doubts: readonly string[]): Promise<void> {
  const { journal } = run.release;
  for (const migration of journal.plan.spec.migrations) {
    const step = `migrate:${migration.id}`;
    const recorded = journal.state.deployment?.steps.get(step);
    if (recorded?.state === 'completed' && recorded.proved) continue;
    // Where nobody signs, what is recorded neither here nor in the cluster was not begun.
    if (recorded === undefined && run.release.signing.sealing === undefined && !(await hasTraces(run, migration)))
      continue;
    const service = await desired(run, migration.service);
    const isDoubted = doubts.length > 0 || recorded?.state === 'completed';
    const end = await endOfMigration(migrationRun(run, targetOf(run)), migration, service, { isDoubted });
    if (end !== 'succeeded') continue;
    if (recorded === undefined)
      await journal.record('step.intended', { attempt: run.attempt, step, fence: highestFence(run) });
    await journal.record('step.completed', {
      attempt: run.attempt,
      step,
      detail: 'found done when it was rolled back',
    });
  }
}

/** Whether the cluster knows of a migration that the history, of which a part may be lost, does not: its Job, or that it was let run. */
async function hasTraces(run: Run, migration: Migration): Promise<boolean> {
  const target = targetOf(run);
  const name = jobName(run.release.journal.plan.id, run.attempt, migration, 'up', target);
  if ((await jobRecord(run, target).read(name)) !== undefined) return true;
  return (await lockOf(run, target).cluster.get({ apiVersion: 'batch/v1', kind: 'Job', name })) !== undefined;
}

/** Migrations that this attempt has run to their end. */
function migrationsDone(run: Run): readonly Migration[] {
  const { plan, state } = run.release.journal;
  return plan.spec.migrations.filter((migration) => {
    const recorded = state.deployment?.steps.get(`migrate:${migration.id}`);
    return recorded?.state === 'completed' && recorded.proved;
  });
}

/** Migrations run once, in the first target. */
function targetOf(run: Run): string {
  const [target] = productionTargets(run.context.config);
  if (target === undefined) throw new RelctlError('bug', 'production has no target');
  return target;
}

function summary(done: readonly Migration[], reversible: readonly Migration[]): string {
  if (done.length === 0) return 'none had been run';
  const undone = reversible.map((migration) => migration.id);
  const kept = done.filter((migration) => !migration.reversible).map((migration) => migration.id);
  return [
    undone.length === 0 ? '' : `undone: ${undone.join(', ')}`,
    kept.length === 0 ? '' : `not reversible, left as they are: ${kept.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ');
}
