import { arrivals } from './arrivals.ts';
import { requestClasses, trafficSeconds } from './behaviour.ts';
import { keyOf, mix } from './random.ts';
import type { ChangePoint, Serving, WorldState } from './world-state.ts';

/** Counts of requests by class, for each pod by slot. */
export type RequestCounts = readonly (readonly number[])[];

/** What was counted before: the same moments are asked for again and again, for each metric and by each look. */
const counted = new Map<string, RequestCounts>();
const COUNTED_AT_MOST = 5000;

/** What fixes the requests of equal pods from a change point on. */
export function servingKey(
  state: WorldState,
  environment: string,
  service: string,
  point: ChangePoint,
  group: Serving,
): string {
  const { target, deployment, hash, effects, share } = group;
  return [
    ...[state.seed, environment, service, point.at, point.requestsPerSecond, podsOf(point)],
    ...[target, deployment, hash, effects.join('+'), edgesFrom(state, point.at).join('+')],
    ...(share === undefined ? [] : [share]),
  ].join(' ');
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
  const shares = requestClasses(edgesFrom(state, point.at), group.effects);
  const process = keyOf(state.seed, key);
  const counts = Array.from({ length: group.pods }, (_, slot) =>
    shares.map((share, index) =>
      arrivals(mix(mix(process, slot), index), point.at, at, (from, to) => perPod * share * trafficSeconds(from, to)),
    ),
  );
  if (counted.size >= COUNTED_AT_MOST) counted.clear();
  counted.set(cacheKey, counts);
  return counts;
}

/** Upper edges of the latency histogram that pods export which serve from a time on, in seconds, rising. */
export function edgesFrom(state: WorldState, at: number): readonly number[] {
  return (state.buckets.findLast((each) => each.from <= at) ?? state.buckets[0])?.edges ?? [];
}

function podsOf(point: ChangePoint): number {
  return point.serving.reduce((sum, each) => sum + each.pods, 0);
}
