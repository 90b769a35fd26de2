import { type Place, RelctlError } from '../../../errors.ts';
import type { Slo, Spec } from '../../../plan/spec.ts';
import type { KubeObject } from '../../../ports/cluster.ts';
import { isDeployment } from '../../kubernetes/manifests.ts';
import { grpcRoute, httpRoute } from './http-route.ts';
import { ingressNginx } from './ingress-nginx.ts';
import { noCanary } from './no-canary.ts';
import { nodes, partition } from './own-pods.ts';
import { region } from './region.ts';
import { sharedService } from './shared-service.ts';
import type { Proposal, ProposalGround, Strategy } from './strategy.ts';
import { worker } from './worker.ts';

/** Canary strategies by the name that a plan gives them; a draft takes the first that can serve it. */
export type Strategies = Readonly<Record<string, Strategy>>;

/** Every strategy. Nothing else asks for one by its name. */
export const STRATEGIES: Strategies = {
  'http-route': httpRoute,
  'grpc-route': grpcRoute,
  region,
  'ingress-nginx': ingressNginx,
  partition,
  nodes,
  worker,
  none: noCanary,
  'shared-service': sharedService,
};

/** What of a plan says how a service meets production first. */
type Planned = Pick<Spec, 'canary' | 'services'>;

/** How one service meets production first. */
export interface ServiceCanary {
  readonly strategy: string;
  /** Such as `1%`. */
  readonly share: string;
  readonly stablePods?: number | undefined;
  /** Why it has no canary. */
  readonly reason?: string | undefined;
}

/** How a service meets production first: as it says itself, else as the release does. By region goes the release as a whole. */
export function canaryOf(spec: Planned, service: string): ServiceCanary {
  const { strategy, share } = spec.canary;
  const own = spec.services.find(({ name }) => name === service)?.canary;
  return own === undefined || isByRegion(spec)
    ? { strategy, share }
    : { ...own, strategy: own.strategy ?? strategy, share: own.share ?? share };
}

/** True where a canary changes the workload that runs, or how many pods it has; otherwise its pods are beside it. */
export function changesStable(spec: Planned, service: string): boolean {
  const { canary } = strategyFor(spec, service);
  return canary === 'region' || canary === 'own-pods' || canaryOf(spec, service).stablePods !== undefined;
}

/** True where a strategy can give a workload of this kind a canary. */
export function canServe({ canary, own }: Strategy, workload: KubeObject): boolean {
  if (canary === 'none') return false;
  return own === undefined ? isDeployment(workload) : own.kind === workload.kind;
}

/** The SLOs by which a canary can be judged: those of services that have one. */
export function canariedSlos(spec: Planned & Pick<Spec, 'slos'>): readonly Slo[] {
  return spec.slos.filter(({ service }) => knownStrategyFor(spec, service)?.canary !== 'none');
}

/** True where the canary of the whole release is a region. */
export function isByRegion(spec: Pick<Spec, 'canary'>, strategies: Strategies = STRATEGIES): boolean {
  return knownStrategy(spec, strategies)?.canary === 'region';
}

/** The strategy of a release; `undefined` when there is none of that name, which the plan check says. */
export function knownStrategy(spec: Pick<Spec, 'canary'>, strategies: Strategies = STRATEGIES): Strategy | undefined {
  return named(spec.canary.strategy, strategies);
}

/** The strategy of a service; `undefined` when there is none of that name. */
export function knownStrategyFor(
  spec: Planned,
  service: string,
  strategies: Strategies = STRATEGIES,
): Strategy | undefined {
  return named(canaryOf(spec, service).strategy, strategies);
}

/** The strategy of a release, for what is asked of it as a whole. Errors: `canary.unknown-strategy`. */
export function strategyOf(spec: Pick<Spec, 'canary'>, strategies: Strategies = STRATEGIES): Strategy {
  return knownStrategy(spec, strategies) ?? unknown(spec.canary.strategy, strategies);
}

/** The strategy of a service. Errors: `canary.unknown-strategy`. */
export function strategyFor(spec: Planned, service: string, strategies: Strategies = STRATEGIES): Strategy {
  return knownStrategyFor(spec, service, strategies) ?? unknown(canaryOf(spec, service).strategy, strategies);
}

/** Where a plan names a strategy that does not exist, for the release or for a service; `undefined` where all do. */
export function unknownNamed(
  spec: Planned,
  strategies: Strategies = STRATEGIES,
): { readonly strategy: string; readonly path: readonly PropertyKey[] } | undefined {
  if (knownStrategy(spec, strategies) === undefined) {
    return { strategy: spec.canary.strategy, path: ['spec', 'canary', 'strategy'] };
  }
  const index = spec.services.findIndex(({ name }) => knownStrategyFor(spec, name, strategies) === undefined);
  const service = spec.services[index];
  if (service === undefined) return undefined;
  const { strategy } = canaryOf(spec, service.name);
  return { strategy, path: ['spec', 'services', index, 'canary', 'strategy'] };
}

function named(strategy: string, strategies: Strategies): Strategy | undefined {
  return Object.hasOwn(strategies, strategy) ? strategies[strategy] : undefined;
}

function unknown(strategy: string, strategies: Strategies): never {
  throw unknownStrategy(strategy, strategies);
}

/**
 * That there is no strategy of this name.
 * @param place where a plan names it, where that is known
 */
export function unknownStrategy(strategy: string, strategies: Strategies = STRATEGIES, place?: Place): RelctlError {
  return new RelctlError('canary.unknown-strategy', `there is no canary strategy ${strategy}`, {
    ...(place === undefined ? {} : { place }),
    why: 'A strategy decides how requests come to the candidate, so nothing can be checked or deployed without it.',
    hints: [`write one of: ${Object.keys(strategies).join(', ')}`],
  });
}

/** The first strategy that can serve the services of a draft, and what it proposes. */
export function proposeStrategy(
  ground: ProposalGround,
  strategies: Strategies = STRATEGIES,
): { readonly strategy: string } & Proposal {
  for (const [strategy, { propose }] of Object.entries(strategies)) {
    const proposal = propose(ground);
    if (proposal !== undefined) return { strategy, ...proposal };
  }
  throw new Error('no strategy proposes anything; the last one always does');
}
