import { formatCount, formatPercent, formatSeconds } from '../../text/figures.ts';
import { badRatio, type ControlLook, type Counts, NO_COUNTS } from './look.ts';
import { expectedVisibility, isVisible, secondsUntilVisible, shareUntilVisible, type Traffic } from './power.ts';
import { short } from './saying.ts';
import type { JudgeSettings, SloSettings } from './settings.ts';
import { openSlo } from './slo-judgement.ts';

/** What a canary can show of one SLO with the traffic that production has, before it starts. */
export interface Outlook {
  readonly slo: string;
  /** Requests a second of the service, and the part of them at the canary, 0 to 1. */
  readonly rate: number;
  readonly share: number;
  readonly badRatio: number;
  /** The smallest regression that shows within the bake; `undefined` where none does. */
  readonly smallestRatio: number | undefined;
  /** Whether a good canary passes at the end of the bake, of the extension, or of neither. */
  readonly passes: 'in-the-bake' | 'in-the-extension' | 'never';
  /** The bake, in seconds, and the share, 0 to 1, with which it would pass in the bake; `undefined` where none does. */
  readonly neededSeconds: number | undefined;
  readonly neededShare: number | undefined;
  /** Replicas of the control that are sick, and will be left out. */
  readonly sick: readonly string[];
}

/** Bad events of the control from which on its scatter is known; with fewer the noise floor stands in. */
const FEWEST_EVENTS = 40;
/** A rate of a quarter of an hour is what comes next to within a fifth or so: what lacks less than that is not refused. */
const RATE_IS_KNOWN_TO = 1.25;

/**
 * Says before a canary starts what it can show, by the code that judges it then: the same reading of the control, the same scatter, the same
 * replicas left out, the same power.
 * @param seen looks at the control before, requests a second of canary and control together, and the canary's share and replicas
 */
export function outlookOf(
  settings: JudgeSettings,
  slo: SloSettings,
  seen: {
    readonly history: readonly ControlLook[];
    readonly rate: number;
    readonly share: number;
    readonly canaryReplicas: number;
  },
): Outlook {
  const { history, rate, share, canaryReplicas } = seen;
  const { sums, sick } = openSlo(settings, slo, history);
  const control = controlOf(history, sick);
  const traffic: Traffic = {
    canaryRate: rate * share,
    controlRate: rate * (1 - share),
    badRatio: Math.max(0, badRatio(control)),
    canaryReplicas,
    ...(control.bad >= FEWEST_EVENTS ? { seen: { sums, without: sick } } : {}),
  };
  const hopeful = { ...traffic, canaryRate: traffic.canaryRate * RATE_IS_KNOWN_TO };
  const { bakeSeconds, extensionSeconds } = settings;
  return {
    slo: slo.name,
    rate,
    share,
    badRatio: traffic.badRatio,
    smallestRatio: expectedVisibility(settings, slo, traffic).smallestRatio,
    passes: isVisible(settings, slo, traffic, bakeSeconds)
      ? 'in-the-bake'
      : isVisible(settings, slo, hopeful, bakeSeconds + extensionSeconds)
        ? 'in-the-extension'
        : 'never',
    neededSeconds: secondsUntilVisible(settings, slo, traffic),
    neededShare: shareUntilVisible(settings, slo, traffic),
    sick,
  };
}

/** The traffic and what it shows, in a sentence without its end. */
export function sayOutlook(outlook: Outlook, settings: Pick<JudgeSettings, 'bakeSeconds' | 'detectableRatio'>): string {
  const { slo, rate, share, smallestRatio } = outlook;
  const traffic = `${slo}: ${rate < 10 ? short(rate) : formatCount(rate)} requests/s, ${formatPercent(share)} of them at the canary for ${formatSeconds(settings.bakeSeconds)}`;
  return smallestRatio === undefined
    ? `${traffic}, too few to show anything`
    : `${traffic}, enough to show a regression of ×${Number(smallestRatio.toPrecision(2))} or more; the plan asks for ×${settings.detectableRatio}`;
}

/** What would show the regression that the plan names, such as `a share of 6% or a bake of 1 h 10 min (bake: 70m) shows it`. */
export function sayNeeded({ neededSeconds, neededShare }: Outlook, maxShare: number): string {
  const share = neededShare === undefined || neededShare > maxShare ? undefined : Math.ceil(neededShare * 1000) / 10;
  const ways = [
    ...(share === undefined ? [] : [`a share of ${formatPercent(share / 100)}`]),
    ...(neededSeconds === undefined ? [] : [bakeOf(neededSeconds)]),
  ];
  if (ways.length === 0) return 'no bake of a week and no share that the policy allows shows it';
  return `${ways.join(' or ')} shows it`;
}

/** A bake that is enough, and as it is written in a plan. */
function bakeOf(seconds: number): string {
  const unit = seconds < 120 ? 1 : seconds < 86_400 ? 60 : 3600;
  const whole = Math.ceil(seconds / unit);
  const written = `${whole}${{ 1: 's', 60: 'm', 3600: 'h' }[unit]}`;
  return `a bake of ${formatSeconds(whole * unit)} (bake: ${written})`;
}

/** The control over the whole history, without replicas that are left out. */
function controlOf(history: readonly ControlLook[], without: readonly string[]): Counts {
  const last = history.at(-1);
  if (last?.controlReplicas === undefined) return last?.control ?? NO_COUNTS;
  return Object.entries(last.controlReplicas)
    .filter(([name]) => !without.includes(name))
    .reduce((sum, [, one]) => ({ bad: sum.bad + one.bad, total: sum.total + one.total }), NO_COUNTS);
}
