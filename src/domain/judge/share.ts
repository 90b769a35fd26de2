import type { DispersionSums } from './dispersion-sums.ts';
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
/** A share this near to the expected one is the expected one: weights are rounded, and requests in flight are not counted yet. */
const TOLERANCE = 0.02;
/** Seconds of requests by which a count may begin or end too early. */
const SLACK_SECONDS = 2;

/**
 * Evidence that the canary's share is not what the route gives, for both directions, and whether more requests are to be feared (`doubt`, without slack), as natural logarithms of e-values: the sequential test of
 * sample ratio mismatch of Lindon and Malek (2022; Fabijan 2019) with a few bets, against the nearest share within the tolerance. Arrivals come in
 * clumps too (keep-alive, retries): `dispersion` divides the log likelihood ratios, as in evidence.ts.
 */
function shareEvidence(
  arrived: Arrived,
  expected: number,
  dispersion: number,
): { readonly lost: number; readonly extra: number; readonly doubt: number } {
  const tolerance = TOLERANCE + SLACK_SECONDS / Math.max(arrived.seconds, SLACK_SECONDS);
  const odds = expected / (1 - expected);
  return {
    lost: evidence(arrived, { nullOdds: odds * (1 - Math.min(0.9, tolerance)), bets: BETS.lost, odds, dispersion }),
    extra: evidence(arrived, { nullOdds: odds * (1 + tolerance), bets: BETS.extra, odds, dispersion }),
    doubt: evidence(arrived, { nullOdds: odds * (1 + TOLERANCE), bets: BETS.extra, odds, dispersion }),
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
  /** Where counting began: after the warm-up, or after the last restart or end of a pod of the canary. */
  readonly base: Arrived;
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
export const NO_ARRIVALS: Arrivals = { base: { seconds: 0, canary: 0, control: 0 }, evidence: 0 };

/** Adds a look. Where the share is not known exactly (`expected` is left out), nothing is judged. */
export function observeArrivals(
  arrivals: Arrivals,
  arrived: Arrived | undefined,
  test: {
    readonly expected: number | undefined;
    readonly sums: Pick<DispersionSums, 'arrivals'>;
    readonly limit: number;
  },
): Arrivals {
  const { expected, sums, limit } = test;
  if (arrived === undefined || expected === undefined || expected <= 0 || expected >= 1) return arrivals;
  const { base } = arrivals;
  // What a counter had between its last scrape and a restart, or its end, is gone: counted anew, or those requests would be taken for lost ones.
  if (arrivals.found === undefined && (arrived.restarts ?? 0) !== (base.restarts ?? 0))
    return { base: arrived, evidence: 0 };
  const since = {
    seconds: arrived.seconds - base.seconds,
    canary: arrived.canary - base.canary,
    control: arrived.control - base.control,
  };
  if (since.seconds <= 0 || since.canary < 0 || since.control <= 0) return arrivals;
  const dispersion = sums.arrivals.expected > 0 ? Math.max(1, sums.arrivals.squares / sums.arrivals.expected) : 1;
  const { lost, extra, doubt } = shareEvidence(since, expected, dispersion);
  // The two directions share the chance.
  const evidence = Math.max(lost, extra) - Math.LN2;
  if (arrivals.found !== undefined) return { ...arrivals, evidence };
  if (evidence < limit) {
    const { doubtSince, ...certain } = arrivals;
    return doubt > DOUBT
      ? { ...certain, evidence, doubtSince: doubtSince ?? arrived.seconds }
      : { ...certain, evidence };
  }
  const counted = since.canary / (since.canary + since.control);
  return { ...arrivals, evidence, found: { direction: lost > extra ? 'lost' : 'extra', counted, expected } };
}
