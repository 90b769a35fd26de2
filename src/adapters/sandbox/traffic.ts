import { isDeepStrictEqual } from 'node:util';
import { PASSING, since } from './behaviour.ts';
import { podLabels, readyPods, serviceOf } from './deployments.ts';
import { faultOn } from './faults.ts';
import { fieldsAt } from './merge.ts';
import { nameOfPod } from './pods.ts';
import { type Part, partsOf, selectsPods } from './steering.ts';
import type { ChangePoint, Serving, StoredObject, WorldState } from './world-state.ts';

/**
 * Who serves what, over time. A service's requests go evenly to all its ready pods in the environment, as a Service sends
 * them, so the share of a canary is its ready pods over all ready pods; where a route divides them, its weights decide.
 * Kept are the moments at which that changed.
 */

/** Change points kept for each service; as with any metrics store, what is older is forgotten. */
const KEPT = 400;
/** And none that ended longer ago than this. */
const RETENTION_MS = 45 * 86_400_000;
/** Before this time ago, the steps of a rollout are forgotten: what held for less than a minute counts as what was before. */
const FINE_MS = 10 * 86_400_000;
const PASSING_MS = 60_000;

/** Key of a service's history. */
export function trafficKey(environment: string, service: string): string {
  return `${environment}/${service}`;
}

/** What staging gets of the requests of production. */
const STAGING_SHARE = 0.05;

/** Requests a second of a service in an environment, averaged over a day. */
function requestRate(state: WorldState, environment: string, service: string): number {
  const { requestsPerSecond } = state;
  // A workload may be called as what every object has, such as `constructor`.
  const rate = requestsPerSecond[Object.hasOwn(requestsPerSecond, service) ? service : '*'] ?? 0;
  return environment === 'staging' ? rate * STAGING_SHARE : rate;
}

/** Records what serves in an environment from `at` on, if that is a change. */
export function recordTraffic(state: WorldState, environment: string, at: number): void {
  const serving = servingNow(state, environment);
  const prefix = trafficKey(environment, '');
  const known = Object.keys(state.traffic).filter((key) => key.startsWith(prefix));
  for (const key of new Set([...known, ...[...serving.keys()].map((service) => prefix + service)])) {
    const history = state.traffic[key] ?? [];
    const last = history.at(-1);
    const now = begun(serving.get(key.slice(prefix.length)) ?? [], last?.serving ?? [], at);
    const requestsPerSecond = requestRate(state, environment, key.slice(prefix.length));
    if (isDeepStrictEqual(last?.serving ?? [], now) && (last?.requestsPerSecond ?? 0) === requestsPerSecond) continue;
    if (last === undefined && now.length === 0) continue;
    const before = last?.at === at ? history.slice(0, -1) : history;
    state.traffic[key] = forget([...before, { at, requestsPerSecond, serving: [...now] }], at);
  }
}

/** The change points that hold within a span, each with its end; the last ends at `to`. Milliseconds since the epoch. */
export function servedBetween(
  history: readonly ChangePoint[],
  from: number,
  to: number,
): readonly { readonly point: ChangePoint; readonly from: number; readonly to: number }[] {
  return history.flatMap((point, index) => {
    const begin = Math.max(from, point.at);
    const end = Math.min(to, history[index + 1]?.at ?? Number.POSITIVE_INFINITY);
    return begin < end ? [{ point, from: begin, to: end }] : [];
  });
}

function servingNow(state: WorldState, environment: string): Map<string, Serving[]> {
  const byService = new Map<string, Serving[]>();
  for (const [key, target] of Object.entries(state.targets)) {
    if (target.environment !== environment) continue;
    const objects = Object.values(target.objects);
    const selectors = objects.filter((o) => o.object.kind === 'Service').map(selectorOf);
    const deployments = objects.filter((o) => o.rollout !== undefined);
    const named = (each: StoredObject) => serviceOf(state, environment, each);
    for (const service of new Set(deployments.map(named).filter(Boolean))) {
      const own = deployments.filter((each) => named(each) === service);
      const parts = partsOf(objects, (selector) => own.some((each) => selectsPods(selector, labelsOf(each))));
      const serving =
        parts === undefined
          ? own.filter((each) => isReached(each, own, selectors)).flatMap((each) => servingOf(state, key, each))
          : divided(
              parts,
              own.map((each) => ({ labels: labelsOf(each), serving: servingOf(state, key, each) })),
            );
      byService.set(service, [...(byService.get(service) ?? []), ...serving]);
    }
  }
  return new Map([...byService].map(([service, serving]) => [service, acrossTargets(serving)]));
}

/** Gives each group of pods its part of the requests of its target. */
function divided(
  parts: readonly Part[],
  groups: readonly { readonly labels: Readonly<Record<string, string>>; readonly serving: readonly Serving[] }[],
): Serving[] {
  const weights = parts.reduce((sum, part) => sum + part.weight, 0);
  const podsBehind = ({ selector }: Part) =>
    groups
      .filter(({ labels }) => selectsPods(selector, labels))
      .reduce((sum, { serving }) => sum + serving.reduce((pods, each) => pods + each.pods, 0), 0);
  return groups.flatMap(({ labels, serving }) =>
    serving.map((each) => {
      const share = parts
        .filter(({ selector }) => selectsPods(selector, labels))
        .reduce((sum, part) => sum + ((part.weight / weights) * each.pods) / podsBehind(part), 0);
      return { ...each, share: weights > 0 ? share : 0 };
    }),
  );
}

/** Targets of one environment get requests in proportion to their pods; within one, its route decides. */
function acrossTargets(serving: readonly Serving[]): Serving[] {
  const all = serving.reduce((sum, each) => sum + each.pods, 0);
  const podsIn = (target: string) =>
    serving.filter((each) => each.target === target).reduce((sum, each) => sum + each.pods, 0);
  return serving.map((each) =>
    each.share === undefined ? each : { ...each, share: (each.share * podsIn(each.target)) / all },
  );
}

function servingOf(state: WorldState, target: string, stored: StoredObject): Serving[] {
  return (stored.rollout?.sets ?? []).flatMap((set) => {
    const pods = readyPods(set, state.now);
    if (pods === 0) return [];
    const track = podLabels(set.template).track ?? 'stable';
    const deployment = stored.object.metadata.name;
    const effects = [...set.effects, ...worldEffects(state, target, stored, { track, pods })];
    const names = set.pods
      .filter(([, , ready]) => ready !== null && ready <= state.now)
      .map(([slot]) => nameOfPod(stored, set.hash, slot));
    const named = stored.rollout?.inPlace === undefined ? {} : { names };
    return [{ target, deployment, hash: set.hash, image: set.image, track, pods, ...named, effects }];
  });
}

/** What befalls whoever serves here, whatever version it is. */
function worldEffects(
  state: WorldState,
  target: string,
  stored: StoredObject,
  { track, pods }: Pick<Serving, 'track' | 'pods'>,
): readonly string[] {
  const environment = state.targets[target]?.environment;
  const service = serviceOf(state, environment ?? '', stored);
  const place = { service, ...(environment === undefined ? {} : { environment }) };
  const isOneOfMany = track === 'stable' && pods > 1;
  return [
    ...(['shared-incident', 'sticky-users'] as const).filter((name) => faultOn(state, name, place)),
    ...(['sick-pod', 'lost-target'] as const).filter((name) => isOneOfMany && faultOn(state, name, place)),
  ];
}

/** The time of effects that pass begins with the first request of who has them; that of what all share with the first of a newcomer. */
function begun(now: readonly Serving[], before: readonly Serving[], at: number): readonly Serving[] {
  const earlier = ({ target, deployment, hash }: Serving) =>
    before.find((one) => one.target === target && one.deployment === deployment && one.hash === hash);
  const isNew = (group: Serving) => group.share !== 0 && (earlier(group)?.share ?? (earlier(group) ? 1 : 0)) === 0;
  const hasNewcomer = now.some(isNew);
  const begin = (group: Serving, effect: string): readonly string[] => {
    if (PASSING[effect] === undefined) return [effect];
    if (effect === 'shared-incident' ? hasNewcomer : isNew(group)) return [since(effect, at)];
    return earlier(group)?.effects.filter((one) => one.startsWith(`${effect}@`)) ?? [];
  };
  return now.map((group) => ({ ...group, effects: group.effects.flatMap((effect) => begin(group, effect)) }));
}

/** Where a Service object selects pods of this service, only the Deployments that one selects get requests. */
function isReached(
  stored: StoredObject,
  siblings: readonly StoredObject[],
  selectors: readonly Record<string, unknown>[],
): boolean {
  const selected = (each: StoredObject) => selectors.some((selector) => selectsPods(selector, labelsOf(each)));
  return selected(stored) || !siblings.some(selected);
}

function labelsOf(stored: StoredObject): Record<string, string> {
  return podLabels(fieldsAt(stored.object, 'spec', 'template'));
}

function selectorOf(stored: StoredObject): Record<string, unknown> {
  return fieldsAt(stored.object, 'spec', 'selector');
}

function forget(history: readonly ChangePoint[], now: number): ChangePoint[] {
  const kept = history.filter((point, index) => {
    const end = history[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const passing = end - point.at < PASSING_MS && end < now - FINE_MS;
    return end > now - RETENTION_MS && !(passing && index > 0);
  });
  return kept.slice(-KEPT);
}
