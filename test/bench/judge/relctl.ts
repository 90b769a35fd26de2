import { decide, type Verdict } from '../../../src/domain/judge/decision.ts';
import { observe, openJudgement } from '../../../src/domain/judge/judgement.ts';
import type { JudgeSettings } from '../../../src/domain/judge/settings.ts';
import { LOOK_SECONDS, LOOKS, type Simulated } from './traffic.ts';

/** The settings that the bench runs relctl's judge with; the process policy's and the plan's defaults. */
const BENCH_SETTINGS: JudgeSettings = {
  slos: [{ name: 'errors', objective: 0.99 }],
  alpha: 0.01,
  power: 0.9,
  detectableRatio: 5,
  minimumRequests: 500,
  bakeSeconds: LOOKS * LOOK_SECONDS,
  extensionSeconds: LOOKS * LOOK_SECONDS,
};

/** Runs relctl's judge over a simulated canary: its verdict, and the seconds until it aborts. */
export function relctl(simulated: Simulated): { readonly verdict: Verdict; readonly seconds: number | undefined } {
  let judgement = openJudgement(BENCH_SETTINGS, { errors: simulated.history });
  for (const look of simulated.looks) {
    judgement = observe(judgement, look);
    if (judgement.slos.some((slo) => slo.crossed !== undefined)) {
      return { verdict: 'fail', seconds: look.elapsedSeconds };
    }
  }
  return { verdict: decide(judgement).verdict, seconds: undefined };
}
