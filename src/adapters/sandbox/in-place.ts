import type { KubeObject } from '../../ports/cluster.ts';
import { takeUpSet } from './deployments.ts';
import { type Fields, fieldsAt } from './merge.ts';
import { currentSet } from './rollout.ts';
import type { ReplicaSetState, RolloutState, StoredObject, TargetState, WorldState } from './world-state.ts';

/** StatefulSets and DaemonSets: their controllers replace the pods that there are, one after the other. */

/** Nodes of the simulated cluster; a DaemonSet has a pod on each. */
const NODES = 3;

/** True for a kind that replaces its own pods. */
export function isInPlace(kind: string): boolean {
  return kind === 'StatefulSet' || kind === 'DaemonSet';
}

/** Fills in what the API server fills in. */
export function withInPlaceDefaults(kind: string, spec: Fields): Fields {
  const strategy = fieldsAt(spec, 'updateStrategy');
  const rolling = kind === 'StatefulSet' ? { partition: 0 } : { maxSurge: 0, maxUnavailable: 1 };
  const type = String(strategy.type ?? 'RollingUpdate');
  const rollingUpdate = { ...rolling, ...fieldsAt(strategy, 'rollingUpdate') };
  return {
    ...(kind === 'StatefulSet' ? { replicas: 1, podManagementPolicy: 'OrderedReady' } : {}),
    revisionHistoryLimit: 10,
    ...spec,
    updateStrategy: { ...strategy, type, ...(type === 'RollingUpdate' ? { rollingUpdate } : {}) },
  };
}

/** Starts what follows from such a workload's being written. Changes `stored`; the caller lets the controllers act. */
export function startInPlace(state: WorldState, target: TargetState, stored: StoredObject): RolloutState {
  const spec = fieldsAt(stored.object, 'spec');
  const { sets, hash, renewed } = takeUpSet(state, target, stored);
  const byNodes = stored.object.kind === 'DaemonSet';
  const strategy = fieldsAt(spec, 'updateStrategy');
  const from = Number(fieldsAt(strategy, 'rollingUpdate').partition ?? 0);
  return {
    desired: byNodes ? NODES : Number(spec.replicas ?? 1),
    surge: 0,
    unavailable: 1,
    recreate: false,
    paused: false,
    minReady: 0,
    deadline: Number.MAX_SAFE_INTEGER,
    inPlace: { by: byNodes ? 'nodes' : 'ordinals', from: byNodes ? 0 : from, onDelete: strategy.type === 'OnDelete' },
    current: hash,
    sets,
    progressedAt: renewed ? state.now : (stored.rollout?.progressedAt ?? state.now),
    ticks: 0,
  };
}

/** Status of such a workload at the world's time. */
export function inPlaceStatus(state: WorldState, stored: StoredObject, rollout: RolloutState): object {
  const pods = rollout.sets.flatMap((set) => set.pods.map((pod) => ({ set, ready: isReady(pod[2], state.now) })));
  const ready = pods.filter((one) => one.ready).length;
  const updated = pods.filter(({ set }) => set.hash === rollout.current).length;
  const seen = { observedGeneration: stored.object.metadata.generation };
  if (rollout.inPlace?.by === 'nodes') {
    return {
      ...seen,
      desiredNumberScheduled: rollout.desired,
      currentNumberScheduled: pods.length,
      numberReady: ready,
      numberAvailable: ready,
      updatedNumberScheduled: updated,
    };
  }
  const done = updated === rollout.desired && ready === rollout.desired;
  const before = rollout.sets.find((set) => set.hash !== rollout.current && set.pods.length > 0);
  return {
    ...seen,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    updatedReplicas: updated,
    currentRevision: revisionName(stored, done ? rollout.current : (before?.hash ?? rollout.current)),
    updateRevision: revisionName(stored, rollout.current),
  };
}

/** What the API server itself says on such a workload: which generation its template is of. */
export function inPlaceAnnotations({ object, rollout }: StoredObject): Readonly<Record<string, string>> {
  if (object.kind !== 'DaemonSet' || rollout === undefined) return {};
  return { 'deprecated.daemonset.template.generation': String(currentSet(rollout)?.revision ?? 1) };
}

/** Labels by which the pods of such a workload tell their revision. */
export function revisionLabels(stored: StoredObject, set: ReplicaSetState): Readonly<Record<string, string>> {
  return {
    'controller-revision-hash': revisionName(stored, set.hash),
    ...(stored.object.kind === 'DaemonSet' ? { 'pod-template-generation': String(set.revision) } : {}),
  };
}

/** Takes a pod away; the controllers make another at its place. False when the workload has none of that name. */
export function takeAway(stored: StoredObject, name: string, pods: readonly KubeObject[]): boolean {
  const index = pods.findIndex(({ metadata }) => metadata.name === name);
  if (index < 0 || stored.rollout?.inPlace === undefined) return false;
  let before = 0;
  for (const set of stored.rollout.sets) {
    if (index < before + set.pods.length) {
      set.pods = set.pods.filter((_, place) => place !== index - before);
      return true;
    }
    before += set.pods.length;
  }
  return false;
}

function revisionName({ object }: StoredObject, hash: string): string {
  return `${object.metadata.name}-${hash}`;
}

function isReady(at: number | null, now: number): boolean {
  return at !== null && at <= now;
}
