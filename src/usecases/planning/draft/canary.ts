import { proposeStrategy } from '../../../domain/deployment/strategies/strategies.ts';
import type { Config } from '../../../plan/config.ts';
import { percentRatio } from '../../../plan/duration.ts';
import type { Policy } from '../../../plan/policy.ts';
import type { Spec } from '../../../plan/spec.ts';
import type { DraftedService } from './services.ts';

type Canary = Spec['canary'];

/**
 * How the candidate meets production first: through what divides requests by weight where every service has it, through a
 * non-critical region where there are several, else by pods behind the shared Service. The share is the smallest that is really
 * possible: one pod beside N is 1/(N+1) of the requests, whatever the plan says.
 */
export function draftCanary(config: Config, policy: Policy, services: readonly DraftedService[]): Canary {
  const { strategy, share, region } = proposeStrategy({
    config,
    maxShare: percentRatio(policy.canary.maxShare),
    services: services.map(({ service, replicas }) => ({ name: service.name, replicas })),
  });
  return {
    strategy,
    share,
    bake: policy.canary.minBake,
    extension: policy.canary.minBake,
    look: '15s',
    ...(region === undefined ? {} : { region }),
    detectableRatio: 5,
  };
}

/** What the share means with the pods of today. */
export function canaryComment(services: readonly DraftedService[]): string {
  const smallest = services
    .filter(({ replicas }) => replicas !== undefined && replicas < 99)
    .map(({ service, replicas = 1 }) => `${service.name} ${(100 / (replicas + 1)).toFixed(1)} %`);
  return smallest.length === 0
    ? 'How the candidate first gets production traffic'
    : `How the candidate first gets production traffic. Behind a shared Service, one canary pod beside the pods of today gets: ${smallest.join(', ')}`;
}
