import type { KubeObject, ObjectRef } from '../../../ports/cluster.ts';
import { formatPercent } from '../../../text/figures.ts';
import { canaryName, canaryReplicas, nameOf } from '../../kubernetes/manifests.ts';
import { canaryService, canaryServiceRef, stableServiceObstacle } from './canary-service.ts';
import { routeAcceptance } from './http-route-acceptance.ts';
import {
  type BackendRef,
  isRefTo,
  type RouteRule,
  refBefore,
  rulesOf,
  weightOf,
  withoutCanary,
  withRules,
} from './http-route-rules.ts';
import type { CanaryGround, Exposure, Obstacle, Strategy, Traffic } from './strategy.ts';
import { podsStand, proposeByWeight, trafficFindings } from './traffic-check.ts';
import { exactWeights, factorFor, type Weights, weightsWithin } from './weights.ts';

/** The API that every Gateway controller serves since v1.0. */
const API_VERSION = 'gateway.networking.k8s.io/v1';

/** Where relctl.yaml names the route of a kind. */
const FIELDS = { HTTPRoute: 'httpRoute', GRPCRoute: 'grpcRoute' } as const;

/**
 * Gateway API: a route divides the requests by weights, so the share is exact with any number of pods. Only refs to the
 * service and to its canary are changed; those of others, filters and matches stay as they are.
 * Source: Gateway API, HTTPRoute and GRPCRoute, `backendRefs[].weight`: a ref's part is its weight over the sum of the rule's weights.
 */
function weightedRoute(kind: keyof typeof FIELDS): Strategy {
  const field = FIELDS[kind];
  const routeRef = (traffic: Traffic | undefined): ObjectRef | undefined => {
    const name = traffic?.[field];
    return name === undefined ? undefined : { apiVersion: API_VERSION, kind, name };
  };
  return {
    canary: 'pods',
    propose: (ground) => proposeByWeight(ground, field),
    standing: podsStand,
    check: (facts) => trafficFindings(facts, field),
    replicas: canaryReplicas,
    trueShare: (share) => share,
    obstacle: (ground) => stableServiceObstacle(ground) ?? routeObstacle(ground, kind),
    companions: ({ stableService, release, canary }) =>
      stableService === undefined ? [] : [canaryService(stableService, release, canary)],
    companionRefs: (traffic) => (traffic === undefined ? [] : [canaryServiceRef(traffic.service)]),
    routeRef,
    steering: {
      ref: routeRef,
      ownObject: false,
      expose: (live, ground) =>
        withRules(
          live,
          rulesOf(live).map((rule, index) => exposedRule(rule, index, ground)),
        ),
      unlink: (live, { traffic, before }) =>
        withRules(
          live,
          rulesOf(live).map((rule, index) => unlinkedRule(rule, index, traffic.service, before)),
        ),
      isClean: (live, { traffic, before }) =>
        rulesOf(live).every((rule, index) => isCleanRule(rule, index, traffic.service, before)),
      acceptance: routeAcceptance,
    },
  };
}

/** Requests of HTTP, through an HTTPRoute. */
export const httpRoute = weightedRoute('HTTPRoute');

/** Calls of gRPC, through a GRPCRoute: the same rules, backends and answers. */
export const grpcRoute = weightedRoute('GRPCRoute');

function exposedRule(rule: RouteRule, index: number, { traffic, share, before }: Exposure): RouteRule {
  const { service } = traffic;
  const bare = withoutCanary(rule, service);
  const stable = bare.backendRefs?.find(isRefTo(service));
  if (stable === undefined) return rule;
  const was = refBefore(before, rule, index, service) ?? stable;
  const isAlone = bare.backendRefs?.length === 1;
  const weights: Weights | undefined =
    share === 0
      ? { stable: weightOf(was), canary: 0 }
      : isAlone
        ? exactWeights(share)
        : weightsWithin(weightOf(was), share);
  if (weights === undefined) throw new Error(`${service} cannot be divided at ${share}, which was not checked before`);
  const linked: readonly BackendRef[] = [
    // At weight 0 the stable ref stays as it was written, so that nothing but the new ref is seen to change.
    share === 0 ? { ...stable, ...weightField(was) } : { ...stable, weight: weights.stable },
    { ...stable, name: canaryName(service), weight: weights.canary },
  ];
  return { ...bare, backendRefs: bare.backendRefs?.flatMap((ref) => (ref === stable ? linked : [ref])) ?? [] };
}

function unlinkedRule(rule: RouteRule, index: number, service: string, before: KubeObject | undefined): RouteRule {
  const bare = withoutCanary(rule, service);
  const was = refBefore(before, rule, index, service);
  // A rule without the canary was not ours to change: whoever took it out has decided its weights.
  if (bare === rule || was === undefined) return bare;
  return {
    ...bare,
    backendRefs: bare.backendRefs?.map((ref) => (isRefTo(service)(ref) ? restoredRef(ref, was) : ref)) ?? [],
  };
}

function isCleanRule(rule: RouteRule, index: number, service: string, before: KubeObject | undefined): boolean {
  if (withoutCanary(rule, service) !== rule) return false;
  const now = rule.backendRefs?.find(isRefTo(service));
  const was = refBefore(before, rule, index, service);
  return now === undefined || was === undefined || weightOf(now) === weightOf(was);
}

function restoredRef({ weight: _weight, ...ref }: BackendRef, was: BackendRef): BackendRef {
  return { ...ref, ...weightField(was) } as BackendRef;
}

function weightField({ weight }: BackendRef): { readonly weight?: number } {
  return weight === undefined ? {} : { weight };
}

function routeObstacle(
  { service, traffic, route, share }: CanaryGround,
  kind: keyof typeof FIELDS,
): Obstacle | undefined {
  const field = FIELDS[kind];
  if (traffic === undefined) return undefined;
  if (route === undefined) {
    return notSteerable(
      `there is no ${kind} ${traffic[field]}, which relctl.yaml names for ${service}`,
      `correct services.${service}.traffic.${field} in relctl.yaml`,
    );
  }
  const ours = rulesOf(route).filter((rule) => rule.backendRefs?.some(isRefTo(traffic.service)));
  if (ours.length === 0) {
    return notSteerable(
      `no rule of ${nameOf(route)} sends requests to the Service ${traffic.service}`,
      `correct services.${service}.traffic in relctl.yaml`,
    );
  }
  for (const rule of ours) {
    const problem = indivisible(rule, traffic.service, share);
    if (problem !== undefined) return notSteerable(`${nameOf(route)}: ${problem.text}`, problem.fix);
  }
  return undefined;
}

function indivisible(
  rule: RouteRule,
  service: string,
  share: number,
): { readonly text: string; readonly fix: string } | undefined {
  const bare = withoutCanary(rule, service);
  const own = (bare.backendRefs ?? []).filter(isRefTo(service));
  const [ref] = own;
  if (ref === undefined) return undefined;
  if (own.length > 1) {
    return { text: `one rule names ${service} ${own.length} times`, fix: 'name it once, with the sum of the weights' };
  }
  const weight = weightOf(ref);
  const isAlone = bare.backendRefs?.length === 1;
  if (weight === 0) return { text: `a rule gives ${service} the weight 0`, fix: `give ${service} a weight above 0` };
  if ((isAlone ? exactWeights(share) : weightsWithin(weight, share)) !== undefined) return undefined;
  const percent = formatPercent(share);
  const factor = factorFor(weight, share);
  return {
    text: `${percent} of ${service}'s weight of ${weight} is not a whole number, and the weights of the other backends are not relctl's to change`,
    fix:
      factor === undefined
        ? `give ${service} a weight above 0, or canary.share another value`
        : `multiply all weights of that rule by ${factor}; their proportions stay the same`,
  };
}

function notSteerable(problem: string, fix: string): Obstacle {
  return {
    code: 'canary.not-steerable',
    problem,
    why: 'The route decides which requests go to the candidate.',
    hints: [fix],
  };
}
