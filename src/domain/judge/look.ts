/** Bad events and all events, counted since the bake began. */
export interface Counts {
  readonly bad: number;
  readonly total: number;
}

/** What was measured of one SLO at a look. All counts are cumulative and cover the same span for canary and control. */
export type SloReading =
  | {
      readonly ok: true;
      readonly canary: Counts;
      readonly control: Counts;
      /** What pods of the canary that came later answered in a warm-up of their own, cumulative; it is not in `canary`. Left out where none came. */
      readonly warming?: Counts;
      /** The control's counts by replica, when the metrics tell replicas apart: the empirical null. */
      readonly controlReplicas?: Readonly<Record<string, Counts>>;
      /** How many replicas the canary has; 1 when left out, which is the careful assumption. */
      readonly canaryReplicas?: number;
      /** The moment that the counts are of, in seconds since the bake began; that of the look when left out. */
      readonly moment?: number;
      /** Replicas of the control that cannot be reached and are left out. */
      readonly lost?: readonly string[];
      /** All requests of each side, of the whole control, up to a moment in seconds: whether the share is as it should be. */
      readonly arrived?: Arrived;
      /** A latency SLO at the other edges of its histogram. */
      readonly edges?: readonly EdgeReading[];
    }
  /** There is nothing that can be trusted; `detail` says why in one sentence. */
  | { readonly ok: false; readonly detail: string };

/** Requests slower than another edge of the histogram than the threshold, which are `bad` here. */
export interface EdgeReading {
  /** In seconds, as the histogram spells it. */
  readonly le: string;
  readonly canary: Counts;
  readonly control: Counts;
  /** How the control's replicas scatter at this edge. */
  readonly spread: Spread;
}

/**
 * How replicas scatter about their common ratio, in four numbers that can be kept for every edge of a histogram: with the
 * residual S of a replica, its mean E and its variance V by chance, Σ S², Σ V and Σ E².
 */
export interface Spread {
  readonly squares: number;
  readonly variance: number;
  readonly scale: number;
  readonly replicas: number;
}

/** How many requests reached each side since the bake began. */
export interface Arrived {
  readonly seconds: number;
  readonly canary: number;
  readonly control: number;
  /** Differs from look to look where a pod of the canary ended or its counters began again in between: some of its requests are not in `canary`. Left out while it is 0. */
  readonly restarts?: number;
  /** Differs from look to look where a pod of stable began, ended or was late: some of its requests may be in one of them and not in the other. */
  readonly stable?: string;
  /** So many more requests `control` would have if pods of stable whose scrapes stayed away were only not scraped. Left out while there are none. */
  readonly unsure?: number;
}

/** One look at all SLOs. */
export interface Look {
  /** Seconds since the bake began. */
  readonly elapsedSeconds: number;
  /** Readings by SLO name; an SLO that is missing has no data. */
  readonly slos: Readonly<Record<string, SloReading>>;
  /** Why the canary's pods fail, whatever its requests say; absent while they are well or nobody looks at them. */
  readonly podsFailing?: string;
}

/**
 * The control at one moment before the canary started: what is stable, compared with itself, shows how restless it is before
 * anything must be judged. Counts are cumulative since the history began.
 */
export interface ControlLook {
  /** Seconds since the history began. */
  readonly elapsedSeconds: number;
  readonly control: Counts;
  readonly controlReplicas?: Readonly<Record<string, Counts>>;
}

/** Growth of canary and control between two looks. */
export interface Increment {
  readonly canary: Counts;
  readonly control: Counts;
  /** How long it took. */
  readonly seconds: number;
}

/** Nothing counted yet. */
export const NO_COUNTS: Counts = { bad: 0, total: 0 };

/** `later` less `earlier`. */
export function growth(later: Counts, earlier: Counts): Counts {
  return { bad: later.bad - earlier.bad, total: later.total - earlier.total };
}

/** Counts between scrapes are differences of large numbers: so far their last digits may be off, up or down. */
const ROUNDING = 1e-6;

/** Share of bad events; 0 without events. */
export function badRatio(counts: Counts): number {
  return counts.total > 0 ? counts.bad / counts.total : 0;
}

/**
 * Why counts cannot be what counters gave, or `undefined` when they can: they must be finite, not negative, no more bad
 * than all, and never less than at the look before.
 */
export function countFault(whose: string, counts: Counts, earlier: Counts): string | undefined {
  const { bad, total } = counts;
  if (!Number.isFinite(bad) || !Number.isFinite(total)) return `the counts of the ${whose} are not numbers`;
  if (total < 0) return `the ${whose} has fewer than no events (${total})`;
  if (bad < 0) return `the ${whose} has more good events (${total - bad}) than events (${total})`;
  if (bad > total + ROUNDING) return `the ${whose} has more bad events (${bad}) than events (${total})`;
  if (bad < earlier.bad - ROUNDING || total - bad < earlier.total - earlier.bad - ROUNDING) {
    return `the counters of the ${whose} went back since the last look`;
  }
  return undefined;
}
