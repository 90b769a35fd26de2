import { judgeSettings } from '../../domain/judge/asked-settings.ts';
import { timeOf } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import { durationSeconds, sayDuration } from '../../plan/duration.ts';
import { command } from '../../text/command-line.ts';
import type { Run } from '../cluster/run.ts';
import type { StepResult } from '../cluster/step-result.ts';
import { sidesOf } from './compared-sides.ts';
import { judgedSlos } from './judging.ts';
import { type Watched, watch } from './looks.ts';
import { keepSeries } from './seen-series.ts';
import { openStable } from './stable-stands.ts';

/**
 * Watches the canary until the judge has decided. The bake began when it was first intended: a resumed run reads what it
 * missed from the metrics store and goes on from there.
 * @throws RelctlError `canary.failed`, `canary.inconclusive`, `cluster.drift`, `pending.person`
 */
export async function bake(run: Run): Promise<StepResult> {
  const { context, release } = run;
  const { journal } = release;
  const { canary } = journal.plan.spec;
  if (journal.state.deployment?.verdict?.data.verdict === 'pass') return {};
  const slos = await judgedSlos(run);
  const look = durationSeconds(canary.look) * 1000;
  const watched = await watch(run, {
    slos,
    sides: await sidesOf(
      run,
      slos.map(({ service }) => service),
    ),
    settings: judgeSettings(journal.plan.spec, run.policy, context.config, slos),
    began: timeOf(journal.state.deployment?.steps.get('bake')?.since ?? ''),
    look,
    beforeLook: await openStable(run, look),
    onExtension: ({ reason }) =>
      context.sink.emit({
        type: 'note',
        level: 'warning',
        text: `inconclusive after ${sayDuration(canary.bake)}: ${reason}. The canary keeps its share and is watched for ${sayDuration(canary.extension)} more, once`,
      }),
  });
  return conclude(run, watched);
}

async function conclude(run: Run, watched: Watched): Promise<StepResult> {
  const { journal } = run.release;
  const { decision } = watched;
  const evidence = await keepSeries(run, 'canary', watched);
  const verdict = decision.verdict === 'pass' || decision.verdict === 'fail' ? decision.verdict : 'inconclusive';
  await journal.record('canary.judged', {
    attempt: run.attempt,
    verdict,
    elapsedSeconds: decision.elapsedSeconds,
    reason: decision.reason,
    slos: decision.slos.map((slo) => ({ ...slo })),
    series: { ...evidence },
  });
  if (verdict === 'pass') return { detail: decision.reason, evidence: { ...evidence } };
  const more = {
    hints: [
      command`relctl report ${journal.plan.id}`,
      `shows the canary look by look, from releases/${journal.plan.id}/${evidence.file}; the judge calls it ${decision.code}`,
    ],
    data: { verdict, code: decision.code, slos: decision.slos },
  };
  if (verdict === 'fail') {
    const why = 'The candidate is worse than what production runs now, by more than chance.';
    throw new RelctlError('canary.failed', decision.reason, { why, ...more });
  }
  const why = 'A canary is promoted only if the data show that it is good, and they do not.';
  throw new RelctlError('canary.inconclusive', decision.reason, { why, ...more });
}
