import type { BlockSums, DispersionSums } from './dispersion-sums.ts';
import type { NoiseFloor } from './settings.ts';
import { replicaWandering } from './wandering.ts';

/** What the scatter comes to, and what it rests on. */
export interface Dispersion {
  /** φ: variance of the canary's count over its mean, if it is as good as control; at least 1. */
  readonly factor: number;
  /** c: the part that clumps cause; at least 1. */
  readonly clumping: number;
  /** v: square of the coefficient of variation of a replica's mean bad ratio over the bake so far. */
  readonly wandering: number;
  /** Stable replicas that were compared; below 2 the noise floor and the control's own looks stand in. */
  readonly replicas: number;
}

/** Weight of the noise floor among the replicas, in replicas: with a handful the floor still counts, with dozens it is gone. */
const FLOOR_REPLICAS = 4;
/**
 * v is an estimate of so many degrees of freedom, and the scatter that it stands for has the tails of Student's t and not of a normal law: how much further
 * out its quantile of 99% lies, in the first order, (z² + 1)/4 for z = 2.33 (Abramowitz and Stegun 1964, 26.7.5).
 */
const TAIL = 1.61;
/**
 * Bad events at the canary from which its own scatter bounds the clumps, where replicas are unknown: the control's index
 * alone would take the swings of heavy traffic for clumps.
 */
const CANARY_EVENTS = 40;
const FEWEST_BLOCKS = 4;

/**
 * The dispersion of the canary's count at a look: from what was seen `before` it, so that no look lowers its own evidence by chance. Where replicas differ
 * more than ever before in this very look, that counts at once: an incident that hits some pods says how far a good one may be out.
 */
export function dispersionAt(
  before: DispersionSums,
  sums: DispersionSums,
  now: Omit<Parameters<typeof dispersionOf>[1], 'canaryExpected'>,
  floor: NoiseFloor,
): Dispersion {
  const known = { ...now, canaryExpected: sums.canaryExpected };
  const [earlier, withLook] = [dispersionOf(before, known, floor), dispersionOf(sums, known, floor)];
  return withLook.replicas >= 2 && withLook.factor > earlier.factor ? withLook : earlier;
}

/**
 * The dispersion of the canary's count, from sums of some looks; `canaryExpected` is the canary's expected count.
 */
export function dispersionOf(
  sums: DispersionSums,
  now: {
    readonly canaryExpected: number;
    readonly elapsedSeconds: number;
    readonly canaryReplicas: number;
    /** Replicas that are left out; none when left out themselves. */
    readonly without?: readonly string[];
  },
  floor: NoiseFloor,
): Dispersion {
  const clumping = clumpIndex(sums);
  const without = now.without ?? [];
  const atRest = floorVariance(floor, now.elapsedSeconds);
  const replicas = Object.entries(sums.replicas).filter(
    ([name, replica]) => replica.expected > 0 && !without.includes(name),
  ).length;
  // With two counters only, the canary is taken to wander as the floor says or as the control does, whichever is more, and
  // the control's own wandering comes on top. Between replicas of one look what all share cancels, as it does for the canary.
  const shared = replicas < 2 ? controlWandering(sums, clumping, floor, now.elapsedSeconds) : 0;
  const shareLeft = (seconds: number) => varianceOfMean(floor.correlationSeconds, seconds);
  const wandering =
    replicas < 2
      ? Math.max(atRest, shared) + shared
      : Math.max(
          0,
          estimated(atRest, replicaWandering(sums, now.elapsedSeconds, { clumping, without, shareLeft }), replicas - 1),
        );
  return {
    factor: dispersionFactor({ clumping, wandering }, now.canaryExpected, now.canaryReplicas),
    clumping,
    wandering,
    replicas,
  };
}

/** φ of a count with this mean, spread over the canary's replicas, which wander each on its own. */
export function dispersionFactor(
  { clumping, wandering }: Pick<Dispersion, 'clumping' | 'wandering'>,
  mean: number,
  canaryReplicas: number,
): number {
  return clumping + (wandering * mean) / Math.max(1, canaryReplicas);
}

/**
 * Variance of the mean, over a span, of noise with this memory, in shares of the noise's own variance: for the
 * autocorrelation e^(-t/c), whose integral 2c is `memory`, it is (2c/T)(1 - (c/T)(1 - e^(-T/c))). All of it while the
 * span is short, and falling as 1/T later (the Ornstein-Uhlenbeck process).
 */
export function varianceOfMean(memory: number, seconds: number): number {
  const spans = (2 * Math.max(seconds, 1e-6)) / memory;
  // The series below avoids the cancellation for short spans.
  return spans < 1e-3 ? 1 - spans / 3 : (2 / spans) * (1 + Math.expm1(-spans) / spans);
}

/** v of the noise floor over a span. */
export function floorVariance(floor: NoiseFloor, seconds: number): number {
  return floor.coefficientOfVariation ** 2 * varianceOfMean(floor.correlationSeconds, seconds);
}

/** The floor and what was measured by their weights, raised by what is not known of it. */
function estimated(prior: number, measured: number, degrees: number): number {
  const all = FLOOR_REPLICAS + degrees;
  return ((prior * FLOOR_REPLICAS + measured * degrees) / all) * (1 + TAIL / all) ** 2;
}

/**
 * Clumps raise the index of every count alike, wandering raises it in proportion to the mean; so the smallest index of
 * any kind of count bounds the clumps from above. Each is first lowered by its standard error, √((2+1/μ)/n) for n counts
 * of mean μ, so that chance alone is not taken for clumps.
 */
export function clumpIndex(sums: DispersionSums): number {
  const { replicaLooks, canaryLooks } = sums;
  const found: number[] = [];
  const first = sums.blocks[0];
  if (first !== undefined && first.terms >= FEWEST_BLOCKS && first.bad > 0) {
    found.push(lowered(blockIndex(first), first.terms, first.bad / first.terms));
  }
  if (replicaLooks.terms >= FEWEST_BLOCKS && replicaLooks.expected > 0) {
    const index = replicaLooks.squares / replicaLooks.expected;
    found.push(lowered(index, replicaLooks.terms, replicaLooks.expected / replicaLooks.terms));
  }
  if (replicaLooks.terms === 0 && canaryLooks.terms >= FEWEST_BLOCKS && canaryLooks.bad >= CANARY_EVENTS) {
    const { squares, bad, expected, terms } = canaryLooks;
    const index = (squares - bad ** 2 / expected) / (bad / expected) / (terms - 1);
    found.push(lowered(index, terms, bad / terms));
  }
  return found.length === 0 ? 1 : Math.max(1, Math.min(...found));
}

function lowered(index: number, terms: number, mean: number): number {
  return index * (1 - Math.min(1, Math.sqrt((2 + 1 / mean) / terms)));
}

/** Pearson's X² of blocks about their common ratio, over its degrees of freedom. */
function blockIndex(block: BlockSums): number {
  return (block.squares - block.bad ** 2 / block.total) / (block.bad / block.total) / (block.terms - 1);
}

/**
 * v of the control's own ratio over the span so far, from the scatter of its blocks: each block length gives an estimate, carried
 * from the length of a block to that of the whole span as if the noise had the memory of the floor; the largest counts, so
 * that a longer memory shows too.
 */
function controlWandering(sums: DispersionSums, clumping: number, floor: NoiseFloor, seconds: number): number {
  let largest = 0;
  for (const [level, block] of sums.blocks.entries()) {
    if (block.terms < FEWEST_BLOCKS || block.bad <= 0) continue;
    const mean = block.bad / block.terms;
    const excess = lowered(blockIndex(block), block.terms, mean) - clumping;
    const length = (sums.seconds / sums.looks) * 2 ** level;
    largest = Math.max(largest, excess / mean / varianceOfMean(floor.correlationSeconds, length));
  }
  return largest * varianceOfMean(floor.correlationSeconds, seconds);
}
