import type { EventData } from '../../plan/events.ts';
import { formatCount, formatPercent } from '../../text/figures.ts';
import { formatMoment } from '../schedule/calendar.ts';
import { type BadEvents, BURN_WINDOWS, type Burst, burnRate, findBursts, type HourOfEvents, sumOf } from './burn.ts';

/** What was measured of an SLO over the time of hypercare. */
export interface SloMeasurement {
  readonly name: string;
  /** Such as `99.5%`, and the same as a share. */
  readonly objectiveText: string;
  readonly objective: number;
  readonly whole: BadEvents;
  /** Whole hours, oldest first; empty while hypercare is younger than an hour. */
  readonly hours: readonly HourOfEvents[];
  /** The short windows of bursts that reach to the end of the span, by the name of their long window. */
  readonly short: Readonly<Record<string, BadEvents>>;
}

/** An SLO as an observation records it. */
export type SloFinding = EventData<'hypercare.observed'>['slos'][number];

/**
 * Judges an SLO: over budget when the whole span burnt faster than the elevated limit; burning when a window burns too fast and
 * its short window says that it still does; burnt, which is flagged and no failure, when a window did so earlier and stopped.
 * @param limit burn that the whole span may have, such as 0.8; it lowers the limits of the windows as well
 */
export function judgeSlo(slo: SloMeasurement, limit: number, zone: string): SloFinding {
  const { name, whole, objective, hours } = slo;
  if (whole.total <= 0) return { name, ok: false, detail: 'no requests', code: 'no-requests' };
  const burn = burnRate(whole, objective);
  const bursts = findBursts(hours, objective, limit);
  const burning = bursts.filter((burst) => stillBurns(burst, slo, limit));
  const over = burn > limit;
  const code = over ? 'over-budget' : burning.length > 0 ? 'burning' : bursts.length > 0 ? 'burnt' : 'within-budget';
  const recent = Object.fromEntries(
    BURN_WINDOWS.filter((window) => hours.length >= window.hours).map((window) => [
      window.name,
      finite(burnRate(sumOf(hours.slice(-window.hours)), objective)),
    ]),
  );
  const bad = whole.bad / whole.total;
  return {
    name,
    ok: !over && burning.length === 0,
    code,
    detail: [
      `${formatPercent(bad)} bad of ${formatCount(whole.total)}; burns its error budget at ×${burn.toFixed(2)} of the rate that the objective of ${slo.objectiveText} allows (limit ×${limit})`,
      ...Object.entries(recent).map(([window, rate]) => `last ${window} ×${rate.toFixed(2)}`),
      ...bursts.map((burst) => burstText(burst, burning.includes(burst), zone)),
    ].join('; '),
    bad: whole.bad,
    total: whole.total,
    burn: finite(burn),
    recent,
    bursts: bursts.map(({ window, from, to, burn: rate, worstTo }) => ({
      window,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      worstTo: new Date(worstTo).toISOString(),
      burn: finite(rate),
    })),
  };
}

/** The burst reaches to the end of the span, and the short window burns at the limit as well (ibid., "multiwindow"). */
function stillBurns(burst: Burst, { hours, short, objective }: SloMeasurement, limit: number): boolean {
  const window = BURN_WINDOWS.find((one) => one.name === burst.window);
  const now = short[burst.window];
  if (window === undefined || now === undefined || burst.to !== hours.at(-1)?.to) return false;
  return burnRate(now, objective) >= window.limit * limit;
}

/** Which short windows have to be measured: those of bursts that reach to the end. */
export function openBursts(hours: readonly HourOfEvents[], objective: number, limit: number): readonly Burst[] {
  return findBursts(hours, objective, limit).filter((burst) => burst.to === hours.at(-1)?.to);
}

function burstText(burst: Burst, burns: boolean, zone: string): string {
  const when = formatMoment(burst.worstTo, zone);
  return `${burns ? 'burns' : 'burnt'} at ×${burst.burn.toFixed(1)} over ${burst.window} until ${when}`;
}

/** JSON has no infinity: an objective of 100% that is missed burns at a number that is larger than any other. */
function finite(rate: number): number {
  return Number.isFinite(rate) ? rate : 1e9;
}
