import { arrivals } from './arrivals.ts';
import { requestClasses, stretches, trafficSeconds } from './behaviour.ts';
import { keyOf, mix } from './random.ts';
import type { ChangePoint, Serving, WorldState } from './world-state.ts';

/** Counts of requests by class, for each pod by slot. */
export type RequestCounts = readonly (readonly number[])[];

/** What was counted before: the same moments are asked for again and again, for each metric and by each look. */
const counted = new Map<string, RequestCounts>();
const COUNTED_AT_MOST = 5000;

/** Keys that were made before: each look asks for each group at each scrape. */
const keys = new WeakMap<Serving, { readonly edges: readonly number[]; readonly key: string }>();

/** What fixes the requests of equal pods from a change point on. A group belongs to one point of one service. */
export function servingKey(
  state: WorldState,
  environment: string,
  service: string,
  point: ChangePoint,
  group: Serving,
): string {
  const edges = edgesFrom(state, point.at);
  const known = keys.get(group);
  if (known?.edges === edges) return known.key;
  const { target, deployment, hash, effects, share } = group;
  const key = [
    ...[state.seed, environment, service, point.at, point.requestsPerSecond, podsOf(point)],
    ...[target, deployment, hash, effects.join('+'), edges.join('+')],
    ...(share === undefined ? [] : [share]),
  ].join(' ');
  keys.set(group, { edges, key });
  return key;
}

/**
 * Requests that equal pods have answered since their change point, by class (see {@link requestClasses}).
 * @param key of {@link servingKey}
 * @param at milliseconds since the epoch, not before the change point
 */
export function requestsUntil(
  state: WorldState,
  key: string,
  point: ChangePoint,
  group: Serving,
  at: number,
): RequestCounts {
  const cacheKey = `${group.pods} ${at} ${key}`;
  const known = counted.get(cacheKey);
  if (known !== undefined) return known;
  const perPod =
    group.share === undefined
      ? point.requestsPerSecond / podsOf(point)
      : (point.requestsPerSecond * group.share) / group.pods;
  const edges = edgesFrom(state, point.at);
  const process = keyOf(state.seed, key);
  const perCountingPod = group.effects.includes('requests-lost') ? perPod * (1 - LOST_SHARE) : perPod;
  const counts = Array.from({ length: group.pods }, (_, slot) => {
    // What befalls one pod befalls the first.
    const effects = group.effects.filter((effect) => slot === 0 || !ONE_POD.has(effect));
    const meanOf = meansOf(edges, effects);
    return requestClasses(edges, []).map((_share, index, { length }) => {
      // Errors are the last class.
      const together = index === length - 1 && effects.includes('sticky-users') ? ERRORS_OF_A_USER : 1;
      const mean = (from: number, to: number) => (perCountingPod * meanOf(index, from, to)) / together;
      return together * arrivals(mix(mix(process, slot), index), point.at, at, mean);
    });
  });
  if (counted.size >= COUNTED_AT_MOST) counted.clear();
  counted.set(cacheKey, counts);
  return counts;
}

/** Of the requests that reach a version with the fault `requests-lost`, those that it does not count. */
const LOST_SHARE = 0.2;
/** Errors that one user sees at one pod, with the fault `sticky-users`. */
const ERRORS_OF_A_USER = 4;
/** Faults of one pod among many. */
const ONE_POD: ReadonlySet<string> = new Set(['sick-pod', 'lost-target']);

/** Seconds' worth of requests of a class between two times, with what passes by itself. */
function meansOf(
  edges: readonly number[],
  effects: readonly string[],
): (index: number, from: number, to: number) => number {
  const known = new Map<string, readonly number[]>();
  const classes = (now: readonly string[]) => {
    const key = now.join('+');
    const shares = known.get(key) ?? requestClasses(edges, now);
    known.set(key, shares);
    return shares;
  };
  if (!effects.some((effect) => effect.includes('@'))) {
    const shares = classes(effects);
    return (index, from, to) => (shares[index] ?? 0) * trafficSeconds(from, to);
  }
  return (index, from, to) =>
    stretches(effects, from, to).reduce(
      (sum, part) => sum + (classes(part.effects)[index] ?? 0) * trafficSeconds(part.from, part.to),
      0,
    );
}

/** Upper edges of the latency histogram that pods export which serve from a time on, in seconds, rising. */
export function edgesFrom(state: WorldState, at: number): readonly number[] {
  return (state.buckets.findLast((each) => each.from <= at) ?? state.buckets[0])?.edges ?? [];
}

function podsOf(point: ChangePoint): number {
  return point.serving.reduce((sum, each) => sum + each.pods, 0);
}
