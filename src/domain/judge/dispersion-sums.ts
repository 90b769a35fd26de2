import { addArrivals } from './arrivals-scatter.ts';
import { badRatio, type ControlLook, type Counts, countFault, growth, type Increment, NO_COUNTS } from './look.ts';
import { addReplicaBlocks, type ReplicaBlocks, type Residuals } from './replica-blocks.ts';

/**
 * What is kept of the looks to tell how much more counts scatter than chance alone (Poisson) would have them, measured on
 * what is known to be good; dispersion.ts makes the factor of it.
 *
 * Two things make real counters overdispersed. Bad events come in clumps (a retry storm), which multiplies the variance of
 * any count by the same index c; and the bad ratio of a replica wanders, which adds v times the square of the mean. So a
 * canary that should have m bad events has the variance φ·m with φ = c + v·m (the variance of a negative binomial with
 * an index of its own; McCullagh and Nelder 1989, chapter 6), and the judge divides its log likelihood ratios by φ.
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
  /** The replicas in blocks of 1, 2, 4 … looks. */
  readonly replicaBlocks: readonly ReplicaBlocks[];
  /** Single replicas in single looks, about the control's rate of that look. */
  readonly replicaLooks: { readonly squares: number; readonly expected: number; readonly terms: number };
  /** How many requests single replicas got in single looks of the history, about their share so far. */
  readonly arrivals: { readonly squares: number; readonly expected: number };
  /** The canary in single looks, about its own ratio to the control, whatever that is. */
  readonly canaryLooks: {
    readonly squares: number;
    readonly bad: number;
    readonly expected: number;
    readonly terms: number;
  };
}

/** The control in blocks of one length. */
export interface BlockSums {
  /** The block that is being filled. */
  readonly open: Counts;
  readonly openLooks: number;
  /** Over the blocks that are full: Σ bad²/total, Σ bad, Σ total, how many. */
  readonly squares: number;
  readonly bad: number;
  readonly total: number;
  readonly terms: number;
}

/** A replica of the control since the history or the bake began: residuals about the control's rate of each look. */
export interface ReplicaSums extends Residuals {
  /** Its counters at the last look. */
  readonly seen: Counts;
  readonly bad: number;
  readonly total: number;
  /** Since its first request, also while it was not scraped. */
  readonly seconds: number;
}

/** Nothing measured yet. */
export const NO_DISPERSION: DispersionSums = {
  looks: 0,
  seconds: 0,
  canaryExpected: 0,
  blocks: [],
  replicas: {},
  replicaBlocks: [],
  replicaLooks: { squares: 0, expected: 0, terms: 0 },
  arrivals: { squares: 0, expected: 0 },
  canaryLooks: { squares: 0, bad: 0, expected: 0, terms: 0 },
};

/**
 * The sums of a history of the control, ready for a bake whose counters start at zero.
 * @param without replicas that are left out
 */
export function dispersionOfHistory(history: readonly ControlLook[], without: readonly string[] = []): DispersionSums {
  let sums = NO_DISPERSION;
  let before: ControlLook = { elapsedSeconds: 0, control: NO_COUNTS };
  for (const look of history) {
    const seconds = look.elapsedSeconds - before.elapsedSeconds;
    const control = controlGrowth({ control: before.control, replicas: sums.replicas }, look, without);
    // A look that cannot be true is passed over: the next one spans its time too.
    if (!(seconds > 0) || typeof control === 'string') continue;
    const arrivals = addArrivals(sums.arrivals, sums.replicas, look.controlReplicas ?? {});
    sums = { ...addDispersion(sums, { canary: NO_COUNTS, control, seconds }, look.controlReplicas), arrivals };
    before = look;
  }
  const replicas = Object.entries(sums.replicas).map(([name, replica]) => [name, { ...replica, seen: NO_COUNTS }]);
  return { ...sums, replicas: Object.fromEntries(replicas) };
}

/**
 * Growth of the control between two looks. Where replicas are told apart it is the sum over those that are there and not left out; one whose
 * counters went back, or that is new, counts from this look on.
 * @returns the growth, or what is wrong with the counts
 */
export function controlGrowth(
  before: { readonly control: Counts; readonly replicas: Readonly<Record<string, ReplicaSums>> },
  now: { readonly control: Counts; readonly controlReplicas?: Readonly<Record<string, Counts>> },
  without: readonly string[],
): Counts | string {
  if (now.controlReplicas === undefined) {
    return countFault('stable', now.control, before.control) ?? growth(now.control, before.control);
  }
  let sum = NO_COUNTS;
  for (const [name, counts] of Object.entries(now.controlReplicas)) {
    if (without.includes(name)) continue;
    const earlier = replicaOf(before.replicas, name).seen;
    const fault = countFault(`stable (${name})`, counts, earlier);
    if (fault !== undefined) {
      if (countFault('stable', counts, NO_COUNTS) !== undefined) return fault;
      continue;
    }
    const grown = growth(counts, earlier);
    sum = { bad: sum.bad + grown.bad, total: sum.total + grown.total };
  }
  return sum;
}

/** Adds one look. `replicas` are cumulative counts of the control's replicas, when they are known. */
export function addDispersion(
  sums: DispersionSums,
  increment: Increment,
  replicas: Readonly<Record<string, Counts>> | undefined,
): DispersionSums {
  const rate = badRatio(increment.control);
  const expected = increment.canary.total * rate;
  const looks = sums.looks + 1;
  const seconds = sums.seconds + increment.seconds;
  const added = addReplicas(sums, rate, increment, replicas ?? {});
  return {
    looks,
    seconds,
    canaryExpected: sums.canaryExpected + expected,
    arrivals: sums.arrivals,
    blocks: addBlocks(sums.blocks, increment.control, looks),
    ...added,
    replicaBlocks: addReplicaBlocks(sums.replicaBlocks, { looks, seconds, replicas: added.replicas }),
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
  { control: { total }, seconds }: Increment,
  replicas: Readonly<Record<string, Counts>>,
): Pick<DispersionSums, 'replicas' | 'replicaLooks'> {
  const next: Record<string, ReplicaSums> = { ...sums.replicas };
  let { squares, expected, terms } = sums.replicaLooks;
  for (const name of Object.keys(replicas)) {
    const counts = replicas[name] ?? NO_COUNTS;
    const own = replicaOf(sums.replicas, name);
    const grown = growth(counts, own.seen);
    // A replica whose counters went back is left out of the comparison for this look; the judgement does not rest on it.
    const counted = grown.total > 0 && grown.bad >= 0 && total > 0;
    const mean = counted ? grown.total * rate : 0;
    const residual = counted ? grown.bad - mean : 0;
    const variance = mean * Math.max(0, 1 - grown.total / Math.max(total, 1));
    next[name] = {
      seen: counts,
      bad: own.bad + (counted ? grown.bad : 0),
      total: own.total + (counted ? grown.total : 0),
      seconds: own.seconds + (own.total > 0 || counted ? seconds : 0),
      residual: own.residual + residual,
      expected: own.expected + mean,
      variance: own.variance + variance,
    };
    if (counted) {
      squares += residual ** 2;
      expected += variance;
      terms += 1;
    }
  }
  return { replicas: next, replicaLooks: { squares, expected, terms } };
}

const NO_REPLICA: ReplicaSums = {
  seen: NO_COUNTS,
  bad: 0,
  total: 0,
  seconds: 0,
  residual: 0,
  expected: 0,
  variance: 0,
};

/** A replica by its name, which may be that of a member that every object has. */
function replicaOf(replicas: Readonly<Record<string, ReplicaSums>>, name: string): ReplicaSums {
  return Object.hasOwn(replicas, name) ? (replicas[name] ?? NO_REPLICA) : NO_REPLICA;
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
