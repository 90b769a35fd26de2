/** Whole numbers that divide requests between stable and canary. */
export interface Weights {
  readonly stable: number;
  readonly canary: number;
}

/** Gateway API and ingress-nginx both take whole weights; the Gateway API's largest is 1,000,000. */
const LARGEST_TOTAL = 1_000_000;
/** Shares are written in decimals: beyond this, a difference is that of binary fractions. */
const PRECISION = 1e-9;

/**
 * The weights that give the canary exactly this share, with the smallest power of ten (from 100) as their sum: 1% is 99 to 1,
 * 0.5% is 995 to 5.
 * @param share 0 to 1
 * @returns `undefined` where no sum up to 1,000,000 divides exactly
 */
export function exactWeights(share: number): Weights | undefined {
  for (let total = 100; total <= LARGEST_TOTAL; total *= 10) {
    const weights = weightsWithin(total, share);
    if (weights !== undefined) return weights;
  }
  return undefined;
}

/**
 * Divides a given weight, so that what stands beside it keeps its own part.
 * @returns `undefined` where the canary's part of it is not a whole number, or is nothing
 */
export function weightsWithin(total: number, share: number): Weights | undefined {
  const canary = Math.round(total * share);
  return canary > 0 && Math.abs(total * share - canary) < PRECISION * total
    ? { stable: total - canary, canary }
    : undefined;
}

/** The smallest factor by which all weights of a rule must be multiplied so that `total` can be divided; for advice. */
export function factorFor(total: number, share: number): number | undefined {
  for (let factor = 1; factor * Math.max(1, total) <= LARGEST_TOTAL; factor *= 10) {
    if (weightsWithin(factor * total, share) !== undefined) return factor;
  }
  return undefined;
}
