import { comparisonSteps, EMPTY_TRAIL, extendTrail, logEvidence } from './evidence.ts';
import { badRatio, type Counts, type Increment, NO_COUNTS } from './look.ts';
import type { JudgeSettings } from './settings.ts';

/**
 * A canary that warms up: caches are empty, code is not compiled yet, pools connect. What it does then says little of the release, so only a
 * gross failure counts, and the bake begins after it.
 */
export interface WarmUp {
  /** Seconds since the canary got requests. */
  readonly until: number;
  /** Counts of both sides. */
  readonly canary: Counts;
  readonly control: Counts;
  readonly trend: Trend;
  /** It was lengthened, once. */
  readonly lengthened: boolean;
  readonly over: boolean;
}

/** Whether the canary's bad events came early: sums over its looks, with the moment in the middle of each. */
interface Trend {
  /** Requests, and their moments and squares of these. */
  readonly total: number;
  readonly moments: number;
  readonly squares: number;
  /** Moments of the bad ones. */
  readonly bad: number;
}

const NO_TREND: Trend = { total: 0, moments: 0, squares: 0, bad: 0 };

/** By how much a warm-up is lengthened, once, for a canary that is still getting better. */
const LENGTHENED = 1.5;
/**
 * It gets better when its bad events came so many standard deviations earlier than its requests. One that warms up linearly from ×10 until the
 * lengthened warm-up ends is 2.4 early in the mean with 85 bad events, one that is bad for good is 0; so that few of the first kind
 * are missed, one in four of the second kind is given more time too.
 */
const EARLY = -0.6;
/** And it still needs it when it was worse than the control: the natural logarithm of an e-value. */
const STILL_WORSE = 2;

/** A warm-up before its first look. */
export function openWarmUp(settings: Pick<JudgeSettings, 'warmupSeconds'>): WarmUp {
  const until = settings.warmupSeconds ?? 0;
  return { until, canary: NO_COUNTS, control: NO_COUNTS, trend: NO_TREND, lengthened: false, over: until <= 0 };
}

/** Adds a look of the warm-up; at its end it may be lengthened. */
export function warm(warmUp: WarmUp, { canary, control, seconds }: Increment, moment: number): WarmUp {
  const next = {
    ...warmUp,
    canary: plus(warmUp.canary, canary),
    control: plus(warmUp.control, control),
    trend: withLook(warmUp.trend, canary, moment - seconds / 2),
  };
  if (moment < warmUp.until || warmUp.lengthened || !getsBetter(next)) return next;
  return { ...next, until: warmUp.until * LENGTHENED, lengthened: true };
}

/** The warm-up once judged counts follow it. */
export function warmedUp(warmUp: WarmUp): WarmUp {
  return warmUp.over ? warmUp : { ...warmUp, over: true };
}

function getsBetter({ canary, control, trend }: WarmUp): boolean {
  const evidence = logEvidence(extendTrail(EMPTY_TRAIL, comparisonSteps({ canary, control })), 1);
  return evidence > STILL_WORSE && earliness(trend, canary.bad) < EARLY;
}

function withLook({ total, moments, squares, bad }: Trend, canary: Counts, middle: number): Trend {
  return {
    total: total + canary.total,
    moments: moments + canary.total * middle,
    squares: squares + canary.total * middle ** 2,
    bad: bad + canary.bad * middle,
  };
}

/**
 * The score test of a trend in Poisson rates (Cox and Lewis 1966, section 3.3): how many standard deviations later than its requests the bad ones came, if
 * each request is as likely to be bad as any other.
 */
function earliness(trend: Trend, bad: number): number {
  if (bad <= 0 || trend.total <= 0) return 0;
  const middle = trend.moments / trend.total;
  const variance = trend.squares / trend.total - middle ** 2;
  return variance > 0 ? (trend.bad - bad * middle) / Math.sqrt(bad * variance) : 0;
}

/** A canary that fails this share of its requests has failed grossly, if that is also so many times stable's. */
const GROSS_RATIO = 0.2;
const GROSS_TIMES = 3;
/** Odds that are bet on, over the gross ratio. */
const GROSS_BETS = [2, 6, 30] as const;
/** ln of an e-value: a canary below the gross ratio reaches it once in 2,000 releases. */
const GROSS_LIMIT = Math.log(2000);

/**
 * Whether a canary fails so much that no warming up explains it: more than a fifth of its requests and more than three times stable's
 * ratio, beyond chance, since it got requests or at this look. The evidence is an e-value against "each request fails with at most that chance".
 * Slow answers are what warming up is: they count from half of the warm-up on, and only as they are now.
 */
export function isGross(warmUp: WarmUp, kind: 'error' | 'slow', increment: Increment, moment: number): boolean {
  if (kind === 'error') return failsGrossly(warmUp) || failsGrossly(increment);
  return moment - increment.seconds >= warmUp.until / 2 && failsGrossly(increment);
}

/** Whether these counts alone are a gross failure; see {@link isGross}. */
export function failsGrossly({ canary, control }: { readonly canary: Counts; readonly control: Counts }): boolean {
  const floor = Math.max(GROSS_RATIO, GROSS_TIMES * badRatio(control));
  if (floor >= 1 || canary.total <= 0) return false;
  const evidence = GROSS_BETS.map((bet) => {
    const drop = Math.log1p((bet - 1) * floor);
    return canary.bad * (Math.log(bet) - drop) - (canary.total - canary.bad) * drop;
  });
  return Math.max(...evidence) - Math.log(GROSS_BETS.length) >= GROSS_LIMIT;
}

function plus(a: Counts, b: Counts): Counts {
  return { bad: a.bad + b.bad, total: a.total + b.total };
}
