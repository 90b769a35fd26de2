import { deploymentSteps, type Step, type StepGroup } from '../../domain/deployment/steps.ts';
import { decide } from '../../domain/process/process.ts';
import { isKeptStep } from '../../domain/signing/acts.ts';
import { RelctlError } from '../../errors.ts';
import { refuseForeignStable } from '../canary/stable-stands.ts';
import type { Run } from '../cluster/run.ts';
import { gateError, playerIn } from '../release/gate-error.ts';
import { deployExceptions, lookedUp } from '../release/pass-gates.ts';
import { insistOnRecords } from './insist.ts';
import { perform } from './perform.ts';

/** Failures of the candidate itself: production goes back. Anything else stands still until a person looks. */
const ROLLS_BACK: ReadonlySet<string> = new Set([
  'canary.failed',
  'canary.inconclusive',
  'canary.aborted',
  'canary.selector-overlap',
  'canary.share-too-large',
  'canary.not-steerable',
  'canary.route-refused',
  'rollout.doomed',
  'rollout.timeout',
  'migration.failed',
  'cluster.drift',
  'cluster.rejected',
  'gitops.failed',
]);

/** True when production goes back by itself after this error. */
export function rollsBack(error: unknown): error is RelctlError {
  return error instanceof RelctlError && ROLLS_BACK.has(error.code);
}

/**
 * Carries out what is left of a deployment, group by group. For each step the intent is recorded, then it is carried out, then
 * the outcome is recorded; a step whose outcome is recorded, and proved where signatures are required, is not done again.
 * @returns `held` when it stops before the promotion because that was asked for
 */
export async function goForward(run: Run, options: { readonly stopAtVerdict: boolean }): Promise<'completed' | 'held'> {
  const { journal } = run.release;
  let isPromoted = false;
  for (const group of deploymentSteps(journal.plan.spec, run.context.config)) {
    const isPromotion = group[0]?.kind === 'promote';
    if (isPromotion && journal.state.deployment?.promoted !== true) {
      if (options.stopAtVerdict) return 'held';
      await promote(run);
    }
    isPromoted ||= isPromotion;
    await carryOut(run, group, isPromoted);
  }
  return 'completed';
}

async function carryOut(run: Run, group: StepGroup, isPromoted: boolean): Promise<void> {
  const { journal } = run.release;
  const { sink } = run.context;
  const due: Step[] = [];
  for (const step of group) {
    if (isDone(run, step, isPromoted)) {
      sink.emit({ type: 'step', step: step.id, title: step.title, state: 'already-done' });
    } else {
      due.push(step);
    }
  }
  if (due.length === 0) return;
  await journal.recordAll(
    due.map((step) => ['step.intended', { attempt: run.attempt, step: step.id, fence: highestFence(run) }] as const),
  );
  const results = await Promise.allSettled(due.map((step) => carryOutStep(run, step)));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  // What production was is known elsewhere before the first change; later a record that does not leave is tried again.
  if (group[0]?.kind !== 'baseline') return;
  await run.context.records?.secure(journal.plan.id);
  insistOnRecords(run);
}

/**
 * Whether a step is over. That an earlier run recorded so is a claim: where signatures are required it is believed for what is signed
 * (snapshots, migrations), and for what a signed verdict or promotion rests on. The rest is done again, which leaves alone what is there.
 * @param isPromoted whether the step comes with the promotion or after it
 */
function isDone(run: Run, step: Step, isPromoted: boolean): boolean {
  const { journal, signing } = run.release;
  const { deployment } = journal.state;
  if (deployment?.steps.get(step.id)?.state !== 'completed') return false;
  const isVouchedFor = deployment.promoted || deployment.verdict?.data.verdict === 'pass';
  return signing.sealing === undefined || isKeptStep(step.id) || (isVouchedFor && !isPromoted);
}

async function carryOutStep(run: Run, step: Step): Promise<void> {
  const { journal } = run.release;
  const { sink } = run.context;
  const { id, title } = step;
  sink.emit({ type: 'step', step: id, title, state: 'started' });
  try {
    const result = await perform(run, step);
    await journal.record('step.completed', { attempt: run.attempt, step: id, ...result });
    sink.emit({
      type: 'step',
      step: id,
      title,
      state: 'completed',
      ...(result.detail === undefined ? {} : { detail: result.detail }),
    });
  } catch (error) {
    if (error instanceof RelctlError) {
      // What is held has not failed: it is not over.
      if (error.kind !== 'pending')
        sink.emit({ type: 'step', step: id, title, state: 'failed', detail: error.message });
      if (rollsBack(error)) {
        await journal.record('step.failed', {
          attempt: run.attempt,
          step: id,
          code: error.code,
          reason: error.message,
        });
      }
    }
    throw error;
  }
}

/**
 * Promotes on a verdict of `pass` and inside the window only, and nothing over what somebody has put into the stable pods meanwhile: a
 * canary may have been held for hours.
 * @throws RelctlError `gate.refused`, `cluster.drift`
 */
async function promote(run: Run): Promise<void> {
  const { context, release } = run;
  const { journal } = release;
  const excused = deployExceptions(journal).map((exception) => exception.data.gate);
  const refusals = decide('deploy --promote', await lookedUp(context, release, 'deploy --promote')).filter(
    (refusal) => !(refusal.exceptionable && excused.includes(refusal.gate)),
  );
  if (refusals.length > 0) throw gateError('deploy --promote', journal.plan, refusals, playerIn(context));
  await refuseForeignStable(run);
  await journal.record('canary.promoted', {
    attempt: run.attempt,
    reason: journal.state.deployment?.verdict?.data.reason ?? '',
  });
}

/** The fence that an intent is recorded with. */
export function highestFence(run: Pick<Run, 'locks'>): number {
  return Math.max(1, ...[...run.locks.values()].map((lock) => lock.fence));
}
