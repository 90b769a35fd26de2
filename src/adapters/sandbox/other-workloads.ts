import { rfc3339 } from './deployments.ts';
import type { StoredObject, WorldState } from './world-state.ts';

/** Seconds of the virtual clock after which a pod that no workload made is ready. */
const SETTLING = 5;

/** Status of a pod that no workload made; `undefined` for kinds that have none. */
export function otherStatus(state: WorldState, stored: StoredObject): object | undefined {
  if (stored.object.kind !== 'Pod') return undefined;
  const done = otherTicks(state, stored) > 0;
  return {
    phase: done ? 'Running' : 'Pending',
    startTime: rfc3339(stored.changedAt),
    conditions: [{ type: 'Ready', status: done ? 'True' : 'False' }],
  };
}

/** How often the status has changed by itself. */
export function otherTicks(state: WorldState, stored: StoredObject): number {
  return state.now >= stored.changedAt + SETTLING * 1000 ? 1 : 0;
}
