import { formatPercent } from '../../../text/figures.ts';
import { canaryReplicas } from '../../kubernetes/manifests.ts';
import { sayShare } from '../share.ts';
import type { CanaryGround, Obstacle, Proposal, ProposalGround, Strategy } from './strategy.ts';

/**
 * Canary pods behind the Service of the stable ones. Requests go evenly to all pods, so the share follows from their number:
 * one beside N is 1/(N+1). kube-proxy balances connections, not requests; with long-lived ones the share is a mean.
 */
export const sharedService: Strategy = {
  canary: 'pods',
  propose: ({ maxShare, services }) => ({ share: smallestShare(maxShare, services) }),
  standing: (canary) => `the canary stays as it is, with its share of production (${canary.share} asked for)`,
  check: () => [],
  replicas: canaryReplicas,
  trueShare,
  obstacle: shareObstacle,
  companions: () => [],
  companionRefs: () => [],
  routeRef: () => undefined,
};

/** In whole percents, so that one pod of the service with the fewest is enough; never more than the policy allows. */
function smallestShare(maxShare: number, services: ProposalGround['services']): Proposal['share'] {
  const possible = services.map(({ replicas }) => (replicas === undefined ? 1 : Math.ceil(100 / (replicas + 1))));
  return `${Math.min(Math.max(1, ...possible), Math.floor(maxShare * 100))}%`;
}

function trueShare(share: number, stable: number): number {
  const canary = canaryReplicas(share, stable);
  return canary / (canary + stable);
}

function shareObstacle({ service, share, maxShare, pods }: CanaryGround): Obstacle | undefined {
  const real = trueShare(share, pods);
  if (real <= maxShare + 1e-9) return undefined;
  const canary = canaryReplicas(share, pods);
  const limit = formatPercent(maxShare);
  return {
    code: 'canary.share-too-large',
    problem: `${canary === 1 ? 'one canary pod' : `${canary} canary pods`} beside ${pods} stable ${pods === 1 ? 'pod' : 'pods'} of ${service} would get ${sayShare({ asked: share, made: real })} of the requests; the policy allows ${limit}`,
    why: 'Behind a shared Service the share follows from the number of pods, so more users than agreed would get the candidate.',
    hints: [
      `run at least ${Math.ceil(1 / maxShare) - 1} replicas of ${service}`,
      'or steer requests with an HTTPRoute (strategy http-route), which gives the exact share with any number of pods',
      'or raise canary.maxShare in the process policy',
    ],
  };
}
