import { productionTargets } from '../../domain/deployment/steps.ts';
import { RelctlError } from '../../domain/errors.ts';
import { canaryName, isDeployment, nameOf, sameObject } from '../../domain/manifests.ts';
import { notify } from '../notify.ts';
import { refOf, removeFenced, restoreFenced } from './apply.ts';
import { type Baseline, type BaselineObject, readBaseline } from './baseline.ts';
import { highestFence } from './forward.ts';
import { removeJobs } from './migrate.ts';
import { lockOf, type Run } from './run.ts';
import { migrationOfNoReturn, undoMigrations } from './undo-migrations.ts';
import { awaitRollout } from './watch.ts';

/** How a rollback ended. */
export type RollbackEnd =
  | { readonly state: 'rolled-back'; readonly verified: string }
  /** A migration is past its point of no return: nothing was changed, a person was called. */
  | { readonly state: 'frozen'; readonly migration: string };

/**
 * Puts production back to what was recorded before the release, and proves it by comparing every touched object.
 * Each step reads the cluster first, so a killed rollback is finished by giving the command again.
 * @throws RelctlError `rollback.incomplete` when production is not what it was
 */
export async function rollBack(
  run: Run,
  reason: string,
  options: { readonly pastPointOfNoReturn: boolean } = { pastPointOfNoReturn: false },
): Promise<RollbackEnd> {
  const { release, context } = run;
  const { journal } = release;
  const fatal = options.pastPointOfNoReturn ? undefined : migrationOfNoReturn(run);
  if (fatal !== undefined) {
    const text = `${reason}; migration ${fatal.id} is past its point of no return`;
    await journal.record('release.frozen', { attempt: run.attempt, reason: text, migration: fatal.id });
    await notify(context, release, 'release.frozen', `attempt ${run.attempt}`, {
      reason: text,
      command: `relctl status ${journal.plan.id}`,
    });
    return { state: 'frozen', migration: fatal.id };
  }
  if (journal.state.deployment?.result !== 'rolling-back') {
    await journal.record('rollback.started', { attempt: run.attempt, reason, fence: highestFence(run) });
  }
  const targets = productionTargets(context.config);
  const baselines = await Promise.all(targets.map((target) => readBaseline(context, run, target)));
  const known = baselines.filter((baseline) => baseline !== undefined);
  await undo(run, 'canaries', 'Take the canary out of production', () => removeCanaries(run, known));
  await undo(run, 'objects', 'Put back what production ran', () => restoreAll(run, known));
  if (journal.state.deployment?.steps.get('undo:migrations')?.state !== 'completed') {
    // What undoes a migration runs once; the other steps only look when they are done already.
    await undo(run, 'migrations', 'Undo the migrations', () => undoMigrations(run));
  }
  const verified = await undo(run, 'verify', 'Compare production with what it was', () => verify(run, known));
  for (const lock of run.locks.values()) await removeJobs(context, lock, journal.plan.id);
  await journal.record('rollback.completed', { attempt: run.attempt, verified });
  await notify(context, release, 'release.rolled-back', `attempt ${run.attempt}`, { reason });
  return { state: 'rolled-back', verified };
}

async function undo(run: Run, name: string, title: string, act: () => Promise<string>): Promise<string> {
  const { journal } = run.release;
  const { sink } = run.context;
  const id = `undo:${name}`;
  const data = { attempt: run.attempt, step: id };
  sink.emit({ type: 'step', step: id, title, state: 'started' });
  await journal.record('step.intended', { ...data, fence: highestFence(run) });
  try {
    const detail = await act();
    await journal.record('step.completed', { ...data, detail });
    sink.emit({ type: 'step', step: id, title, state: 'completed', detail });
    return detail;
  } catch (error) {
    if (error instanceof RelctlError) {
      sink.emit({ type: 'step', step: id, title, state: 'failed', detail: error.message });
      await journal.record('rollback.failed', { attempt: run.attempt, code: error.code, reason: error.message });
    }
    throw error;
  }
}

async function removeCanaries(run: Run, baselines: readonly Baseline[]): Promise<string> {
  if (run.release.journal.plan.spec.canary.strategy === 'region') return 'the canary was a region; it is put back next';
  let removed = 0;
  for (const baseline of baselines) {
    const lock = lockOf(run, baseline.target);
    for (const one of baseline.objects) {
      if (one.kind !== 'Deployment') continue;
      const ref = { apiVersion: one.apiVersion, kind: one.kind, name: canaryName(one.name) };
      if ((await lock.cluster.get(ref)) === undefined) continue;
      await removeFenced(run.context, lock, ref);
      removed += 1;
    }
  }
  return removed === 0 ? 'there was none' : `${removed} removed`;
}

/** Services go back in the reverse of the order in which they were rolled out. */
async function restoreAll(run: Run, baselines: readonly Baseline[]): Promise<string> {
  let restored = 0;
  for (const baseline of baselines) {
    const lock = lockOf(run, baseline.target);
    for (const one of [...baseline.objects].reverse()) {
      const live = await lock.cluster.get(one);
      if (one.object === null) {
        if (live === undefined || one.sha256 !== undefined) continue;
        await removeFenced(run.context, lock, one);
      } else {
        if (live !== undefined && sameObject(live, one.object)) continue;
        await restoreFenced(run.context, lock, one.object);
      }
      restored += 1;
    }
    for (const one of baseline.objects) await awaitRestored(run, baseline, one);
  }
  return restored === 0 ? 'nothing had been changed' : `${restored} ${restored === 1 ? 'object' : 'objects'} put back`;
}

async function awaitRestored(run: Run, baseline: Baseline, one: BaselineObject): Promise<void> {
  if (one.object === null || !isDeployment(one.object)) return;
  const lock = lockOf(run, baseline.target);
  const live = await lock.cluster.get(refOf(one.object));
  if (live !== undefined) await awaitRollout(run.context, lock, live, run.policy.production.rolloutTimeout);
}

async function verify(run: Run, baselines: readonly Baseline[]): Promise<string> {
  const different: string[] = [];
  let compared = 0;
  for (const { target, objects } of baselines) {
    const { cluster } = lockOf(run, target);
    for (const one of objects) {
      if (one.sha256 !== undefined) continue;
      const live = await cluster.get(one);
      compared += 1;
      const same = one.object === null ? live === undefined : live !== undefined && sameObject(live, one.object);
      if (!same) different.push(`${target} ${nameOf({ kind: one.kind, metadata: { name: one.name } })}`);
    }
    const recorded = objects.map((one) => one.object).filter((object) => object !== null);
    const diff = recorded.length === 0 ? '' : await cluster.diff(recorded);
    if (diff !== '') different.push(`${target}: kubectl diff is not empty`);
  }
  if (different.length === 0) return `empty diff over ${compared} objects`;
  throw new RelctlError('rollback.incomplete', `production is not what it was: ${different.join(', ')}`, {
    why: 'A rollback is done when nothing of the release is left, and that is proved and not assumed.',
    hints: [`relctl rollback ${run.release.journal.plan.id}`],
    data: { different },
  });
}
