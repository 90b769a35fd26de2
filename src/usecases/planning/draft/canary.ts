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
  const strategy = strategyFor(config, services);
  const { regions } = config.environments.production;
  return {
    strategy,
    share: strategy === 'shared-service' ? smallestShare(policy, services) : '1%',
    bake: policy.canary.minBake,
    extension: policy.canary.minBake,
    look: '15s',
    ...(strategy === 'region' ? { region: regions.find((one) => !one.critical)?.name ?? '' } : {}),
    detectableRatio: 5,
  };
}

function strategyFor(config: Config, services: readonly DraftedService[]): Canary['strategy'] {
  const { regions } = config.environments.production;
  const steered = (by: 'httpRoute' | 'ingress') =>
    services.every(({ service }) => config.services[service.name]?.traffic?.[by] !== undefined);
  if (steered('httpRoute')) return 'http-route';
  if (regions.length > 1 && regions.some((one) => !one.critical)) return 'region';
  return steered('ingress') ? 'ingress-nginx' : 'shared-service';
}

/** In whole percents, so that one pod of the service with the fewest is enough; never more than the policy allows. */
function smallestShare(policy: Policy, services: readonly DraftedService[]): Canary['share'] {
  const possible = services.map(({ replicas }) => (replicas === undefined ? 1 : Math.ceil(100 / (replicas + 1))));
  return `${Math.min(Math.max(1, ...possible), Math.floor(percentRatio(policy.canary.maxShare) * 100))}%`;
}

/** What the share means with the pods of today. */
export function canaryComment(services: readonly DraftedService[]): string {
  const smallest = services
    .filter(({ replicas }) => replicas !== undefined && replicas < 99)
    .map(({ service, replicas = 1 }) => `${service.name} ${(100 / (replicas + 1)).toFixed(1)} %`);
  return smallest.length === 0
    ? 'How the candidate meets production first'
    : `How the candidate meets production first. Behind a shared Service, one canary pod beside the pods of today gets: ${smallest.join(', ')}`;
}
