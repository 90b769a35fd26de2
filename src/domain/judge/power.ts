import { type Dispersion, dispersionFactor, dispersionOf } from './dispersion.ts';
import { type DispersionSums, NO_DISPERSION } from './dispersion-sums.ts';
import { damningCount } from './evidence.ts';
import type { Counts } from './look.ts';
import { DEFAULT_NOISE, type JudgeSettings, limitsOf, type SloSettings } from './settings.ts';
import { lowerGamma } from './special-functions.ts';

/** Traffic that is expected before a canary starts. */
export interface Traffic {
  /** Requests a second at the canary and at the control. */
  readonly canaryRate: number;
  readonly controlRate: number;
  /** Bad ratio of the control. */
  readonly badRatio: number;
  /** Replicas of the canary; 1 when left out. */
  readonly canaryReplicas?: number;
  /** How the control scattered when it was looked at, and the replicas that are left out; the noise floor stands in where it was not. */
  readonly seen?: { readonly sums: DispersionSums; readonly without: readonly string[] };
}

/** What the judge can see with given counts. */
export interface Visibility {
  /** Chance with which a canary `detectableRatio` times as bad as control would have been condemned. */
  readonly power: number;
  /** The smallest ratio that would have been with the power asked for; `undefined` if not even every request failing would. */
  readonly smallestRatio: number | undefined;
  /** Bad ratio of the control that this was reckoned with, never below a tenth of the error budget. */
  readonly baseRatio: number;
}

/**
 * A control without bad events has no ratio to multiply. A service that uses less than this share of its error budget is
 * taken to use this share, so that "n times as bad" keeps a meaning that users would notice.
 */
const BASE_SHARE_OF_BUDGET = 0.1;
/** No ratio beyond this is asked for. */
const LARGEST_RATIO = 1e6;

/** Counts that were taken or are expected, and how they scatter. */
interface Seen {
  readonly canaryTotal: number;
  readonly control: Counts;
  readonly canaryReplicas: number;
  readonly dispersion: Pick<Dispersion, 'factor' | 'clumping' | 'wandering'>;
}

/**
 * What could have been seen in counts that were taken: the power of the comparison at its last look alone. The test looks
 * many times, so the true power is a little larger.
 */
export function visibility(settings: JudgeSettings, slo: SloSettings, seen: Seen): Visibility {
  const { baseRatio, powerAt } = powerOf(settings, slo, seen);
  return {
    power: powerAt(settings.detectableRatio),
    smallestRatio: smallestWhere(
      (ratio) => powerAt(ratio) >= settings.power,
      1,
      Math.min(LARGEST_RATIO, 1 / Math.max(baseRatio, 1e-12)),
    ),
    baseRatio,
  };
}

/** The chance with which a canary so many times as bad would have been condemned, and the bad ratio that it is a multiple of. */
function powerOf(
  settings: JudgeSettings,
  slo: SloSettings,
  { canaryTotal, control, canaryReplicas, dispersion }: Seen,
): { readonly baseRatio: number; readonly powerAt: (ratio: number) => number } {
  const measured = control.total > 0 ? control.bad / control.total : 0;
  const baseRatio = Math.max(measured, (1 - slo.objective) * BASE_SHARE_OF_BUDGET);
  const damning = damningCount(canaryTotal, control, dispersion.factor, limitsOf(settings, slo).comparison);
  const powerAt = (ratio: number) => {
    if (damning === undefined) return 0;
    const mean = canaryTotal * Math.min(1, ratio * baseRatio);
    // A worse canary has more bad events, and these scatter more than those of a good one.
    const scatter = dispersionFactor(dispersion, mean, canaryReplicas);
    return lowerGamma(damning / scatter, mean / scatter);
  };
  return { baseRatio, powerAt };
}

/**
 * The minimum detectable effect, before the canary starts: what would be visible after the bake with this traffic and the
 * noise floor. `undefined` ratio: this traffic shows nothing in this time.
 */
export function expectedVisibility(
  settings: JudgeSettings,
  slo: SloSettings,
  traffic: Traffic,
  seconds: number = settings.bakeSeconds,
): Visibility {
  return visibility(settings, slo, expectedOf(settings, traffic, seconds));
}

/** The counts that this traffic gives in this time. */
function expectedOf(settings: JudgeSettings, traffic: Traffic, seconds: number): Seen {
  const canaryTotal = traffic.canaryRate * seconds;
  const controlTotal = traffic.controlRate * seconds;
  const canaryReplicas = traffic.canaryReplicas ?? 1;
  const dispersion = dispersionOf(
    traffic.seen?.sums ?? NO_DISPERSION,
    {
      canaryExpected: canaryTotal * traffic.badRatio,
      elapsedSeconds: seconds,
      canaryReplicas,
      without: traffic.seen?.without ?? [],
    },
    settings.noise ?? DEFAULT_NOISE,
  );
  return {
    canaryTotal,
    control: { bad: controlTotal * traffic.badRatio, total: controlTotal },
    canaryReplicas,
    dispersion,
  };
}

/** Seconds of bake after which a good canary passes: see {@link isVisible}; `undefined` beyond a week. */
export function secondsUntilVisible(settings: JudgeSettings, slo: SloSettings, traffic: Traffic): number | undefined {
  return smallestWhere((seconds) => isVisible(settings, slo, traffic, seconds), 1, 7 * 86_400);
}

/** The share at which it would be visible after the bake, 0 to 1/2; `undefined` where no share shows it. */
export function shareUntilVisible(settings: JudgeSettings, slo: SloSettings, traffic: Traffic): number | undefined {
  const rate = traffic.canaryRate + traffic.controlRate;
  const at = (share: number) => ({ ...traffic, canaryRate: rate * share, controlRate: rate * (1 - share) });
  return smallestWhere((share) => isVisible(settings, slo, at(share), settings.bakeSeconds), 1e-4, 0.5);
}

/** Whether a good canary would pass after so many seconds of bake: enough requests, and the plan's regression visible with the power asked for. */
export function isVisible(settings: JudgeSettings, slo: SloSettings, traffic: Traffic, seconds: number): boolean {
  return (
    traffic.canaryRate * seconds >= settings.minimumRequests &&
    powerOf(settings, slo, expectedOf(settings, traffic, seconds)).powerAt(settings.detectableRatio) >= settings.power
  );
}

/** Bisection for the least number in a range at which a rising condition holds, to one part in 10⁷. */
function smallestWhere(holds: (value: number) => boolean, low: number, high: number): number | undefined {
  if (!holds(high)) return undefined;
  let below = low;
  let above = high;
  while (above - below > 1e-7 * Math.max(1, above)) {
    const middle = below > 0 && above / below > 2 ? Math.sqrt(below * above) : (below + above) / 2;
    if (holds(middle)) above = middle;
    else below = middle;
  }
  return above;
}
