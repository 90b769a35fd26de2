import { badRatio, type ControlLook, type Counts, countFault, growth, type Increment, NO_COUNTS } from './look.ts';
import type { NoiseFloor } from './settings.ts';

/**
 * How much more counts scatter than chance alone (Poisson) would have them, measured on what is known to be good.
 *
 * Two things make real counters overdispersed. Bad events come in clumps (a retry storm), which multiplies the variance of
 * any count by the same index c; and the bad ratio of a replica wanders, which adds v times the square of the mean. So a
 * canary that should have m bad events has the variance φ·m with φ = c + v·m (the variance of a negative binomial with
 * an index of its own; McCullagh and Nelder 1989, §6.2), and the judge divides its log likelihood ratios by φ.
 *
 * Plain data, so that it can be kept. Its size is that of the number of replicas and the logarithm of the number of looks.
 */
export interface DispersionSums {
  /** Looks, and the time that they span, with the history before the bake. */
  readonly looks: number;
  readonly seconds: number;
  /** Bad events that the canary should have had at the control's rate of each look. */
  readonly canaryExpected: number;
  /** The control cut into blocks of 1, 2, 4 … looks. */
  readonly blocks: readonly BlockSums[];
  readonly replicas: Readonly<Record<string, ReplicaSums>>;
  /** Single replicas in single looks, about the control's rate of that look. */
  readonly replicaLooks: { readonly squares: number; readonly expected: number; readonly terms: number };
  /** The canary in single looks, about its own ratio to the control, whatever that is. */
  readonly canaryLooks: {
    readonly squares: number;
    readonly bad: number;
    readonly expected: number;
    readonly terms: number;
  };
}

interface BlockSums {
  /** The block that is being filled. */
  readonly open: Counts;
  readonly openLooks: number;
  /** Over the blocks that are full: Σ bad²/total, Σ bad, Σ total, how many. */
  readonly squares: number;
  readonly bad: number;
  readonly total: number;
  readonly terms: number;
}

interface ReplicaSums {
  readonly seen: Counts;
  readonly residual: number;
  readonly expected: number;
  /** Variance of `residual` by chance alone. */
  readonly variance: number;
}

/** Nothing measured yet. */
export const NO_DISPERSION: DispersionSums = {
  looks: 0,
  seconds: 0,
  canaryExpected: 0,
  blocks: [],
  replicas: {},
  replicaLooks: { squares: 0, expected: 0, terms: 0 },
  canaryLooks: { squares: 0, bad: 0, expected: 0, terms: 0 },
};

/** The sums of a history of the control, ready for a bake whose counters start at zero. */
export function dispersionOfHistory(history: readonly ControlLook[]): DispersionSums {
  let sums = NO_DISPERSION;
  let before: ControlLook = { elapsedSeconds: 0, control: NO_COUNTS };
  for (const look of history) {
    const seconds = look.elapsedSeconds - before.elapsedSeconds;
    // A look that cannot be true is passed over: the next one spans its time too.
    if (!(seconds > 0) || countFault('control', look.control, before.control) !== undefined) continue;
    const increment = { canary: NO_COUNTS, control: growth(look.control, before.control), seconds };
    sums = addDispersion(sums, increment, look.controlReplicas);
    before = look;
  }
  const replicas = Object.entries(sums.replicas).map(([name, replica]) => [name, { ...replica, seen: NO_COUNTS }]);
  return { ...sums, replicas: Object.fromEntries(replicas) };
}

/** Adds one look. `replicas` are cumulative counts of the control's replicas, when they are known. */
export function addDispersion(
  sums: DispersionSums,
  increment: Increment,
  replicas: Readonly<Record<string, Counts>> | undefined,
): DispersionSums {
  const rate = badRatio(increment.control);
  const expected = increment.canary.total * rate;
  return {
    looks: sums.looks + 1,
    seconds: sums.seconds + increment.seconds,
    canaryExpected: sums.canaryExpected + expected,
    blocks: addBlocks(sums.blocks, increment.control, sums.looks + 1),
    ...addReplicas(sums, rate, increment.control.total, replicas ?? {}),
    canaryLooks: addCanaryLook(sums.canaryLooks, increment.canary.bad, expected),
  };
}

const NO_BLOCKS: BlockSums = { open: NO_COUNTS, openLooks: 0, squares: 0, bad: 0, total: 0, terms: 0 };

function addBlocks(blocks: readonly BlockSums[], control: Counts, looks: number): readonly BlockSums[] {
  // A length is opened as soon as it divides the looks so far; its first block is then missing, which costs nothing.
  const levels = looks === 2 ** blocks.length ? [...blocks, NO_BLOCKS] : blocks;
  return levels.map((block, level) => {
    const open = { bad: block.open.bad + control.bad, total: block.open.total + control.total };
    if (block.openLooks + 1 < 2 ** level || open.total <= 0) return { ...block, open, openLooks: block.openLooks + 1 };
    return {
      open: NO_COUNTS,
      openLooks: 0,
      squares: block.squares + open.bad ** 2 / open.total,
      bad: block.bad + open.bad,
      total: block.total + open.total,
      terms: block.terms + 1,
    };
  });
}

function addReplicas(
  sums: DispersionSums,
  rate: number,
  total: number,
  replicas: Readonly<Record<string, Counts>>,
): Pick<DispersionSums, 'replicas' | 'replicaLooks'> {
  const next: Record<string, ReplicaSums> = { ...sums.replicas };
  let { squares, expected, terms } = sums.replicaLooks;
  for (const [name, counts] of Object.entries(replicas)) {
    const before = sums.replicas[name] ?? { seen: NO_COUNTS, residual: 0, expected: 0, variance: 0 };
    const grown = growth(counts, before.seen);
    // A replica whose counters went back is left out of the comparison for this look; the judgement does not rest on it.
    const counted = grown.total > 0 && grown.bad >= 0 && total > 0;
    const mean = counted ? grown.total * rate : 0;
    const residual = counted ? grown.bad - mean : 0;
    const variance = mean * Math.max(0, 1 - grown.total / Math.max(total, 1));
    next[name] = {
      seen: counts,
      residual: before.residual + residual,
      expected: before.expected + mean,
      variance: before.variance + variance,
    };
    if (counted) {
      squares += residual ** 2;
      expected += variance;
      terms += 1;
    }
  }
  return { replicas: next, replicaLooks: { squares, expected, terms } };
}

function addCanaryLook(
  sums: DispersionSums['canaryLooks'],
  bad: number,
  expected: number,
): DispersionSums['canaryLooks'] {
  if (expected <= 0) return sums;
  return {
    squares: sums.squares + bad ** 2 / expected,
    bad: sums.bad + bad,
    expected: sums.expected + expected,
    terms: sums.terms + 1,
  };
}

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
 * Bad events at the canary from which its own scatter bounds the clumps, where replicas are unknown: the control's index
 * alone would take the swings of heavy traffic for clumps.
 */
const CANARY_EVENTS = 40;
const FEWEST_BLOCKS = 4;

/**
 * The dispersion of the canary's count.
 *
 * `sums` are those before the look that is judged, so that a look never lowers its own evidence; `canaryExpected` is the
 * canary's expected count with it.
 */
export function dispersionOf(
  sums: DispersionSums,
  now: { readonly canaryExpected: number; readonly elapsedSeconds: number; readonly canaryReplicas: number },
  floor: NoiseFloor,
): Dispersion {
  const clumping = clumpIndex(sums);
  const { correlationSeconds } = floor;
  // Residuals add up over history and bake; noise that is forgotten shows more of itself in the shorter bake.
  const stretch = Math.max(
    1,
    varianceOfMean(correlationSeconds, now.elapsedSeconds) / varianceOfMean(correlationSeconds, sums.seconds),
  );
  const atRest = floorVariance(floor, now.elapsedSeconds);
  const replicas = Object.values(sums.replicas).filter((replica) => replica.expected > 0);
  // With two counters only, the canary is taken to wander as the floor says or as the control does, whichever is more, and
  // the control's own wandering comes on top. Between replicas of one look what all share cancels, as it does for the canary.
  const shared = replicas.length < 2 ? controlWandering(sums, clumping, floor, now.elapsedSeconds) : 0;
  const wandering =
    replicas.length < 2
      ? Math.max(atRest, shared) + shared
      : Math.max(0, mixed(atRest, replicaWandering(replicas, clumping) * stretch, replicas.length - 1));
  return {
    factor: dispersionFactor({ clumping, wandering }, now.canaryExpected, now.canaryReplicas),
    clumping,
    wandering,
    replicas: replicas.length,
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
 * span is short, and falling as 1/T later (Ornstein-Uhlenbeck; Papoulis 1965, §9-5).
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

function mixed(prior: number, measured: number, degrees: number): number {
  return (prior * FLOOR_REPLICAS + measured * degrees) / (FLOOR_REPLICAS + degrees);
}

/**
 * Clumps raise the index of every count alike, wandering raises it in proportion to the mean; so the smallest index of
 * any kind of count bounds the clumps from above. Each is first lowered by its standard error, √((2+1/μ)/n) for n counts
 * of mean μ, so that chance alone is not taken for clumps.
 */
function clumpIndex(sums: DispersionSums): number {
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

/** v from replicas: Σ S² = c·Σ V + v·Σ E²(1 - 1/K), S being a replica's residual of variance V by chance, E its mean. */
function replicaWandering(replicas: readonly ReplicaSums[], clumping: number): number {
  let excess = 0;
  let scale = 0;
  for (const { residual, variance, expected } of replicas) {
    excess += residual ** 2 - clumping * variance;
    scale += expected ** 2;
  }
  return excess / (scale * (1 - 1 / replicas.length));
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
