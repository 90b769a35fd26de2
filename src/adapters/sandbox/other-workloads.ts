import type { KubeObject } from '../../ports/cluster.ts';
import { condition, containersOf, owner, podLabels, rfc3339, visibleVersion } from './deployments.ts';
import { fieldsAt } from './merge.ts';
import { imageId } from './pods.ts';
import { keyOf, uuid } from './random.ts';
import type { StoredObject, TargetState, WorldState } from './world-state.ts';

/** Seconds of the virtual clock after which a StatefulSet or DaemonSet is as its spec says. */
const SETTLING = 5;
/** Nodes of the simulated cluster; a DaemonSet has a pod on each. */
const NODES = 3;

/**
 * Status of the kinds that the sandbox does not play out pod by pod: after some seconds they are as their spec says.
 * `undefined` for kinds that have none.
 */
export function otherStatus(state: WorldState, stored: StoredObject): object | undefined {
  const { kind, metadata } = stored.object;
  const done = otherTicks(state, stored) > 0;
  const seen = { observedGeneration: metadata.generation };
  if (kind === 'StatefulSet') {
    const replicas = Number(fieldsAt(stored.object, 'spec').replicas ?? 1);
    const there = done ? replicas : 0;
    const revision = revisionOf(stored);
    return {
      ...seen,
      replicas,
      readyReplicas: there,
      availableReplicas: there,
      updatedReplicas: there,
      currentRevision: revision,
      updateRevision: revision,
    };
  }
  if (kind === 'DaemonSet') {
    const there = done ? NODES : 0;
    return {
      ...seen,
      desiredNumberScheduled: NODES,
      currentNumberScheduled: NODES,
      numberReady: there,
      numberAvailable: there,
      updatedNumberScheduled: there,
    };
  }
  if (kind === 'Pod') {
    return {
      phase: done ? 'Running' : 'Pending',
      startTime: rfc3339(stored.changedAt),
      conditions: [{ type: 'Ready', status: done ? 'True' : 'False' }],
    };
  }
  return undefined;
}

/** How often the status has changed by itself. */
export function otherTicks(state: WorldState, stored: StoredObject): number {
  return state.now >= stored.changedAt + SETTLING * 1000 ? 1 : 0;
}

/** The pods of a StatefulSet or DaemonSet: all of one revision, because they are replaced in one moment. */
export function otherPods(state: WorldState, target: TargetState, stored: StoredObject): readonly KubeObject[] {
  const { kind, metadata } = stored.object;
  if (kind !== 'StatefulSet' && kind !== 'DaemonSet') return [];
  const template = fieldsAt(stored.object, 'spec', 'template');
  const count = kind === 'DaemonSet' ? NODES : Number(fieldsAt(stored.object, 'spec').replicas ?? 1);
  const isReady = otherTicks(state, stored) > 0;
  const at = rfc3339(stored.changedAt);
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${metadata.name}-${index}`,
      namespace: target.namespace,
      uid: uuid(keyOf(state.seed, `${target.uid} ${metadata.name} ${index} ${stored.changedAt}`)),
      resourceVersion: visibleVersion(stored, otherTicks(state, stored)),
      creationTimestamp: at,
      labels: { ...podLabels(template), 'controller-revision-hash': revisionOf(stored) },
      ownerReferences: [owner('apps/v1', kind, metadata.name, metadata.uid)],
    },
    spec: fieldsAt(template, 'spec'),
    status: {
      phase: isReady ? 'Running' : 'Pending',
      startTime: at,
      conditions: [condition('Ready', isReady, isReady ? '' : 'ContainersNotReady', '', stored.changedAt)],
      containerStatuses: containersOf(template).map(({ name, image }) => ({
        name,
        image,
        imageID: imageId(String(image)),
        ready: isReady,
        restartCount: 0,
        state: isReady ? { running: { startedAt: at } } : { waiting: { reason: 'ContainerCreating' } },
      })),
    },
  }));
}

function revisionOf({ object }: StoredObject): string {
  return `${object.metadata.name}-${object.metadata.generation ?? 1}`;
}
