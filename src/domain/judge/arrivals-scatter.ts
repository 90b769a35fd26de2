import type { Counts } from './look.ts';

/** A replica of the control before a look. */
interface Known {
  readonly seen: Counts;
  readonly total: number;
  readonly seconds: number;
}

/** The median of the square of a standard normal variable: a median of such squares over it estimates their mean. */
const MEDIAN_OF_SQUARES = 0.4549;

/**
 * Adds how the requests of replicas scatter about their usual parts at a look: the index of dispersion of arrivals is `squares` over `expected`.
 * The usual part of a replica is its rate since its first request, the load of the look the median over replicas of how many times that they got, and their scatter a
 * median too. So a replica that was not scraped once, or has just come, does not count as requests in clumps.
 */
export function addArrivals(
  before: { readonly squares: number; readonly expected: number },
  replicas: Readonly<Record<string, Known>>,
  now: Readonly<Record<string, Counts>>,
): { readonly squares: number; readonly expected: number } {
  const grown = Object.entries(now).flatMap(([name, { total }]) => {
    const known = Object.hasOwn(replicas, name) ? replicas[name] : undefined;
    if (known === undefined || known.total <= 0) return [];
    return [{ usual: known.total / known.seconds, total: total - known.seen.total }];
  });
  if (grown.length < 2) return before;
  const load = median(grown.map(({ usual, total }) => total / usual));
  if (load <= 0) return before;
  const squares = grown.map(({ usual, total }) => (total - load * usual) ** 2 / (load * usual));
  const all = load * grown.reduce((sum, one) => sum + one.usual, 0);
  return {
    squares: before.squares + (median(squares) / MEDIAN_OF_SQUARES) * all,
    expected: before.expected + all,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
