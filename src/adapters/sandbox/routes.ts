import { rfc3339 } from './deployments.ts';
import { fieldsAt, isFields } from './merge.ts';
import type { StoredObject, TargetState, WorldState } from './world-state.ts';

/** Seconds of the virtual clock after which a gateway has seen a new generation of a route. */
const SEEN_AFTER = 2;

/** True for the kinds of Gateway API that divide requests by weight. */
export function isRoute({ kind }: { readonly kind: string }): boolean {
  return kind === 'HTTPRoute' || kind === 'GRPCRoute';
}

/** Status of a route, as its gateways write it: about the generation before until they have seen the present one. */
export function routeStatus(state: WorldState, target: TargetState, stored: StoredObject): object {
  const { metadata } = stored.object;
  const generation = Number(metadata.generation ?? 1);
  const seen = routeTicks(state, stored) > 0 ? generation : generation - 1;
  const spec = fieldsAt(stored.object, 'spec');
  const missing = backends(spec).filter((name) => target.objects[`v1/Service/${name}`] === undefined);
  const condition = (type: string, holds: boolean, reason: string, message: string) => ({
    type,
    status: holds ? 'True' : 'False',
    reason,
    message,
    observedGeneration: seen,
    lastTransitionTime: rfc3339(stored.changedAt),
  });
  const found = missing.length === 0;
  return {
    parents: (Array.isArray(spec.parentRefs) ? spec.parentRefs : []).map((parentRef) => ({
      parentRef,
      controllerName: 'sandbox.example.com/gateway',
      conditions: [
        condition('Accepted', true, 'Accepted', ''),
        condition(
          'ResolvedRefs',
          found,
          found ? 'ResolvedRefs' : 'BackendNotFound',
          found ? '' : `no Service ${missing.join(', ')}`,
        ),
      ],
    })),
  };
}

/** How often the status has changed by itself. */
export function routeTicks(state: WorldState, stored: StoredObject): number {
  return state.now >= stored.changedAt + SEEN_AFTER * 1000 ? 1 : 0;
}

function backends(spec: Record<string, unknown>): readonly string[] {
  const rules = (Array.isArray(spec.rules) ? spec.rules : []).filter(isFields);
  return rules.flatMap((rule) =>
    (Array.isArray(rule.backendRefs) ? rule.backendRefs : []).filter(isFields).map((ref) => String(ref.name)),
  );
}
