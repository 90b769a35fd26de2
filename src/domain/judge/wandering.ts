import type { DispersionSums } from './dispersion-sums.ts';
import { type Scatter, scatterOf } from './replica-blocks.ts';

/** v of replicas over one length of time. */
interface Measured {
  readonly seconds: number;
  readonly variance: number;
}

/** Blocks of a length from which on they are compared: of one alone the whole span says as much. */
const FEWEST_BLOCKS = 2;

/**
 * v of a replica's mean bad ratio over a span, from how replicas scattered over shorter spans and over all that was seen.
 *
 * A difference that stays gives the same v over any span; one that is forgotten gives less over a longer one. How much of it stays is not assumed but
 * measured: v is taken between the nearest spans that were measured, along the variance of a mean of noise with the memory of the floor.
 * Beyond all that was seen it goes on as it fell last, at most as quickly as noise of that memory does.
 *
 * @param seconds the span
 * @returns v, which chance can make negative
 * @param of index of dispersion of counts, replicas that are left out, and the variance of a mean over a span in shares of the noise's
 */
export function replicaWandering(
  sums: Pick<DispersionSums, 'seconds' | 'replicas' | 'replicaBlocks'>,
  seconds: number,
  of: {
    readonly clumping: number;
    readonly without: readonly string[];
    readonly shareLeft: (seconds: number) => number;
  },
): number {
  const { shareLeft } = of;
  const whole = {
    seconds: sums.seconds,
    variance: varianceOf(
      Object.entries(sums.replicas).map(([name, one]) => [name, scatterOf(one)]),
      of,
    ),
  };
  const blocks = sums.replicaBlocks
    .filter(({ terms }) => terms >= FEWEST_BLOCKS)
    .map(
      (block): Measured => ({
        seconds: block.seconds / block.terms,
        variance: varianceOf(Object.entries(block.replicas), of),
      }),
    );
  const longer = [...blocks, whole].find((one) => one.seconds >= seconds);
  const shorter = blocks.findLast((one) => one.seconds < (longer ?? whole).seconds);
  if (shorter === undefined) return (longer ?? whole).variance;
  if (longer !== undefined) return between(shorter, longer, seconds, shareLeft);
  const forgotten = (whole.variance * shareLeft(seconds)) / shareLeft(whole.seconds);
  return Math.min(whole.variance, Math.max(forgotten, between(shorter, whole, seconds, shareLeft)));
}

/** Along the straight line through two measurements, over the variance of a mean. */
function between(shorter: Measured, longer: Measured, seconds: number, shareLeft: (seconds: number) => number): number {
  const [from, to] = [shareLeft(shorter.seconds), shareLeft(longer.seconds)];
  return longer.variance + ((shorter.variance - longer.variance) * (shareLeft(seconds) - to)) / (from - to);
}

/** Σ S² = c·Σ V + v·Σ E²(1 - 1/K) over K replicas. */
function varianceOf(
  replicas: readonly (readonly [name: string, scatter: Scatter])[],
  { clumping, without }: { readonly clumping: number; readonly without: readonly string[] },
): number {
  const known = replicas.filter(([name, { scale }]) => scale > 0 && !without.includes(name));
  if (known.length < 2) return 0;
  let excess = 0;
  let scale = 0;
  for (const [, one] of known) {
    excess += one.squares - clumping * one.variance;
    scale += one.scale;
  }
  return excess / (scale * (1 - 1 / known.length));
}
