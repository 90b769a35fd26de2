/**
 * Burn rates of error budgets, as the Site Reliability Workbook defines them (Beyer et al., 2018, chapter 5, "Alerting on
 * SLOs"): the ratio of bad events over a window, divided by the ratio that the objective allows. 1 spends exactly the budget.
 */

/** Bad and all events. */
export interface BadEvents {
  readonly bad: number;
  readonly total: number;
}

/** A window whose burn is looked at beside that of the whole span. */
export interface BurnWindow {
  readonly name: '1 h' | '6 h';
  readonly hours: number;
  /** The short window that says whether it still burns, in milliseconds: a twelfth of the long one. */
  readonly shortMs: number;
  /** The burn that is too fast, for a budget of 30 days. */
  readonly limit: number;
}

/**
 * The fast burns of the workbook's multiwindow alerts (table 5-8): 2% of a 30-day budget in an hour, which is a burn of
 * 0.02 · 720 h / 1 h = 14.4, and 5% in six hours, which is 0.05 · 720 h / 6 h = 6.
 */
export const BURN_WINDOWS: readonly BurnWindow[] = [
  { name: '1 h', hours: 1, shortMs: 5 * 60_000, limit: 14.4 },
  { name: '6 h', hours: 6, shortMs: 30 * 60_000, limit: 6 },
];

/** Bad events below which a window says nothing: with little traffic one failed request is a burn of hundreds (ibid., "Low-Traffic Services"). */
const FEWEST_BAD = 5;

/**
 * The burn rate of a window; 0 where nothing happened.
 * @param objective share of good events, such as 0.995
 */
export function burnRate({ bad, total }: BadEvents, objective: number): number {
  if (total <= 0 || bad <= 0) return 0;
  const budget = 1 - objective;
  return budget > 0 ? bad / total / budget : Number.POSITIVE_INFINITY;
}

/** An hour of an SLO. */
export interface HourOfEvents extends BadEvents {
  /** Its end, milliseconds since the epoch. */
  readonly to: number;
}

/** A stretch in which the budget burnt too fast. */
export interface Burst {
  readonly window: BurnWindow['name'];
  /** The worst window of the stretch: its end, and its burn. */
  readonly worstTo: number;
  readonly burn: number;
  /** From the beginning of the first window that was too fast to the end of the last. */
  readonly from: number;
  readonly to: number;
}

const HOUR = 3_600_000;

/**
 * Finds where windows of whole hours burnt at their limit or faster; windows that follow one another are one burst.
 * @param hours neighbouring hours, oldest first
 * @param factor lowers the limits while monitoring is elevated, 0 to 1
 */
export function findBursts(hours: readonly HourOfEvents[], objective: number, factor: number): readonly Burst[] {
  return BURN_WINDOWS.flatMap((window) => burstsOf(window, hours, objective, factor));
}

function burstsOf(
  window: BurnWindow,
  hours: readonly HourOfEvents[],
  objective: number,
  factor: number,
): readonly Burst[] {
  const bursts: Burst[] = [];
  for (let last = window.hours - 1; last < hours.length; last += 1) {
    const sum = sumOf(hours.slice(last - window.hours + 1, last + 1));
    const burn = burnRate(sum, objective);
    const to = hours[last]?.to ?? 0;
    if (sum.bad < FEWEST_BAD || burn < window.limit * factor) continue;
    const open = bursts.at(-1);
    if (open !== undefined && to - window.hours * HOUR <= open.to) {
      const worse = burn > open.burn;
      bursts[bursts.length - 1] = {
        ...open,
        to,
        burn: worse ? burn : open.burn,
        worstTo: worse ? to : open.worstTo,
      };
    } else bursts.push({ window: window.name, from: to - window.hours * HOUR, to, burn, worstTo: to });
  }
  return bursts;
}

/** Bad and all events of several hours together. */
export function sumOf(hours: readonly BadEvents[]): BadEvents {
  return hours.reduce<BadEvents>((sum, hour) => ({ bad: sum.bad + hour.bad, total: sum.total + hour.total }), {
    bad: 0,
    total: 0,
  });
}
