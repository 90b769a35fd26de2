import type { Step } from '../../domain/deployment/steps.ts';
import { judgeSettings } from '../../domain/judge/asked-settings.ts';
import { timeOf } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import { durationSeconds } from '../../plan/duration.ts';
import { command } from '../../text/command-line.ts';
import type { Run } from '../cluster/run.ts';
import type { StepResult } from '../cluster/step-result.ts';
import { regionSides } from '../slo/sides.ts';
import { judgedSlos } from './judging.ts';
import { watch } from './looks.ts';
import { keepSeries } from './seen-series.ts';

/**
 * Watches the regions that run the candidate against those that do not yet, before the next wave. The first region was the
 * canary and has passed, so here it takes evidence to go back; but without data no further region follows.
 * @throws RelctlError `canary.failed`, `canary.inconclusive` without data, `pending.person`
 */
export async function soak(run: Run, step: Extract<Step, { kind: 'soak' }>): Promise<StepResult> {
  const { journal } = run.release;
  const { spec } = journal.plan;
  const slos = await judgedSlos(run);
  const sides = regionSides(run.context, step.done);
  const settings = judgeSettings(spec, run.policy, run.context.config, slos);
  const watched = await watch(run, {
    slos,
    sides: () => sides,
    settings: { ...settings, bakeSeconds: durationSeconds(step.duration), extensionSeconds: 0, warmupSeconds: 0 },
    began: timeOf(journal.state.deployment?.steps.get(step.id)?.since ?? ''),
    look: Math.min(durationSeconds(spec.canary.look), durationSeconds(step.duration)) * 1000,
    onExtension: () => undefined,
  });
  const { decision } = watched;
  const evidence = await keepSeries(run, step.id.replace(':', '-'), watched);
  const blind = decision.code === 'no-data' || decision.code === 'no-control';
  if (decision.verdict !== 'fail' && !blind) return { detail: decision.reason, evidence: { ...evidence } };
  const more = {
    hints: [
      command`relctl report ${journal.plan.id}`,
      `shows the canary look by look, from releases/${journal.plan.id}/${evidence.file}; the judge calls it ${decision.code}`,
    ],
    data: { verdict: decision.verdict, code: decision.code, slos: decision.slos },
  };
  if (!blind) {
    const why = 'The regions that run the candidate are worse than the others, by more than chance.';
    throw new RelctlError('canary.failed', decision.reason, { why, ...more });
  }
  const why = 'There is no data about the regions that run the candidate, so no other region follows.';
  throw new RelctlError('canary.inconclusive', decision.reason, { why, ...more });
}
