/** Mean of daily values with a confidence interval. */
export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** How many values it is made of. */
  readonly count: number;
}

/** Fewer values than this say nothing about how much they vary. */
export const FEWEST_VALUES = 3;

/**
 * The 95% confidence interval of a mean: mean ± t(0.975, n − 1) · s / √n, with s the sample standard deviation (NIST/SEMATECH
 * e-Handbook of Statistical Methods, 1.3.5.2, "Confidence Limits for the Mean").
 *
 * Daily values of one week are few and neighbours resemble each other, so the interval is, if anything, too narrow; what it
 * protects from is to read a verdict out of two good days.
 * @returns `undefined` for fewer than {@link FEWEST_VALUES} values
 */
export function meanInterval(values: readonly number[]): MeanInterval | undefined {
  const count = values.length;
  if (count < FEWEST_VALUES) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = tQuantile975(count - 1) * Math.sqrt(variance / count);
  return { mean, low: mean - half, high: mean + half, count };
}

/** t(0.975) for 1 to 30 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2). */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const;

/** Beyond the table the value for 30 is used, which makes intervals wider than they must be, never narrower. */
function tQuantile975(degrees: number): number {
  return T_975[Math.min(degrees, T_975.length) - 1] ?? Number.POSITIVE_INFINITY;
}
