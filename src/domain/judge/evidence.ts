import type { Counts, Increment } from './look.ts';
import { logSumExp } from './special-functions.ts';

/**
 * The alternatives that the judge bets on, with their weights: the odds of a bad event at the canary are `ratio` times
 * those under the null. A few rungs do, because a likelihood ratio is flat about its own rate; the weights, which sum to 1, trade the
 * smallest useful regression (×2) against the plainest (×20); the first rung is for heavy traffic, which can show ×1.3. They were chosen on the bench; validity does not depend on them.
 */
export const LADDER: readonly { readonly ratio: number; readonly weight: number }[] = [
  { ratio: 1.4, weight: 0.04 },
  { ratio: 2.7, weight: 0.71 },
  { ratio: 6.5, weight: 0.19 },
  { ratio: 20, weight: 0.06 },
];

/** Of the whole bet, what is kept for regressions that begin later in the bake, spread over {@link RESTARTS} moments. */
const LATE_SHARE = 0.05;
/** Moments at which a late regression may be taken to begin, evenly over bake and extension. */
export const RESTARTS = 32;

/**
 * The log likelihood ratios of all rungs since the bake began, and what they were at each moment where a late bet began.
 * Plain data, so that it can be kept.
 */
export interface Trail {
  readonly sums: readonly number[];
  readonly restarts: readonly (readonly number[])[];
}

/** No evidence yet. */
export const EMPTY_TRAIL: Trail = { sums: LADDER.map(() => 0), restarts: [] };

/** Adds a look's log likelihood ratios, one a rung. */
export function extendTrail(trail: Trail, steps: readonly number[]): Trail {
  return { sums: trail.sums.map((sum, rung) => sum + (steps[rung] ?? 0)), restarts: trail.restarts };
}

/** Begins late bets until `due` of them run; called before a look is added, so that a bet never knows what it bets on. */
export function restartTrail(trail: Trail, due: number): Trail {
  const missing = Math.min(due, RESTARTS) - trail.restarts.length;
  if (missing <= 0) return trail;
  return { sums: trail.sums, restarts: [...trail.restarts, ...Array.from({ length: missing }, () => trail.sums)] };
}

/**
 * Evidence against the null, as the natural logarithm of an e-value: the mixture over rungs and beginnings
 * ln Σ_s π_s Σ_r w_r exp((ℓ_r(t) - ℓ_r(s)) / φ).
 *
 * For φ = 1 each term is a likelihood ratio of what came after `s`, so the sum is a non-negative supermartingale of mean
 * at most 1, and by Ville's inequality it ever exceeds 1/a with probability at most a, whenever it is looked at. The sum over beginnings is the
 * e-detector of Shin, Ramdas and Rinaldo (2023) with weights that sum to 1. φ > 1 counts overdispersed events as fewer: a
 * quasi-likelihood (see dispersion.ts).
 */
export function logEvidence(trail: Trail, dispersion: number): number {
  const terms: number[] = [];
  const late = Math.log(LATE_SHARE / RESTARTS);
  const idle = RESTARTS - trail.restarts.length;
  // Bets that have not begun yet still hold their stake.
  if (idle > 0) terms.push(Math.log((LATE_SHARE * idle) / RESTARTS));
  for (const [rung, { weight }] of LADDER.entries()) {
    const sum = trail.sums[rung] ?? 0;
    terms.push(Math.log(weight * (1 - LATE_SHARE)) + sum / dispersion);
    for (const restart of trail.restarts) {
      terms.push(late + Math.log(weight) + (sum - (restart[rung] ?? 0)) / dispersion);
    }
  }
  return logSumExp(terms);
}

type Split = Pick<Increment, 'canary' | 'control'>;

/**
 * Log likelihood ratios of one look for "the canary is worse than control".
 *
 * Given how many requests each had and how many were bad in all, a bad one falls on the canary with probability
 * θ₀ = n_c/(n_c+n_s) if both are equally good, and θ_r = r·n_c/(r·n_c+n_s) if the canary is r times worse (Przyborowski
 * and Wileński 1940; Lindon and Malek 2022 for the sequential multinomial form). The rate itself cancels, so it may change from look to look. The exact null law is hypergeometric,
 * which is smaller than the binomial in convex order (Hoeffding 1963, theorem 4), so the bound holds for any rate.
 */
export function comparisonSteps(increment: Split): readonly number[] {
  const { canary, control } = increment;
  if (canary.total <= 0 || control.total <= 0) return LADDER.map(() => 0);
  return LADDER.map(({ ratio }) => comparisonStep(ratio, increment));
}

/** The same for one ratio; both totals must be positive. */
function comparisonStep(ratio: number, { canary, control }: Split): number {
  // Normalised by the control: ln(θ_r/θ₀) = ln r - d and ln((1-θ_r)/(1-θ₀)) = -d with d = ln((r·n_c+n_s)/(n_c+n_s)).
  const drop = Math.log1p(((ratio - 1) * canary.total) / (canary.total + control.total));
  return canary.bad * (Math.log(ratio) - drop) - control.bad * drop;
}

/**
 * Evidence that the canary breaks its objective over the whole bake, as the natural logarithm of an e-value: the objective is a budget for
 * the bake, `allowed` bad events, and not a limit for each moment, so a short incident within it breaks nothing.
 *
 * If the chances of being bad add up to at most `allowed` over the bake, the mean of r^bad is at most e^((r-1)·allowed) at its end; r^bad only grows,
 * so by Markov's inequality the mixture over rungs exceeds 1/a at any look with probability at most a.
 */
export function objectiveEvidence(bad: number, allowed: number, dispersion: number): number {
  return logSumExp(
    LADDER.map(({ ratio, weight }) => Math.log(weight) + (bad * Math.log(ratio) - (ratio - 1) * allowed) / dispersion),
  );
}

/** The evidence that a canary with `bad` bad events would give at one look over the whole span, against a given control. */
export function evidenceAt(bad: number, canaryTotal: number, control: Counts, dispersion: number): number {
  const increment = { canary: { bad, total: canaryTotal }, control };
  return logEvidence(extendTrail(EMPTY_TRAIL, comparisonSteps(increment)), dispersion);
}

/**
 * The fewest bad events at a canary, a real number, whose evidence at one look over the whole span reaches a limit; `undefined` if even all do not.
 * The evidence is convex in them and grows, so Newton's method comes down to it from above.
 */
export function damningCount(
  canaryTotal: number,
  control: Counts,
  dispersion: number,
  limit: number,
): number | undefined {
  if (canaryTotal <= 0 || control.total <= 0) return undefined;
  if (evidenceAt(canaryTotal, canaryTotal, control, dispersion) < limit) return undefined;
  const stake = Math.log(LATE_SHARE);
  const bets = LADDER.map(({ ratio, weight }) => {
    const drop = Math.log1p(((ratio - 1) * canaryTotal) / (canaryTotal + control.total));
    return {
      slope: (Math.log(ratio) - drop) / dispersion,
      start: Math.log(weight * (1 - LATE_SHARE)) - (control.bad * drop) / dispersion,
    };
  });
  let bad = canaryTotal;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    let top = stake;
    for (const { slope, start } of bets) top = Math.max(top, start + slope * bad);
    let sum = Math.exp(stake - top);
    let rise = 0;
    for (const { slope, start } of bets) {
      const part = Math.exp(start + slope * bad - top);
      sum += part;
      rise += part * slope;
    }
    const beyond = top + Math.log(sum) - limit;
    if (beyond <= 0) return bad;
    const next = bad - (beyond * sum) / rise;
    if (next <= 0) return 0;
    if (bad - next <= PRECISION * Math.max(1, bad)) return bad;
    bad = next;
  }
  return bad;
}

const MOST_STEPS = 100;
const PRECISION = 1e-9;
