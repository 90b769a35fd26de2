import { RelctlError } from '../../../errors.ts';
import type { Spec } from '../../../plan/spec.ts';
import { grpcRoute, httpRoute } from './http-route.ts';
import { ingressNginx } from './ingress-nginx.ts';
import { region } from './region.ts';
import { sharedService } from './shared-service.ts';
import type { Proposal, ProposalGround, Strategy } from './strategy.ts';

/** Canary strategies by the name that a plan gives them; a draft takes the first that can serve it. */
export type Strategies = Readonly<Record<string, Strategy>>;

/** Every strategy. Nothing else asks for one by its name. */
export const STRATEGIES: Strategies = {
  'http-route': httpRoute,
  'grpc-route': grpcRoute,
  region,
  'ingress-nginx': ingressNginx,
  'shared-service': sharedService,
};

/** The strategy of a plan; `undefined` when there is none of that name, which the plan check says. */
export function knownStrategy(spec: Pick<Spec, 'canary'>, strategies: Strategies = STRATEGIES): Strategy | undefined {
  const { strategy } = spec.canary;
  return Object.hasOwn(strategies, strategy) ? strategies[strategy] : undefined;
}

/** The strategy of a plan. Errors: `canary.unknown-strategy`. */
export function strategyOf(spec: Pick<Spec, 'canary'>, strategies: Strategies = STRATEGIES): Strategy {
  const strategy = knownStrategy(spec, strategies);
  if (strategy !== undefined) return strategy;
  throw new RelctlError('canary.unknown-strategy', `there is no canary strategy ${spec.canary.strategy}`, {
    why: 'A strategy decides how requests come to the candidate, so nothing can be checked or deployed without it.',
    hints: [`write spec.canary.strategy: ${Object.keys(strategies).join(' | ')}`],
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
