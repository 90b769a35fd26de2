import { faultOn } from './faults.ts';
import { keyOf, uniform } from './random.ts';
import type { WorldState } from './world-state.ts';

/** Success metrics (KRs) of the simulated company: they move from their baseline past their target after a release. */

/** How long after the last rollout in production a success metric has moved the whole way. */
const DAYS_TO_MOVE = 3;
/** How far it goes, as a multiple of the way from baseline to target. */
const OVERSHOOT = 1.15;

/** The value of the success metric that a query names, at a time; `undefined` when the query names none. */
export function successMetricAt(state: WorldState, query: string, at: number): number | undefined {
  const taught = state.lessons.krs.find((kr) => kr.query.trim() === query.trim());
  const name = taught?.name ?? /^\s*sandbox_kr_([a-zA-Z0-9_]+)\s*$/.exec(query)?.[1];
  if (name === undefined) return undefined;
  const key = keyOf(state.seed, `kr ${name}`);
  const baseline = taught?.baseline ?? Math.round(10 + 90 * uniform(key));
  const target = taught?.target ?? baseline * 1.1;
  const released = (state.deploys.production ?? []).filter((each) => each <= at).at(-1);
  const days = released === undefined ? 0 : (at - released) / 86_400_000;
  const missed = faultOn(state, 'success-missed');
  const moved = missed ? 0 : OVERSHOOT * Math.min(1, days / DAYS_TO_MOVE);
  const wobble = (uniform(keyOf(key, String(Math.floor(at / 3_600_000)))) - 0.5) * 0.05;
  return baseline + (target - baseline) * (moved + wobble);
}
