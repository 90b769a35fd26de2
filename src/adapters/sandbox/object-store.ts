import { isDeepStrictEqual } from 'node:util';
import type { Guard, KubeObject, ListQuery, ObjectRef, ResourceVersionGuard } from '../../ports/cluster.ts';
import { deploymentStatus, replicaSetObjects, rfc3339, startRollout, visibleVersion } from './deployments.ts';
import {
  inPlaceAnnotations,
  inPlaceStatus,
  isInPlace,
  startInPlace,
  takeAway,
  withInPlaceDefaults,
} from './in-place.ts';
import { jobEffects, jobPods, jobStatus, jobTicks } from './jobs.ts';
import { conflict, hasGeneration, hasStatusEndpoint, objectKey, requireKnownKind, requireValid } from './kinds.ts';
import { type Fields, fieldsAt, mergeApplied, stillApplied } from './merge.ts';
import { otherStatus, otherTicks } from './other-workloads.ts';
import { podObjects } from './pods.ts';
import { keyOf, uuid } from './random.ts';
import { reconcile } from './rollout.ts';
import { isRoute, routeStatus, routeTicks } from './routes.ts';
import { recordTraffic } from './traffic.ts';
import type { StoredObject, TargetState, WorldState } from './world-state.ts';

/** The simulated API server: objects with versions and preconditions. All functions work at the world's time. */

/** The object as readers see it, or `undefined`. Errors: `cluster.rejected` for an unknown kind. */
export function readObject(state: WorldState, target: TargetState, ref: ObjectRef): KubeObject | undefined {
  requireKnown(target, ref);
  const stored = target.objects[objectKey(ref, ref.name)];
  if (stored !== undefined) return present(state, target, stored);
  return derived(state, target, ref).find((object) => object.metadata.name === ref.name);
}

/** Objects of a kind with all the labels, by name. */
export function listObjects(state: WorldState, target: TargetState, query: ListQuery): readonly KubeObject[] {
  requireKnown(target, query);
  const prefix = objectKey(query, '');
  const stored = Object.entries(target.objects).filter(([key]) => key.startsWith(prefix));
  const objects = [...stored.map(([, each]) => present(state, target, each)), ...derived(state, target, query)];
  const wanted = Object.entries(query.labels ?? {});
  return objects
    .filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Creates; `cluster.conflict` when it is there. */
export function createObject(state: WorldState, target: TargetState, object: KubeObject): KubeObject {
  requireKnown(target, object);
  requireValid(object, undefined, target.namespace);
  if (existing(target, object) !== undefined) throw conflict(titleOf(object), 'it exists already');
  return present(state, target, write(state, target, object, undefined, undefined));
}

/** Server-side apply as field manager `relctl`. */
export function applyObject(state: WorldState, target: TargetState, object: KubeObject, guard: Guard): KubeObject {
  const { before, merged } = merge(target, object);
  if ('absent' in guard) {
    if (before !== undefined) throw conflict(titleOf(object), 'it was to be absent, but it exists');
  } else requireVersion(state, target, before, guard, object);
  if (before !== undefined && sameContent(before, merged)) {
    before.applied = bare(object);
    return present(state, target, before);
  }
  return present(state, target, write(state, target, merged, before, bare(object)));
}

/** Puts exactly this object in place. */
export function replaceObject(
  state: WorldState,
  target: TargetState,
  object: KubeObject,
  guard: ResourceVersionGuard,
): KubeObject {
  requireKnown(target, object);
  const before = existing(target, object);
  requireVersion(state, target, before, guard, object);
  requireValid(object, before?.object as KubeObject | undefined, target.namespace);
  const bareObject = bare(object);
  return present(state, target, write(state, target, object, before, stillApplied(before?.applied, bareObject)));
}

/** Deletes the object and what it owns. */
export function removeObject(
  state: WorldState,
  target: TargetState,
  ref: ObjectRef,
  guard: ResourceVersionGuard,
): void {
  requireKnown(target, ref);
  const before = target.objects[objectKey(ref, ref.name)];
  if (before === undefined && ref.kind === 'Pod' && removePod(state, target, ref.name, guard)) return;
  requireVersion(state, target, before, guard, { ...ref, metadata: { name: ref.name } });
  dropWithDependants(target, before);
  target.version += 1;
  recordTraffic(state, target.environment, state.now);
}

/** Deletes a pod of a workload that makes another at its place; false when no workload of that kind has it. */
function removePod(state: WorldState, target: TargetState, name: string, guard: ResourceVersionGuard): boolean {
  for (const stored of Object.values(target.objects)) {
    const pods = stored.rollout?.inPlace === undefined ? [] : podObjects(state, target, stored);
    const pod = pods.find(({ metadata }) => metadata.name === name);
    if (pod === undefined || stored.rollout === undefined) continue;
    if (pod.metadata.resourceVersion !== guard.resourceVersion)
      throw conflict(`Pod ${name}`, 'it has another version by now');
    takeAway(stored, name, pods);
    reconcile(stored.rollout, state.now);
    recordTraffic(state, target.environment, state.now);
    return true;
  }
  return false;
}

/** The object before an apply and what it would be after it. Errors: `cluster.rejected`. */
export function merge(
  target: TargetState,
  object: KubeObject,
): { readonly before: StoredObject | undefined; readonly merged: KubeObject } {
  requireKnown(target, object);
  const before = existing(target, object);
  const merged =
    before === undefined
      ? object
      : (mergeApplied(before.object, before.applied, bare(object)) as unknown as KubeObject);
  requireValid(object, undefined, target.namespace);
  requireValid(merged, before?.object as KubeObject | undefined, target.namespace);
  return { before, merged };
}

/** The object without what the API server itself adds. */
export function bare(object: KubeObject): Fields {
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ...metadata } = object.metadata;
  const { status, ...rest } = object;
  const keepStatus = status !== undefined && !hasStatusEndpoint(object.kind);
  // Through JSON, as over the wire: a key without a value is no key.
  return JSON.parse(JSON.stringify({ ...rest, metadata, ...(keepStatus ? { status } : {}) }));
}

/** Fills in what the API server fills in. */
export function withDefaults(object: Fields): Fields {
  const spec = fieldsAt(object, 'spec');
  if (isInPlace(String(object.kind))) return { ...object, spec: withInPlaceDefaults(String(object.kind), spec) };
  if (object.kind !== 'Deployment') return object;
  const strategy = fieldsAt(spec, 'strategy');
  const rolling = { maxSurge: '25%', maxUnavailable: '25%', ...fieldsAt(strategy, 'rollingUpdate') };
  return {
    ...object,
    spec: {
      replicas: 1,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      ...spec,
      strategy:
        strategy.type === 'Recreate' ? strategy : { type: 'RollingUpdate', ...strategy, rollingUpdate: rolling },
    },
  };
}

function write(
  state: WorldState,
  target: TargetState,
  object: KubeObject,
  before: StoredObject | undefined,
  applied: Fields | undefined,
): StoredObject {
  const content = withDefaults(bare(object));
  if (before !== undefined && sameContent(before, content)) {
    if (applied !== undefined) before.applied = applied;
    return before;
  }
  target.version += 1;
  const specChanged = before === undefined || !isDeepStrictEqual(before.object.spec, content.spec);
  const old = before?.object.metadata;
  const annotations = (fields: unknown) => fieldsAt(fields, 'metadata', 'annotations');
  // Kubernetes counts a Deployment's annotations as part of what its controller must observe.
  const annotated =
    object.kind === 'Deployment' && !isDeepStrictEqual(annotations(before?.object), annotations(content));
  const generation = Number(old?.generation ?? 0) + (specChanged || annotated ? 1 : 0);
  const stored: StoredObject = {
    object: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      ...content,
      metadata: {
        ...fieldsAt(content, 'metadata'),
        name: object.metadata.name,
        namespace: target.namespace,
        uid: old?.uid ?? uuid(keyOf(state.seed, `${target.uid} object ${target.version}`)),
        resourceVersion: String(target.version),
        ...(hasGeneration(object.kind) ? { generation } : {}),
        creationTimestamp: old?.creationTimestamp ?? rfc3339(state.now),
      },
    },
    ...(applied === undefined ? {} : { applied }),
    changedAt: specChanged ? state.now : (before?.changedAt ?? state.now),
    ...(before?.rollout === undefined ? {} : { rollout: { ...before.rollout, ticks: 0 } }),
    ...(before?.effects === undefined ? {} : { effects: before.effects }),
  };
  if (object.kind === 'Job' && before === undefined) stored.effects = jobEffects(state, target, object);
  target.objects[objectKey(object, object.metadata.name)] = stored;
  if (specChanged && (object.kind === 'Deployment' || isInPlace(object.kind))) {
    stored.rollout = (isInPlace(object.kind) ? startInPlace : startRollout)(state, target, stored);
    reconcile(stored.rollout, state.now);
  }
  const renewed = stored.rollout?.current !== before?.rollout?.current;
  // In staging, what is deployed again as it was is tried again as well.
  if (renewed || (annotated && target.environment === 'staging')) noteDeploy(state, target.environment);
  recordTraffic(state, target.environment, state.now);
  return stored;
}

function noteDeploy(state: WorldState, environment: string): void {
  const known = state.deploys[environment] ?? [];
  if (known.at(-1) !== state.now) state.deploys[environment] = [...known, state.now].slice(-50);
}

function present(state: WorldState, target: TargetState, stored: StoredObject): KubeObject {
  const { object } = stored;
  const workload =
    ['Deployment', 'Job'].includes(object.kind) ||
    isInPlace(object.kind) ||
    isRoute(object) ||
    otherStatus(state, stored) !== undefined;
  const status = statusOf(state, target, stored);
  const ticks = ticksOf(state, stored);
  const said = inPlaceAnnotations(stored);
  const annotations = { ...fieldsAt(object, 'metadata', 'annotations'), ...said };
  return structuredClone({
    ...object,
    metadata: {
      ...object.metadata,
      ...(Object.keys(said).length === 0 ? {} : { annotations }),
      resourceVersion: visibleVersion(stored, workload ? ticks : 0),
    },
    ...(status === undefined ? {} : { status }),
  }) as KubeObject;
}

/** How often the status of an object has changed by itself since it was written. */
function ticksOf(state: WorldState, stored: StoredObject): number {
  if (stored.object.kind === 'Job') return jobTicks(state, stored);
  if (isRoute(stored.object)) return routeTicks(state, stored);
  return stored.rollout ? stored.rollout.ticks : otherTicks(state, stored);
}

function statusOf(state: WorldState, target: TargetState, stored: StoredObject): object | undefined {
  if (stored.rollout !== undefined) {
    return (stored.rollout.inPlace === undefined ? deploymentStatus : inPlaceStatus)(state, stored, stored.rollout);
  }
  if (isRoute(stored.object)) return routeStatus(state, target, stored);
  return stored.object.kind === 'Job' ? jobStatus(state, stored) : otherStatus(state, stored);
}

/** Objects that controllers make from others. */
function derived(
  state: WorldState,
  target: TargetState,
  kind: { readonly apiVersion: string; readonly kind: string },
): readonly KubeObject[] {
  const all = Object.values(target.objects);
  if (kind.kind === 'ReplicaSet') return all.flatMap((stored) => replicaSetObjects(state, target, stored));
  if (kind.kind !== 'Pod') return [];
  return all.flatMap((stored) =>
    stored.object.kind === 'Job' ? jobPods(state, target, stored) : podObjects(state, target, stored),
  );
}

function sameContent(stored: StoredObject, content: KubeObject | Fields): boolean {
  const comparable = (object: KubeObject | Fields) => {
    const fields = withDefaults(bare(object as KubeObject));
    const { namespace, ...metadata } = fieldsAt(fields, 'metadata');
    return { ...fields, metadata };
  };
  return isDeepStrictEqual(comparable(stored.object), comparable(content));
}

function requireVersion(
  state: WorldState,
  target: TargetState,
  before: StoredObject | undefined,
  guard: ResourceVersionGuard,
  object: KubeObject,
): void {
  if (before === undefined) throw conflict(titleOf(object), 'it no longer exists');
  if (present(state, target, before).metadata.resourceVersion !== guard.resourceVersion) {
    throw conflict(titleOf(object), 'it has another version by now');
  }
}

function requireKnown(target: TargetState, ref: { readonly apiVersion: string; readonly kind: string }): void {
  requireKnownKind(ref, (group, kind) =>
    Object.keys(target.objects).some((key) => key.startsWith(`${group}/${kind}/`)),
  );
}

function existing(target: TargetState, object: KubeObject): StoredObject | undefined {
  return target.objects[objectKey(object, object.metadata.name)];
}

function dropWithDependants(target: TargetState, stored: StoredObject | undefined): void {
  if (stored === undefined) return;
  const { apiVersion, kind, metadata } = stored.object;
  delete target.objects[objectKey({ apiVersion, kind }, metadata.name)];
  for (const other of Object.values(target.objects)) {
    const owners = (other.object.metadata.ownerReferences ?? []) as readonly { readonly uid: string }[];
    if (owners.some((each) => each.uid === metadata.uid)) dropWithDependants(target, other);
  }
}

function titleOf(object: KubeObject): string {
  return `${object.kind} ${object.metadata.name}`;
}

/** Puts an object there as if it had run for a while: a Deployment has all its pods. Used for what the company runs already. */
export function seedObject(state: WorldState, target: TargetState, object: KubeObject, since: number): void {
  const stored = seedStored(state, target, object, since);
  const set = stored.rollout?.sets.find((each) => each.hash === stored.rollout?.current);
  if (stored.rollout === undefined || set === undefined) return;
  set.effects = [];
  set.createdAt = since;
  set.pods = Array.from({ length: stored.rollout.desired }, (_, slot) => [slot, since, since]);
  stored.rollout.sets = [set];
  stored.rollout.progressedAt = since;
}

function seedStored(state: WorldState, target: TargetState, object: KubeObject, since: number): StoredObject {
  const deploys = [...(state.deploys[target.environment] ?? [])];
  const status = (object as { status?: unknown }).status;
  const stored = write(state, target, object, existing(target, object), bare(object));
  if (status !== undefined && !['Deployment', 'Job'].includes(object.kind)) stored.object.status = status;
  stored.changedAt = since;
  stored.object.metadata.creationTimestamp = rfc3339(since);
  state.deploys[target.environment] = deploys;
  return stored;
}
