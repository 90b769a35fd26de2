import { sha256 } from '../../plan/digest.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { condition, containersOf, owner, podLabels, replicaSetUid, rfc3339, visibleVersion } from './deployments.ts';
import { revisionLabels } from './in-place.ts';
import { fieldsAt } from './merge.ts';
import { keyOf, suffix, uuid } from './random.ts';
import type { PodState, ReplicaSetState, StoredObject, TargetState, WorldState } from './world-state.ts';

/** Name of the pod in a slot of a ReplicaSet. */
export function podName(deployment: string, hash: string, slot: number): string {
  return `${deployment}-${hash}-${suffix(keyOf(slot, `${deployment} ${hash}`), 5)}`;
}

/** The pods of a workload as objects, with the status that their age and their version's faults give them. */
export function podObjects(state: WorldState, target: TargetState, stored: StoredObject): readonly KubeObject[] {
  return (stored.rollout?.sets ?? []).flatMap((set) =>
    set.pods.map((pod) => podObject(state, target, stored, set, pod)),
  );
}

/** How a container that exits soon after its start looks after `age` ms: run one second, wait 10 s, 20 s … up to 5 minutes. */
export function crashLoop(age: number): { readonly restarts: number; readonly running: boolean; readonly at: number } {
  let start = 0;
  let restarts = 0;
  for (let backoff = 10_000; ; backoff = Math.min(backoff * 2, 300_000)) {
    const exit = start + 1000;
    if (age < exit) return { restarts, running: true, at: start };
    if (age < exit + backoff) return { restarts, running: false, at: exit };
    start = exit + backoff;
    restarts += 1;
  }
}

/**
 * The id that a node reports for an image: its repository and the digest of what the registry holds. The simulated registry
 * holds one thing for each name, for ever.
 */
export function imageId(image: string): string {
  const [named = '', digest] = image.split('@');
  const repository = named.replace(/:[\w.-]+$/, '');
  return `${repository}@${digest ?? `sha256:${sha256(named)}`}`;
}

/** Name of a pod of any workload. */
export function nameOfPod({ object, rollout }: StoredObject, hash: string, slot: number): string {
  const { name } = object.metadata;
  return rollout?.inPlace?.by === 'ordinals' ? `${name}-${slot}` : podName(name, hash, slot);
}

/** What a pod is called, and whose it is. */
function identityOf(stored: StoredObject, set: ReplicaSetState, slot: number) {
  const { kind, metadata } = stored.object;
  const name = nameOfPod(stored, set.hash, slot);
  return stored.rollout?.inPlace === undefined
    ? {
        name,
        labels: { 'pod-template-hash': set.hash },
        controller: owner('apps/v1', 'ReplicaSet', `${metadata.name}-${set.hash}`, replicaSetUid(stored, set)),
      }
    : {
        name,
        labels: revisionLabels(stored, set),
        controller: owner('apps/v1', kind, metadata.name, metadata.uid),
      };
}

function podObject(
  state: WorldState,
  target: TargetState,
  stored: StoredObject,
  set: ReplicaSetState,
  pod: PodState,
): KubeObject {
  const [slot, at, ready] = pod;
  const { name, labels, controller } = identityOf(stored, set, slot);
  const isReady = ready !== null && ready <= state.now;
  const containers = containersOf(set.template);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: target.namespace,
      uid: uuid(keyOf(state.seed, `${target.uid} ${name} ${at}`)),
      resourceVersion: visibleVersion(stored),
      creationTimestamp: rfc3339(at),
      labels: { ...podLabels(set.template), ...labels },
      annotations: fieldsAt(set.template, 'metadata', 'annotations') as Record<string, string>,
      ownerReferences: [controller],
    },
    spec: { ...fieldsAt(set.template, 'spec'), nodeName: `simulated-node-${1 + (slot % 3)}` },
    status: {
      phase: set.effects.includes('image-missing') || (!isReady && ready !== null) ? 'Pending' : 'Running',
      conditions: [
        condition('PodScheduled', true, '', '', at),
        ...['ContainersReady', 'Ready'].map((type) =>
          condition(type, isReady, isReady ? '' : 'ContainersNotReady', '', isReady ? (ready ?? at) : at),
        ),
      ],
      startTime: rfc3339(at),
      containerStatuses: containers.map((container) => ({
        name: container.name,
        image: container.image,
        imageID: set.effects.includes('image-missing') ? '' : imageId(String(container.image)),
        ...containerState(set, String(container.image), pod, state.now),
      })),
    },
  };
}

/** How long a container with the fault `out-of-memory` runs, in milliseconds. */
const KILLED_EVERY = 4 * 60_000;

function killedForMemory(at: number, now: number): object {
  const restartCount = Math.floor((now - at) / KILLED_EVERY);
  const last = at + restartCount * KILLED_EVERY;
  const terminated = {
    exitCode: 137,
    reason: 'OOMKilled',
    startedAt: rfc3339(last - KILLED_EVERY),
    finishedAt: rfc3339(last),
  };
  const state = { running: { startedAt: rfc3339(last) } };
  return { ready: true, started: true, restartCount, state, lastState: { terminated } };
}

function containerState(set: ReplicaSetState, image: string, pod: PodState, now: number): object {
  const [, at, ready] = pod;
  if (ready !== null && set.effects.includes('out-of-memory') && now - at >= KILLED_EVERY) {
    return killedForMemory(at, now);
  }
  if (ready !== null) {
    return ready <= now
      ? { ready: true, started: true, restartCount: 0, state: { running: { startedAt: rfc3339(ready) } } }
      : { ready: false, started: false, restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } };
  }
  if (set.effects.includes('image-missing')) {
    const pulling = (now - at) % 20_000 < 2000;
    const reason = pulling ? 'ErrImagePull' : 'ImagePullBackOff';
    const message = pulling
      ? `rpc error: code = NotFound desc = failed to pull image "${image}": ${image}: not found`
      : `Back-off pulling image "${image}": ErrImagePull: ${image}: not found`;
    return { ready: false, started: false, restartCount: 0, state: { waiting: { reason, message } } };
  }
  const loop = crashLoop(now - at);
  const terminated = {
    exitCode: 1,
    reason: 'Error',
    startedAt: rfc3339(at + loop.at - 1000),
    finishedAt: rfc3339(at + loop.at),
  };
  const lastState = loop.restarts > 0 || !loop.running ? { lastState: { terminated } } : {};
  const state = loop.running
    ? { running: { startedAt: rfc3339(at + loop.at) } }
    : { waiting: { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container' } };
  return { ready: false, started: loop.running, restartCount: loop.restarts, state, ...lastState };
}
