import type { DispersionSums } from './dispersion-sums.ts';
import { RESTARTS } from './evidence.ts';
import type { Arrived } from './look.ts';
import { logSumExp } from './special-functions.ts';

/** How a canary's share of the requests differs from what the route should give it. */
export interface ShareFinding {
  /** `lost`: fewer requests are counted than were sent; `extra`: some come past the route, such as probes or a bot. */
  readonly direction: 'lost' | 'extra';
  /** The share that was counted, and that which the route gives. */
  readonly counted: number;
  readonly expected: number;
}

interface Bet {
  /** The odds of the share that is bet on, over the expected ones. */
  readonly odds: number;
  readonly weight: number;
}

/**
 * Shares that are bet on; the weights of a direction sum to 1. Half of what is bet on lost requests says a fifth: a test that knows it finds such a loss
 * hardly sooner. Validity does not depend on them.
 */
const BETS: Readonly<Record<'lost' | 'extra', readonly Bet[]>> = {
  lost: [
    { odds: 0.9, weight: 0.2 },
    { odds: 0.8, weight: 0.5 },
    { odds: 0.6, weight: 0.2 },
    { odds: 0.3, weight: 0.1 },
  ],
  extra: [
    { odds: 1.12, weight: 1 / 3 },
    { odds: 1.35, weight: 1 / 3 },
    { odds: 2, weight: 1 / 3 },
  ],
};
/** Of each direction's bet, what is kept for requests that go astray later, evenly over {@link RESTARTS} moments. */
const LATE_SHARE = 0.1;
/** A share this near to the expected one is the expected one: weights are rounded, and requests in flight are not counted yet. */
const TOLERANCE = 0.02;
/** Seconds of requests by which a count may begin or end too early. */
const SLACK_SECONDS = 2;
/**
 * Stable's counts at the canary's scrape lie on straight lines between its own scrapes; where the rate jumps from r to s within a gap of d seconds, such a line
 * is off by at most (s - r)·d/4, at the beginning of a span and at its end.
 */
const OFF_THE_LINE = 1 / 2;

/** Times the slowest rate up to which a load is steady. */
const STEADY = 1.5;

/** Requests counted since a moment. */
interface Count {
  readonly from: Arrived;
  /** Stable's requests a second in its slowest and its fastest look, from the one before it on, and seconds of the longest. */
  readonly slowest?: number;
  readonly fastest?: number;
  readonly gap: number;
}

interface Question {
  readonly direction: 'lost' | 'extra';
  readonly expected: number;
  readonly dispersion: number;
}

/**
 * Evidence that the canary's share is not what the route gives, as the natural logarithm of an e-value, and the counts that say so most: the sequential test of
 * sample ratio mismatch of Lindon and Malek (2022; Fabijan 2019) with a few bets, against the nearest share within the tolerance, mixed over the moments from
 * which it may differ as in evidence.ts. Arrivals come in clumps too (keep-alive, retries): `dispersion` divides the log likelihood ratios.
 */
function shareEvidence(
  { whole, late }: Pick<Arrivals, 'whole' | 'late'>,
  arrived: Arrived,
  question: Question,
): { readonly evidence: number; readonly counted: Arrived } {
  const bets = [whole, ...late].flatMap((count, index) => {
    if (count === undefined) return [];
    const counted = growthOf(count.from, arrived);
    const weight = index === 0 ? 1 - LATE_SHARE : LATE_SHARE / RESTARTS;
    const slack = slackOf(count, counted) + unsureIn(question.direction, count.from, arrived);
    return [{ counted, evidence: Math.log(weight) + evidenceSince(counted, question, slack) }];
  });
  // Bets that have not begun yet still hold their stake.
  const idle = (LATE_SHARE * (RESTARTS - late.length)) / RESTARTS;
  const terms = [...bets.map((bet) => bet.evidence), ...(idle > 0 ? [Math.log(idle)] : [])];
  const { counted } = bets.reduce((one, other) => (other.evidence > one.evidence ? other : one));
  return { evidence: logSumExp(terms), counted };
}

function slackOf({ slowest = 0, fastest = 0, gap }: Count, counted: Arrived): number {
  const off = SLACK_SECONDS * fastest + OFF_THE_LINE * gap * (fastest - slowest);
  return Math.min(1, off / Math.max(counted.control, Number.MIN_VALUE));
}

/**
 * Share of stable's requests by which a count may be off because scrapes of stable stayed away: at its end the canary then seems to get more than its share,
 * and if that was at its beginning, less.
 */
function unsureIn(direction: ShareFinding['direction'], from: Arrived, to: Arrived): number {
  const unsure = (direction === 'lost' ? from.unsure : to.unsure) ?? 0;
  return Math.min(1, unsure / Math.max(to.control - from.control, Number.MIN_VALUE));
}

/** The same of one span; `slack` is what its ends may be off, in shares of it. */
function evidenceSince(since: Arrived, { direction, expected, dispersion }: Question, slack: number): number {
  if (since.canary < 0 || since.control <= 0) return 0;
  const odds = expected / (1 - expected);
  const nullOdds = odds * (direction === 'lost' ? 1 - Math.min(0.9, TOLERANCE + slack) : 1 + TOLERANCE + slack);
  return evidence(since, { nullOdds, bets: BETS[direction], odds, dispersion });
}

function growthOf(from: Arrived, to: Arrived): Arrived {
  return {
    seconds: to.seconds - from.seconds,
    canary: to.canary - from.canary,
    control: to.control - from.control,
  };
}

function evidence(
  { canary, control }: Arrived,
  test: {
    readonly nullOdds: number;
    readonly odds: number;
    readonly bets: readonly Bet[];
    readonly dispersion: number;
  },
): number {
  const { nullOdds, odds, bets, dispersion } = test;
  const ratios = bets.map((bet) => {
    // A bet on what the tolerance still allows is no bet.
    const own = bet.odds < 1 ? Math.min(odds * bet.odds, nullOdds) : Math.max(odds * bet.odds, nullOdds);
    const drop = Math.log((1 + own) / (1 + nullOdds));
    return (canary * (Math.log(own / nullOdds) - drop) - control * drop) / dispersion + Math.log(bet.weight);
  });
  return logSumExp(ratios);
}

/** What is known of a canary's share. */
export interface Arrivals {
  /** All requests since the warm-up, or since the last restart or end of a pod of the canary. */
  readonly whole: Count;
  /** And since each late bet began; absent where stable's pods changed since: that bet is lost. */
  readonly late: readonly (Count | undefined)[];
  /** The last look, and stable's requests a second in it. */
  readonly seen: Arrived;
  readonly rate?: number;
  readonly evidence: number;
  /** Seconds since when it looks as if the canary got more requests than its share, while that is not certain yet. */
  readonly doubtSince?: number;
  /** What was found; it stays. */
  readonly found?: ShareFinding;
}

/** Natural logarithm of the e-value from which it is in doubt whether the canary's requests are a share of everybody's. */
const DOUBT = 1;
/** For so many seconds at most. */
const LONGEST_DOUBT = 60;

/** True while it may turn out that the canary gets other requests than a share of everybody's: no comparison condemns it then. */
export function isUnequal({ found, doubtSince }: Arrivals, seconds: number): boolean {
  return found?.direction === 'extra' || (doubtSince !== undefined && seconds - doubtSince < LONGEST_DOUBT);
}

/** Nothing counted yet. */
export const NO_ARRIVALS: Arrivals = arrivalsFrom({ seconds: 0, canary: 0, control: 0 });

/** Counting that begins now; `before`: the look before, whose rate tells whether the load jumps as it begins. */
export function arrivalsFrom(from: Arrived, before: Arrived = from): Arrivals {
  const { seconds, control } = growthOf(before, from);
  const rate = seconds > 0 ? Math.max(0, control / seconds) : undefined;
  return { whole: countFrom(from, rate), late: [], seen: from, evidence: 0, ...(rate === undefined ? {} : { rate }) };
}

function countFrom(from: Arrived, rate?: number): Count {
  return { from, gap: 0, ...(rate === undefined ? {} : { slowest: rate, fastest: rate }) };
}

function withRate(count: Count, rate: number, seconds: number): Count {
  return {
    from: count.from,
    slowest: Math.min(count.slowest ?? rate, rate),
    fastest: Math.max(count.fastest ?? rate, rate),
    gap: Math.max(count.gap, seconds),
  };
}

/** Whether the load has not jumped: where it has, counts of one look may be off by more than is tolerated, and a second one in a row must say the same. */
function isSteady({ slowest = 0, fastest = 0 }: Count): boolean {
  return fastest <= STEADY * slowest;
}

/** Adds a look. Where the share is not known exactly (`expected` is left out), nothing is judged. */
export function observeArrivals(
  arrivals: Arrivals,
  arrived: Arrived | undefined,
  test: {
    readonly expected: number | undefined;
    readonly sums: Pick<DispersionSums, 'arrivals'>;
    readonly limit: number;
    /** How many late bets have begun by now; see {@link RESTARTS}. */
    readonly late: number;
  },
): Arrivals {
  const { expected, sums, limit } = test;
  if (arrived === undefined || expected === undefined || expected <= 0 || expected >= 1) return arrivals;
  // What a counter had between its last scrape and a restart, or its end, is gone: counted anew, or those requests would be taken for lost ones.
  if (arrivals.found === undefined && (arrived.restarts ?? 0) !== (arrivals.seen.restarts ?? 0))
    return arrivalsFrom(arrived, arrivals.seen);
  const since = growthOf(arrivals.whole.from, arrived);
  const { seconds, control } = growthOf(arrivals.seen, arrived);
  if (seconds <= 0 || since.canary < 0 || control < 0 || since.control <= 0) return arrivals;
  const rate = control / seconds;
  const whole = withRate(arrivals.whole, rate, seconds);
  const missing = Math.max(0, Math.min(test.late, RESTARTS) - arrivals.late.length);
  const isSameStable = arrived.stable === arrivals.seen.stable;
  const late = [
    ...arrivals.late,
    ...Array.from({ length: missing }, () => countFrom(arrivals.seen, arrivals.rate)),
  ].map((count) => (count === undefined || !isSameStable ? undefined : withRate(count, rate, seconds)));
  const dispersion = sums.arrivals.expected > 0 ? Math.max(1, sums.arrivals.squares / sums.arrivals.expected) : 1;
  const told = (['extra', 'lost'] as const)
    .map((direction) => ({
      direction,
      ...shareEvidence({ whole, late }, arrived, { direction, expected, dispersion }),
    }))
    .reduce((one, other) => (other.evidence > one.evidence ? other : one));
  // The two directions share the chance.
  const evidence = told.evidence - Math.LN2;
  const now = { whole, late, seen: arrived, rate, evidence };
  if (arrivals.found !== undefined) return { ...arrivals, ...now };
  const { doubtSince, ...certain } = { ...arrivals, ...now };
  if (evidence >= limit && (isSteady(whole) || arrivals.evidence >= limit)) {
    const { canary, control } = told.counted;
    return { ...certain, found: { direction: told.direction, counted: canary / (canary + control), expected } };
  }
  const unsure = unsureIn('extra', arrivals.whole.from, arrived);
  const doubt = evidenceSince(since, { direction: 'extra', expected, dispersion }, unsure);
  return doubt > DOUBT ? { ...certain, doubtSince: doubtSince ?? arrived.seconds } : certain;
}
