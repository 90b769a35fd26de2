import { canonicalJson } from '../../plan/digest.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { effectsOn } from './faults.ts';
import { fieldsAt, isFields } from './merge.ts';
import { keyOf, suffix } from './random.ts';
import { availableAt, currentSet } from './rollout.ts';
import type { ReplicaSetState, RolloutState, StoredObject, TargetState, WorldState } from './world-state.ts';

/** Key of a workload among the services that the world was told. */
export const workloadKey = (environment: string, { kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string =>
  `${environment}/${kind}/${metadata.name}`;

/**
 * The service that the pods of a workload belong to: what relctl.yaml calls it, whatever its own name is, with its canary; else by the
 * label that relctl's conventions use, and Kubernetes' older one.
 * @param template the pods in question; those of now where it is left out
 */
export function serviceOf(
  { services }: Pick<WorldState, 'services'>,
  environment: string,
  { object }: Pick<StoredObject, 'object'>,
  template: unknown = fieldsAt(object, 'spec', 'template'),
): string {
  const labels = podLabels(template);
  const { kind, metadata } = object;
  const stable = labels.track === 'canary' ? metadata.name.replace(/-canary$/, '') : metadata.name;
  const key = workloadKey(environment, { kind, metadata: { name: stable } });
  return Object.hasOwn(services, key) ? (services[key] ?? '') : calledBy(labels);
}

function calledBy(labels: Readonly<Record<string, unknown>>): string {
  const name = String(labels['app.kubernetes.io/name'] ?? labels.app ?? '');
  // A canary may bear a value of its own, so that its stable Service leaves it out.
  return labels.track === 'canary' ? name.replace(/-canary$/, '') : name;
}

/** Labels of the pods of a template. */
export function podLabels(template: unknown): Record<string, string> {
  const labels = fieldsAt(template, 'metadata', 'labels');
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
}

/** The images of a pod template, joined by commas. */
export function imageOf(template: unknown): string {
  const containers = fieldsAt(template, 'spec').containers;
  return (Array.isArray(containers) ? containers : []).map((c) => String(fieldsAt(c).image ?? '')).join(',');
}

/**
 * The pods of each template that a workload has had, with those of its present one among them: a new template makes a new set, or
 * takes up the one that it had before.
 */
export function takeUpSet(
  state: WorldState,
  target: TargetState,
  stored: StoredObject,
): { readonly hash: string; readonly sets: ReplicaSetState[]; readonly renewed: boolean } {
  const template = fieldsAt(stored.object, 'spec', 'template');
  const hash = suffix(keyOf(7, canonicalJson(template)), 9);
  const before = stored.rollout;
  const sets = before?.sets ?? [];
  const image = imageOf(template);
  const place = { environment: target.environment, service: serviceOf(state, target.environment, stored) };
  let set = sets.find((each) => each.hash === hash);
  const renewed = before?.current !== hash;
  if (renewed) {
    const revision = 1 + Math.max(0, ...sets.map((each) => each.revision));
    const effects = effectsOn(state, place, image);
    if (set === undefined) {
      set = { hash, revision, createdAt: state.now, template, image, effects, pods: [] };
    } else {
      set.revision = revision;
      if (set.pods.length === 0) set.effects = effects;
    }
  }
  const others = sets.filter((each) => each !== set);
  return { hash, renewed, sets: [...others, ...(set === undefined ? [] : [set])] };
}

/** Starts what follows from a Deployment's being written. The caller lets the controllers act. */
export function startRollout(state: WorldState, target: TargetState, stored: StoredObject): RolloutState {
  const spec = fieldsAt(stored.object, 'spec');
  const desired = typeof spec.replicas === 'number' ? spec.replicas : 1;
  const before = stored.rollout;
  const rolling = fieldsAt(spec, 'strategy', 'rollingUpdate');
  const surge = portion(rolling.maxSurge ?? '25%', desired, Math.ceil);
  const unavailable = portion(rolling.maxUnavailable ?? '25%', desired, Math.floor);
  const { hash, renewed, sets } = takeUpSet(state, target, stored);
  return {
    desired,
    surge: Math.max(surge, surge + unavailable === 0 ? 1 : 0),
    unavailable,
    recreate: fieldsAt(spec, 'strategy').type === 'Recreate',
    paused: spec.paused === true,
    minReady: seconds(spec.minReadySeconds, 0),
    deadline: seconds(spec.progressDeadlineSeconds, 600),
    current: hash,
    sets,
    progressedAt: renewed ? state.now : (before?.progressedAt ?? state.now),
    ticks: 0,
  };
}

/** Status of a Deployment at the world's time. */
export function deploymentStatus(state: WorldState, stored: StoredObject, rollout: RolloutState): object {
  const all = rollout.sets.reduce((sum, set) => sum + set.pods.length, 0);
  const ready = rollout.sets.reduce((sum, set) => sum + readyPods(set, state.now), 0);
  const available = rollout.sets.reduce((sum, set) => sum + availablePods(rollout, set, state.now), 0);
  const current = currentSet(rollout);
  const updated = current?.pods.length ?? 0;
  const enough = available >= rollout.desired - rollout.unavailable;
  return {
    observedGeneration: stored.object.metadata.generation,
    ...(all === 0 ? {} : { replicas: all }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
    ...(rollout.desired > available ? { unavailableReplicas: rollout.desired - available } : {}),
    conditions: [
      condition(
        'Available',
        enough,
        enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
        enough ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
        rollout.progressedAt,
      ),
      progressing(stored, rollout, { all, updated, available }, state.now),
    ],
  };
}

/** The ReplicaSets of a Deployment as objects. */
export function replicaSetObjects(state: WorldState, target: TargetState, stored: StoredObject): readonly KubeObject[] {
  const rollout = stored.rollout;
  if (rollout === undefined || rollout.inPlace !== undefined) return [];
  const { metadata } = stored.object;
  return rollout.sets.map((set) => {
    const labels = { ...podLabels(set.template), 'pod-template-hash': set.hash };
    const ready = readyPods(set, state.now);
    const available = availablePods(rollout, set, state.now);
    return {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${metadata.name}-${set.hash}`,
        namespace: target.namespace,
        uid: replicaSetUid(stored, set),
        resourceVersion: visibleVersion(stored),
        generation: 1,
        creationTimestamp: rfc3339(set.createdAt),
        labels,
        annotations: {
          'deployment.kubernetes.io/revision': String(set.revision),
          'deployment.kubernetes.io/desired-replicas': String(rollout.desired),
        },
        ownerReferences: [owner('apps/v1', 'Deployment', metadata.name, metadata.uid)],
      },
      spec: {
        replicas: set.pods.length,
        selector: {
          matchLabels: { ...fieldsAt(stored.object, 'spec', 'selector', 'matchLabels'), 'pod-template-hash': set.hash },
        },
        template: { ...set.template, metadata: { ...fieldsAt(set.template, 'metadata'), labels } },
      },
      status: {
        observedGeneration: 1,
        replicas: set.pods.length,
        fullyLabeledReplicas: set.pods.length,
        ...(ready === 0 ? {} : { readyReplicas: ready }),
        ...(available === 0 ? {} : { availableReplicas: available }),
      },
    };
  });
}

/** UID of a ReplicaSet. */
export function replicaSetUid(stored: StoredObject, set: ReplicaSetState): string {
  return `${stored.object.metadata.uid.slice(0, -9)}${set.hash.slice(0, 9)}`;
}

/** The resource version that readers see: it grows with every write, and with every change of status. */
export function visibleVersion(stored: StoredObject, ticks = stored.rollout?.ticks ?? 0): string {
  return String(Number(stored.object.metadata.resourceVersion) * 1000 + Math.min(ticks, 999));
}

/** Pods of a set that are ready. */
export function readyPods(set: ReplicaSetState, now: number): number {
  return set.pods.filter(([, , ready]) => ready !== null && ready <= now).length;
}

/** A time as Kubernetes writes it: whole seconds in UTC. */
export function rfc3339(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A reference to the controller that owns an object. */
export function owner(apiVersion: string, kind: string, name: string, uid: string) {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** A condition as workloads report it. */
export function condition(type: string, ok: boolean, reason: string, message: string, at: number): object {
  return {
    type,
    status: ok ? 'True' : 'False',
    reason,
    message,
    lastUpdateTime: rfc3339(at),
    lastTransitionTime: rfc3339(at),
  };
}

function progressing(
  stored: StoredObject,
  rollout: RolloutState,
  pods: { readonly all: number; readonly updated: number; readonly available: number },
  now: number,
): object {
  const name = `ReplicaSet "${stored.object.metadata.name}-${rollout.current}"`;
  const complete =
    pods.updated === rollout.desired && pods.all === rollout.desired && pods.available === rollout.desired;
  if (complete) {
    const message = `${name} has successfully progressed.`;
    return condition('Progressing', true, 'NewReplicaSetAvailable', message, rollout.progressedAt);
  }
  if (!rollout.paused && now - rollout.progressedAt > rollout.deadline) {
    const at = rollout.progressedAt + rollout.deadline;
    return condition('Progressing', false, 'ProgressDeadlineExceeded', `${name} has timed out progressing.`, at);
  }
  return condition('Progressing', true, 'ReplicaSetUpdated', `${name} is progressing.`, rollout.progressedAt);
}

function availablePods(rollout: RolloutState, set: ReplicaSetState, now: number): number {
  return set.pods.filter((pod) => (availableAt(rollout, pod) ?? Number.POSITIVE_INFINITY) <= now).length;
}

function seconds(value: unknown, otherwise: number): number {
  return 1000 * (typeof value === 'number' ? value : otherwise);
}

/** A count or a percentage of the replicas. */
function portion(value: unknown, desired: number, round: (n: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' && value.endsWith('%') ? Number(value.slice(0, -1)) : Number.NaN;
  return Number.isFinite(percent) ? round((desired * percent) / 100) : 0;
}

/** Containers of a pod template. */
export function containersOf(template: unknown): readonly Record<string, unknown>[] {
  const containers = fieldsAt(template, 'spec').containers;
  return Array.isArray(containers) ? containers.filter(isFields) : [];
}
