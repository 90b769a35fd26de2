import type { ObjectRef } from '../../ports/cluster.ts';
import { faultOn } from './faults.ts';
import { groupOf } from './kinds.ts';
import type { TargetState, WorldState } from './world-state.ts';

/** True when an object is one that Operations was to pre-provision, and the fault says that they did not. */
export function hiddenResource(state: WorldState, target: TargetState, ref: ObjectRef): boolean {
  if (!faultOn(state, 'ops-resource-missing', { environment: target.environment })) return false;
  return state.lessons.resources.some(
    ({ environment, object }) =>
      object !== undefined &&
      environment === target.environment &&
      object.kind === ref.kind &&
      object.name === ref.name &&
      groupOf(object.apiVersion) === groupOf(ref.apiVersion),
  );
}
