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
  const errors = effects.includes('canary-errors') ? BAD_ERROR_SHARE : ERROR_SHARE;
  const median = MEDIAN_SECONDS * (effects.includes('canary-latency') ? SLOWDOWN : 1);
  const successes = 1 - errors - NOT_FOUND_SHARE;
  const below = edges.map((edge) => normalShare(Math.log(edge / median) / SIGMA));
  const classes = [...below, 1].map((share, index) => successes * (share - (below[index - 1] ?? 0)));
  return [...classes, NOT_FOUND_SHARE, errors];
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
