import { rfc3339 } from './deployments.ts';
import { fieldsAt } from './merge.ts';
import type { StoredObject, WorldState } from './world-state.ts';

/** Seconds of the virtual clock after which a StatefulSet or DaemonSet is as its spec says. */
const SETTLING = 5;

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
    const revision = `${metadata.name}-${metadata.generation ?? 1}`;
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
    const there = done ? 3 : 0;
    return {
      ...seen,
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
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
