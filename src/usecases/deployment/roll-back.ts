import { UNDO_TITLES } from '../../domain/deployment/step-titles.ts';
import { productionTargets } from '../../domain/deployment/steps.ts';
import { isByRegion, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { canaryName } from '../../domain/kubernetes/manifests.ts';
import { hintOf, waysBack } from '../../domain/process/stopped.ts';
import { UNDONE } from '../../domain/signing/acts.ts';
import { RelctlError } from '../../errors.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import { command } from '../../text/command-line.ts';
import { plural } from '../../text/plural.ts';
import { removeOwn, removeRouting, silenceCanary } from '../canary/routing.ts';
import { refuseOtherPlan } from '../cluster/kept-snapshot.ts';
import { proveLock } from '../cluster/lock.ts';
import type { Run } from '../cluster/run.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import { revertRollout } from '../gitops/revert-rollout.ts';
import { recordDoubts } from '../release/doubts.ts';
import type { Entry } from '../release/journal.ts';
import { recordAndTell } from '../release/notify.ts';
import { fenceOffOthers } from './fence-off.ts';
import { highestFence } from './forward.ts';
import { refuseGoing } from './going.ts';
import { insistOnRecords } from './insist.ts';
import { unknownEnd } from './job-record.ts';
import { removeJobs } from './migrate.ts';
import { type HandChanges, settleHandChanges } from './others-changes.ts';
import { type PutBackOptions, putBack, removeAdded } from './put-back.ts';
import { type Lost, placedServices, type Recalled, recall, refuseCandidate } from './recall.ts';
import { migrationOfNoReturn, undoMigrations } from './undo-migrations.ts';
import { verifyBack } from './verify-back.ts';

/** How a rollback ended. */
export type RollbackEnd =
  | { readonly state: 'rolled-back'; readonly verified: string; readonly isProven: boolean }
  /** A migration is past its point of no return: nothing was changed, a person was called. */
  | { readonly state: 'frozen'; readonly migration: string };

/** What a person has decided beforehand. */
export interface RollBackOptions {
  readonly pastPointOfNoReturn?: boolean;
  /** What becomes of objects that somebody changed after the release had written them; asked for where nobody said. */
  readonly handChanges?: HandChanges;
  /** End it although a workload is less well than it was. */
  readonly acceptUnhealthy?: boolean;
  /** End it although nobody has what ran before any more: a person has put production back. */
  readonly acceptUnproven?: boolean;
}

/**
 * Puts production back to what was recorded before the release, and proves it by comparing every touched object.
 * Each step reads the cluster first, so a killed rollback is finished by giving the command again.
 * @throws RelctlError `rollback.incomplete` when production is not what it was
 */
export async function rollBack(run: Run, reason: string, options: RollBackOptions = {}): Promise<RollbackEnd> {
  const { release, context } = run;
  const { journal } = release;
  insistOnRecords(run);
  const targets = productionTargets(context.config);
  if (release.signing.sealing !== undefined) for (const target of targets) await refuseOtherPlan(run, target);
  const doubts = await recordDoubts(context, release);
  for (const text of doubts)
    context.sink.emit({ type: 'note', level: 'warning', text: `the record is in doubt: ${text}` });
  const ofNoReturn = options.pastPointOfNoReturn === true ? undefined : await migrationOfNoReturn(run, doubts);
  if (ofNoReturn?.isKnown === true) {
    const { id } = ofNoReturn.migration;
    const text = `${reason}; migration ${id} is past its point of no return`;
    const frozen: Entry = ['release.frozen', { attempt: run.attempt, reason: text, migration: id }];
    await recordAndTell(context, release, [frozen], 'release.frozen', `attempt ${run.attempt}`, {
      reason: text,
      command: command`relctl status ${journal.plan.id}`,
    });
    return { state: 'frozen', migration: id };
  }
  const { result, provedBack } = journal.state.deployment ?? {};
  if (result !== 'rolling-back' || provedBack?.has('rollback.started') !== true) {
    await journal.record('rollback.started', { attempt: run.attempt, reason, fence: highestFence(run) });
  }
  const recalled = await recall(run, targets);
  const { snapshots: known, lost } = recalled;
  // Users first: the canary loses its requests before anything else is done.
  if (isSteered(run)) {
    await undo(run, 'traffic', () => silenceAll(run, recalled));
  }
  await undo(run, 'canaries', () => removeCanaries(run, recalled));
  // Old code is put back only where a person knows that the data is still of it; until then no user is on the candidate's canary.
  if (ofNoReturn !== undefined) {
    await settled(run, async () => {
      throw unknownEnd(journal.plan.id, ofNoReturn.migration.id, ofNoReturn.job);
    });
  }
  await settled(run, () => acceptLost(run, lost, options.acceptUnproven === true));
  if (gitopsOf(context.config) !== undefined) {
    await undo(run, 'commit', () => revertRollout(run, known));
  }
  const kept = await settled(run, async () => {
    await fenceOffOthers(run, { isWayBack: true });
    await refuseGoing(run, known);
    return settleHandChanges(run, known, options.handChanges);
  });
  const unwell: string[] = [];
  await undo(run, 'objects', () =>
    restoreAll(run, known, { kept, acceptUnhealthy: options.acceptUnhealthy === true }, unwell),
  );
  const undone = journal.state.deployment?.steps.get(UNDONE);
  if (undone?.state !== 'completed' || !undone.proved) {
    // What undoes a migration runs once; the other steps only look when they are done already.
    await undo(run, 'migrations', () => undoMigrations(run, doubts));
  }
  await undo(run, 'additions', () => removeAll(run, known));
  const verified = await undo(run, 'verify', async () =>
    [
      ...lost.map(
        ({ target }) => `${target} is not proven: what ran there before is lost, accepted by ${context.actor}`,
      ),
      await verifyBack(run, known, kept),
      ...unwell,
      ...doubts.map((one) => `the record is in doubt: ${one}`),
    ].join('; '),
  );
  for (const lock of run.locks.values()) {
    await removeJobs(context, lock, journal.plan.id);
    await proveLock(context, lock);
  }
  const completed: Entry = ['rollback.completed', { attempt: run.attempt, verified }];
  await recordAndTell(context, release, [completed], 'release.rolled-back', `attempt ${run.attempt}`, { reason });
  return { state: 'rolled-back', verified, isProven: lost.length === 0 };
}

/** Nothing is taken for put back that nobody can compare, unless a person says so and the candidate is gone. */
async function acceptLost(run: Run, lost: readonly Lost[], isAccepted: boolean): Promise<void> {
  const [first] = lost;
  if (first === undefined) return;
  if (!isAccepted) throw first.error;
  await refuseCandidate(run, lost);
}

/** What keeps a rollback from going on is recorded, so that `status` names it and the way out. */
async function settled<T>({ release }: Run, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof RelctlError ? await stopped(release, error) : error;
  }
}

async function undo(run: Run, name: keyof typeof UNDO_TITLES, act: () => Promise<string>): Promise<string> {
  const { journal } = run.release;
  const { sink } = run.context;
  const [id, title] = [`undo:${name}`, UNDO_TITLES[name]];
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
      throw await stopped(run.release, error);
    }
    throw error;
  }
}

/** Records why a rollback stands still, and gives the error with the ways out, which `status` names too. */
async function stopped({ journal }: Run['release'], error: RelctlError): Promise<RelctlError> {
  const { attempt } = journal.state.deployment ?? { attempt: 1 };
  const reason =
    error.why === undefined || WHY_IS_GENERAL.has(error.code) ? error.message : `${error.message}. ${error.why}`;
  await journal.record('rollback.failed', { attempt, code: error.code, reason });
  const known = journal.state.deployment?.stopped;
  if (known === undefined || NOT_STUCK.has(error.code)) return error;
  const unsaid = waysBack(known, journal.plan.id).filter(
    (way) => !error.hints.some((hint) => hint.endsWith(way.command)),
  );
  return error.saying([...error.hints, ...unsaid.map(hintOf)]);
}

/** Errors whose message says it all. */
const WHY_IS_GENERAL: ReadonlySet<string> = new Set(['rollback.changed-by-hand', 'rollback.unhealthy']);
/** Somebody else has gone on, or a person has stopped it: production is not in the way. */
const NOT_STUCK: ReadonlySet<string> = new Set(['cluster.fenced-off', 'answer.interrupted']);

/** True where something divides the requests of a service between its canary and what is stable. */
function isSteered({ release }: Run): boolean {
  const { spec } = release.journal.plan;
  return spec.services.some(({ name }) => strategyFor(spec, name).steering !== undefined);
}

async function silenceAll(run: Run, recalled: Recalled): Promise<string> {
  const silenced = await Promise.all(
    (await placedServices(run, recalled)).map(({ target, service }) =>
      silenceCanary(run, target, service, { isKnown: isKnown(recalled, target) }),
    ),
  );
  const count = silenced.filter(Boolean).length;
  return count === 0 ? 'it had none' : `${plural(count, 'route gives', 'routes give')} it weight 0`;
}

function isKnown({ lost }: Recalled, target: string): boolean {
  return lost.every((one) => one.target !== target);
}

async function removeCanaries(run: Run, recalled: Recalled): Promise<string> {
  if (isByRegion(run.release.journal.plan.spec)) {
    return 'the canary was a region; it is put back next';
  }
  let removed = 0;
  for (const { target, service, deployment } of await placedServices(run, recalled)) {
    await removeRouting(run, target, service, { isKnown: isKnown(recalled, target) });
    if (await removeOwn(run, target, { ...deployment, name: canaryName(deployment.name) })) removed += 1;
  }
  return removed === 0 ? 'there was none' : `${removed} removed`;
}

async function removeAll(run: Run, snapshots: readonly Snapshot[]): Promise<string> {
  let removed = 0;
  for (const snapshot of snapshots) removed += await removeAdded(run, snapshot);
  return removed === 0 ? 'there was nothing' : `${plural(removed, 'object')} removed`;
}

async function restoreAll(
  run: Run,
  snapshots: readonly Snapshot[],
  options: PutBackOptions,
  unwell: string[],
): Promise<string> {
  let changed = 0;
  for (const snapshot of snapshots) {
    const back = await putBack(run, snapshot, options);
    changed += back.changed;
    unwell.push(...back.unwell);
  }
  const done = changed === 0 ? 'nothing had been changed' : `${plural(changed, 'object')} put back`;
  return [done, ...unwell].join('; ');
}
