import type { KubeObject } from '../../../ports/cluster.ts';
import { canaryName } from '../../kubernetes/manifests.ts';

/** A backend of a rule; relctl reads these fields and keeps all others (port, filters). */
export interface BackendRef {
  readonly name: string;
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  /** The Gateway API's default is 1. */
  readonly weight?: number;
  readonly [field: string]: unknown;
}

/** A rule of an HTTPRoute; matches and filters are kept as they are. */
export interface RouteRule {
  readonly backendRefs?: readonly BackendRef[];
  readonly [field: string]: unknown;
}

/** Rules of an HTTPRoute. */
export function rulesOf(route: KubeObject | undefined): readonly RouteRule[] {
  return (route?.spec as { readonly rules?: readonly RouteRule[] } | undefined)?.rules ?? [];
}

/** The route with other rules and everything else as it was. */
export function withRules(route: KubeObject, rules: readonly RouteRule[]): KubeObject {
  return { ...route, spec: { ...(route.spec as object), rules } };
}

/** True for a ref to the Service of this name in the route's own namespace: those are ours, all others are not. */
export function isRefTo(service: string): (ref: BackendRef) => boolean {
  return (ref) =>
    ref.name === service &&
    (ref.kind ?? 'Service') === 'Service' &&
    (ref.group ?? '') === '' &&
    (ref.namespace === undefined || ref.namespace === '');
}

/** Weight of a ref, with the Gateway API's default. */
export function weightOf(ref: BackendRef): number {
  return ref.weight ?? 1;
}

/**
 * The ref to a Service as it was before the release, in the rule that corresponds: the one at the same place if it had such a
 * ref, else the one with the same matches.
 */
export function refBefore(before: KubeObject | undefined, rule: RouteRule, index: number, service: string) {
  const rules = rulesOf(before);
  const find = (one: RouteRule | undefined) => one?.backendRefs?.find(isRefTo(service));
  const matches = JSON.stringify(rule.matches ?? null);
  return find(rules[index]) ?? find(rules.find((one) => JSON.stringify(one.matches ?? null) === matches));
}

/** The rule without the canary's ref. */
export function withoutCanary(rule: RouteRule, service: string): RouteRule {
  const { backendRefs } = rule;
  const isCanary = isRefTo(canaryName(service));
  return backendRefs?.some(isCanary) ? { ...rule, backendRefs: backendRefs.filter((ref) => !isCanary(ref)) } : rule;
}
