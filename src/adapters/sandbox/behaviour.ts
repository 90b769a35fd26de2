import { byName } from '../../text/by-name.ts';

/** How the services of the simulated company behave: how much traffic at what time of day, how fast, how often in error. */

/** Share of requests that a healthy version answers with 500. */
const ERROR_SHARE = 0.001;
/** The same for a version with the fault `canary-errors`. */
const BAD_ERROR_SHARE = 0.015;
/** Share of requests for what does not exist. */
const NOT_FOUND_SHARE = 0.004;
/** Median of the time to answer, in seconds, and the spread of its logarithm: 0.4 % take longer than 0.3 s. */
const MEDIAN_SECONDS = 0.06;
const SIGMA = 0.6;
/** The same while there is an incident that all share, and of a pod that is sick. */
const INCIDENT_ERROR_SHARE = 0.1;
const SICK_ERROR_SHARE = 0.05;
/** By how much the fault `canary-latency` slows answers down. */
const SLOWDOWN = 2.5;

const DAY_MS = 86_400_000;
/** How far traffic swings around its mean in a day; the top is at 15:00 UTC. */
const SWING = 0.2;
const PHASE_MS = 9 * 3_600_000;

/** The seconds' worth of mean traffic between two times (milliseconds since the epoch): the integral of the daily curve. */
export function trafficSeconds(from: number, to: number): number {
  const turn = (2 * Math.PI) / DAY_MS;
  const wave = (at: number) => -Math.cos(turn * (at - PHASE_MS)) / turn;
  return (to - from + SWING * (wave(to) - wave(from))) / 1000;
}

/**
 * Shares of the classes of requests, which add up to 1: successes by time to answer, one class for each bucket edge and
 * one beyond the last; then not found; then server errors. The latter two are quick.
 * @param edges upper edges of the buckets in seconds, rising
 */
export function requestClasses(edges: readonly number[], effects: readonly string[]): readonly number[] {
  const errors = Math.max(ERROR_SHARE, ...effects.map((effect) => ERROR_SHARES[effect] ?? 0));
  const isSlow = effects.includes('canary-latency') || effects.includes('cold-start');
  const median = MEDIAN_SECONDS * (isSlow ? SLOWDOWN : 1);
  const successes = 1 - errors - NOT_FOUND_SHARE;
  const below = edges.map((edge) => normalShare(Math.log(edge / median) / SIGMA));
  const classes = [...below, 1].map((share, index) => successes * (share - (below[index - 1] ?? 0)));
  return [...classes, NOT_FOUND_SHARE, errors];
}

const ERROR_SHARES: Readonly<Record<string, number>> = byName({
  'canary-errors': BAD_ERROR_SHARE,
  'shared-incident': INCIDENT_ERROR_SHARE,
  'sick-pod': SICK_ERROR_SHARE,
});

/** Effects that pass by themselves: milliseconds until they begin, and for which they last. */
export const PASSING: Readonly<Record<string, { readonly after: number; readonly lasts: number }>> = byName({
  'cold-start': { after: 0, lasts: 60_000 },
  'shared-incident': { after: 180_000, lasts: 30_000 },
});

/** A passing effect whose time began at a moment, as it stands in the history of what served: `cold-start@<milliseconds>`. */
export function since(effect: string, at: number): string {
  return `${effect}@${at}`;
}

/** The stretches of a span with the effects of each: some pass by themselves. */
export function stretches(
  effects: readonly string[],
  from: number,
  to: number,
): readonly { readonly from: number; readonly to: number; readonly effects: readonly string[] }[] {
  const parts = effects.map((effect) => {
    const [name = '', began] = effect.split('@');
    const passing = PASSING[name];
    if (began === undefined || passing === undefined) return { name, start: from, end: to };
    const start = Number(began) + passing.after;
    return { name, start, end: start + passing.lasts };
  });
  const edges = parts.flatMap(({ start, end }) => [start, end]).filter((at) => at > from && at < to);
  const cuts = [from, ...[...new Set(edges)].sort((a, b) => a - b), to];
  return cuts.slice(1).map((end, index) => {
    const start = cuts[index] ?? from;
    const lasting = parts.filter((one) => one.start < end && one.end > start);
    return { from: start, to: end, effects: lasting.map(({ name }) => name) };
  });
}

/** Standard normal distribution function (Abramowitz and Stegun, 26.2.17; error below 7.5e-8). */
function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}
