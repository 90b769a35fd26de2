/** Kayenta's constants: two-sided confidence, tolerance as a share of the location shift, and the smallest ratio of means. */
const CONFIDENCE_QUANTILE = 2.326_347_874_040_841; // Φ⁻¹(1 - 0.02/2), confidence 0.98
const TOLERANCE = 0.25;
const ALLOWED_INCREASE = 1;

/**
 * Whether Kayenta's NetflixACAJudge calls a metric High, direction `increase`: the lower end of the Mann-Whitney interval for the
 * shift of canary against control lies above a quarter of the Hodges-Lehmann shift, and the ratio of means is at least 1.
 *
 * The interval is the asymptotic one of R's wilcox.test, which Kayenta follows: normal approximation with the
 * corrections for ties and continuity, inverted numerically. The statistic falls in steps, so its root is found by bisection, closer than
 * Kayenta's solver goes. Values that are not numbers are dropped first, as Kayenta does by default.
 */
export function isHigh(canary: readonly number[], control: readonly number[]): boolean {
  const x = canary.filter(Number.isFinite);
  const y = control.filter(Number.isFinite);
  if (x.length === 0 || y.length === 0) return false;
  const { lower, shift } = shiftInterval(x, y);
  if (!(lower > TOLERANCE * Math.abs(shift))) return false;
  const base = mean(y);
  // A control of zero has no ratio, and Kayenta skips the gate.
  return base === 0 || mean(x) / base >= ALLOWED_INCREASE;
}

/** Lower end of the interval and the Hodges-Lehmann estimate, both by inverting the corrected rank statistic. */
export function shiftInterval(
  x: readonly number[],
  y: readonly number[],
): { readonly lower: number; readonly shift: number } {
  const least = Math.min(...x) - Math.max(...y);
  const most = Math.max(...x) - Math.min(...y);
  // The statistic falls in steps as the shift grows: where it leaves the values above a level, and where it comes below.
  const crossing = (isAbove: (statistic: number) => boolean): number => {
    if (!isAbove(standardised(x, y, least))) return least;
    if (isAbove(standardised(x, y, most))) return most;
    let low = least;
    let high = most;
    for (let step = 0; step < 60; step += 1) {
      const middle = (low + high) / 2;
      if (isAbove(standardised(x, y, middle))) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return {
    lower: crossing((statistic) => statistic > CONFIDENCE_QUANTILE),
    shift: (crossing((statistic) => statistic > 0) + crossing((statistic) => statistic >= 0)) / 2,
  };
}

/** The rank-sum statistic of x - shift against y, standardised. */
function standardised(x: readonly number[], y: readonly number[], shift: number): number {
  const all = [
    ...x.map((value) => ({ value: value - shift, ofX: true })),
    ...y.map((value) => ({ value, ofX: false })),
  ];
  all.sort((a, b) => a.value - b.value);
  let rankSum = 0;
  let ties = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1;
    const size = end - start;
    ties += size ** 3 - size;
    for (let i = start; i < end; i += 1) if (all[i]?.ofX) rankSum += (start + 1 + end) / 2;
    start = end;
  }
  const m = x.length;
  const n = y.length;
  const distance = rankSum - (m * (m + 1)) / 2 - (m * n) / 2;
  const variance = ((m * n) / 12) * (m + n + 1 - ties / ((m + n) * (m + n - 1)));
  if (variance <= 0) return 0;
  return (distance - Math.sign(distance) * 0.5) / Math.sqrt(variance);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
