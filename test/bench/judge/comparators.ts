import type { Counts } from '../../../src/domain/judge/look.ts';
import { isHigh } from './mann-whitney.ts';
import { BASE, LOOK_SECONDS, type Simulated } from './traffic.ts';

/** A judge under comparison: seconds until it aborts the canary, or `undefined` when it lets it go on. */
export type Judge = (simulated: Simulated) => number | undefined;

const MINUTE_LOOKS = 60 / LOOK_SECONDS;

/** Kayenta's judge as it is run by default: once, at the end of the bake, on one point a minute of each arm's bad ratio. */
export const kayenta: Judge = ({ canary, control }) => {
  const high = isHigh(minutes(canary).map(ratioOf), minutes(control).map(ratioOf));
  return high ? canary.length * LOOK_SECONDS : undefined;
};

/**
 * An Argo Rollouts AnalysisTemplate on the success rate of the last minute, measured each minute: a measurement that misses the
 * condition is a failure, and more failures than `failureLimit` abort. A minute without requests is NaN, which misses it too.
 */
export function fixedThreshold(successRate: number, failureLimit: number): Judge {
  return ({ canary }) => {
    let failures = 0;
    for (const [minute, counts] of minutes(canary).entries()) {
      if (!((counts.total - counts.bad) / counts.total >= successRate)) failures += 1;
      if (failures > failureLimit) return (minute + 1) * 60;
    }
    return undefined;
  };
}

/**
 * Wald's sequential probability ratio test (1945) between the two bad ratios, both of which it knows; it needs no control.
 * Looked at as often as the others. Limits ln((1-β)/α) and ln(β/(1-α)) with α = β = 1%.
 */
export function sprt(ratio: number): Judge {
  const error = 0.01;
  const upper = Math.log((1 - error) / error);
  return ({ canary }) => {
    let sum = 0;
    for (const [look, { bad, total }] of canary.entries()) {
      sum += bad * Math.log(ratio) + (total - bad) * Math.log((1 - BASE * ratio) / (1 - BASE));
      if (sum >= upper) return (look + 1) * LOOK_SECONDS;
      if (sum <= -upper) return undefined;
    }
    return undefined;
  };
}

function minutes(looks: readonly Counts[]): readonly Counts[] {
  const sums: Counts[] = [];
  for (const [look, { bad, total }] of looks.entries()) {
    const minute = Math.floor(look / MINUTE_LOOKS);
    const sum = sums[minute] ?? { bad: 0, total: 0 };
    sums[minute] = { bad: sum.bad + bad, total: sum.total + total };
  }
  return sums;
}

function ratioOf({ bad, total }: Counts): number {
  return bad / total;
}
