import type { Spec } from '../../../plan/spec.ts';
import type { Proposal, ProposalGround, StrategyFacts, StrategyFinding } from './strategy.ts';

const NAMES = { httpRoute: 'http-route', grpcRoute: 'grpc-route', ingress: 'ingress-nginx' } as const;

/** Every service that is canaried by a route must say in relctl.yaml which one, and which Service it sends to. */
export function trafficFindings(
  { services, config }: StrategyFacts,
  kind: keyof typeof NAMES,
): readonly StrategyFinding[] {
  return services.flatMap(({ index, ...service }) => {
    const known = config.services[service.name];
    if (known === undefined || known.traffic?.[kind] !== undefined) return [];
    return [
      {
        code: 'canary.traffic',
        path: ['spec', 'services', index, 'name'],
        problem: `the strategy ${NAMES[kind]} divides requests, and relctl.yaml does not say where those of ${service.name} are divided`,
        fix: `services.${service.name}.traffic: { ${kind}: <name>, service: <name> } in relctl.yaml, or another strategy`,
      },
    ];
  });
}

/** One percent for services that all name the object that divides their requests; weights give any share exactly. */
export function proposeByWeight({ config, services }: ProposalGround, kind: keyof typeof NAMES): Proposal | undefined {
  return services.every(({ name }) => config.services[name]?.traffic?.[kind] !== undefined)
    ? { share: '1%' }
    : undefined;
}

/** What stands in production while canary pods are held. */
export function podsStand(canary: Spec['canary']): string {
  return `the canary stays as it is, at ${canary.share} of production`;
}
