import { timeOf } from '../../domain/calendar.ts';
import { RelctlError } from '../../domain/errors.ts';
import { canaryLook } from '../../domain/judge/canary-look.ts';
import { type Decision, decide } from '../../domain/judge/decision.ts';
import { type Judgement, observe, openJudgement } from '../../domain/judge/judgement.ts';
import type { Look } from '../../domain/judge/look.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import { chooseOnInterrupt } from './interrupted.ts';
import { judgedSlos, judgeSettings } from './judging.ts';
import { keepLock } from './lock.ts';
import type { StepResult } from './perform.ts';
import { readHistory, readLook } from './readings.ts';
import type { Run } from './run.ts';

/** Looks that a resumed run takes at the time before it, at the most. */
const REPLAYED_LOOKS = 60;

/**
 * Watches the canary until the judge has decided. The bake began when it was first intended: a resumed run reads what it
 * missed from the metrics store and goes on from there.
 * @throws RelctlError `canary.failed`, `canary.inconclusive`, `answer.interrupted`
 */
export async function bake(run: Run): Promise<StepResult> {
  const { context, release } = run;
  const { journal } = release;
  const { canary } = journal.plan.spec;
  if (journal.state.deployment?.verdict?.data.verdict === 'pass') return {};
  const slos = await judgedSlos(run);
  const settings = judgeSettings(journal.plan.spec, run.policy, slos);
  const began = timeOf(journal.state.deployment?.steps.get('bake')?.since ?? '');
  const look = durationSeconds(canary.look) * 1000;
  const looks: Look[] = [];
  let judgement: Judgement = openJudgement(settings, await readHistory(run, slos, began));
  let bakeSeconds = settings.bakeSeconds;
  const take = async (at: number): Promise<Decision> => {
    const reading = await readLook(run, slos, began, at);
    looks.push(reading);
    judgement = observe(judgement, reading);
    return decide(judgement, bakeSeconds);
  };

  for (const at of missedLooks(began, context.clock.now(), look)) {
    const early = await take(at);
    if (early.verdict === 'fail') return conclude(run, early, looks);
  }
  for (;;) {
    const next = began + (Math.floor((context.clock.now() - began) / look) + 1) * look;
    await context.clock.sleep(next - context.clock.now(), context.interruption.signal);
    await chooseOnInterrupt(context, journal.plan.id);
    for (const lock of run.locks.values()) await keepLock(context, lock);
    const decision = await take(context.clock.now());
    context.sink.emit({ type: 'canary.look', ...canaryLook(decision, bakeSeconds) });
    if (decision.verdict === 'continue') continue;
    if (decision.verdict === 'inconclusive' && bakeSeconds === settings.bakeSeconds && settings.extensionSeconds > 0) {
      bakeSeconds += settings.extensionSeconds;
      context.sink.emit({
        type: 'note',
        level: 'warning',
        text: `inconclusive after ${canary.bake}: ${decision.reason}. The canary holds its share and is watched for ${canary.extension} more, once`,
      });
      continue;
    }
    return conclude(run, decision, looks);
  }
}

/** Moments before `now` at which a resumed run looks back, evenly spread. */
function missedLooks(began: number, now: number, look: number): readonly number[] {
  const missed = Math.floor((now - began) / look);
  const stride = Math.max(1, Math.ceil(missed / REPLAYED_LOOKS));
  return Array.from({ length: Math.floor(missed / stride) }, (_, index) => began + (index + 1) * stride * look);
}

async function conclude(run: Run, decision: Decision, looks: readonly Look[]): Promise<StepResult> {
  const { journal } = run.release;
  const evidence = await keepSeries(run, decision, looks);
  const verdict = decision.verdict === 'continue' ? 'inconclusive' : decision.verdict;
  await journal.record('canary.judged', {
    attempt: run.attempt,
    verdict,
    elapsedSeconds: decision.elapsedSeconds,
    reason: decision.reason,
    slos: decision.slos.map((slo) => ({ ...slo })),
    series: { ...evidence },
  });
  if (verdict === 'pass') return { detail: decision.reason, evidence: { ...evidence } };
  throw new RelctlError(verdict === 'fail' ? 'canary.failed' : 'canary.inconclusive', decision.reason, {
    why:
      verdict === 'fail'
        ? 'The candidate is worse than what production runs now, beyond chance.'
        : 'A canary is promoted only on positive evidence, and there is none.',
    hints: [`relctl report ${journal.plan.id}`, `the series: releases/${journal.plan.id}/${evidence.file}`],
    data: { verdict, code: decision.code, slos: decision.slos },
  });
}

function keepSeries(run: Run, decision: Decision, looks: readonly Look[]): Promise<Evidence> {
  const series = { attempt: run.attempt, verdict: decision.verdict, code: decision.code, looks };
  return run.context.store.keep(
    run.release.journal.plan.id,
    `canary-${run.attempt}.json`,
    `${JSON.stringify(series, (_key, value) => (typeof value === 'number' ? Number(value.toFixed(4)) : value))}\n`,
  );
}
