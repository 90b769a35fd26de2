import type { KubeObject } from '../../../ports/cluster.ts';
import type { Condition } from '../../kubernetes/condition.ts';
import type { Acceptance } from './strategy.ts';

interface Parent {
  readonly name: string;
  /** `Gateway` when left out; with the group `""` a Service, which is how a mesh is told (GAMMA). */
  readonly kind?: string;
  readonly group?: string;
  readonly port?: number;
  readonly namespace?: string;
  readonly sectionName?: string;
}
interface ParentStatus {
  readonly parentRef?: Parent;
  readonly conditions?: readonly Condition[];
}

const GROUP = 'gateway.networking.k8s.io';

/** A route is in force once each of its gateways says both, about the generation that was written. */
const REQUIRED = ['Accepted', 'ResolvedRefs'] as const;

/**
 * What the gateways of a route say of it. A condition of an earlier generation says nothing: without it, a route with a
 * backend that does not exist would pass on the answer to the route before.
 * Source: Gateway API, RouteParentStatus, `Accepted` and `ResolvedRefs`.
 */
export function routeAcceptance(route: KubeObject): Acceptance {
  const { generation = 0 } = route.metadata;
  const wanted = (route.spec as { parentRefs?: readonly Parent[] } | undefined)?.parentRefs ?? [];
  const parents = (route.status as { parents?: readonly ParentStatus[] } | undefined)?.parents ?? [];
  if (wanted.length === 0) return { state: 'refused', reason: 'it names no gateway (spec.parentRefs is empty)' };
  for (const parent of wanted) {
    const own = parents.filter((one) => isSameParent(one.parentRef, parent));
    if (own.length === 0) return { state: 'pending', detail: `the gateway ${parent.name} has not answered yet` };
    for (const { conditions = [] } of own) {
      for (const type of REQUIRED) {
        const condition = conditions.find((one) => one.type === type);
        if (condition === undefined || (condition.observedGeneration ?? 0) < generation) {
          return {
            state: 'pending',
            detail: `the gateway ${parent.name} has not reported ${type} for generation ${generation} yet`,
          };
        }
        if (condition.status === 'False') {
          const { reason = type, message = '' } = condition;
          return {
            state: 'refused',
            reason: `${parent.name}: ${type} is False (${[reason, message].filter(Boolean).join(': ')})`,
          };
        }
        if (condition.status !== 'True')
          return { state: 'pending', detail: `${parent.name} does not know ${type} yet` };
      }
    }
  }
  return { state: 'accepted' };
}

/** A Gateway and a Service of one name, or two ports of one, are parents of their own: the one does not answer for the other. */
function isSameParent(told: Parent | undefined, wanted: Parent): boolean {
  return (
    told?.name === wanted.name &&
    (told.kind ?? 'Gateway') === (wanted.kind ?? 'Gateway') &&
    (told.group ?? GROUP) === (wanted.group ?? GROUP) &&
    told.port === wanted.port &&
    (wanted.namespace === undefined || told.namespace === undefined || told.namespace === wanted.namespace) &&
    told.sectionName === wanted.sectionName
  );
}
