import type { StrategyFacts, StrategyFinding } from './strategy.ts';

const NAMES = { httpRoute: 'http-route', ingress: 'ingress-nginx' } as const;

/** Every service that is canaried by a route must say in relctl.yaml which one, and which Service it sends to. */
export function trafficFindings({ spec, config }: StrategyFacts, kind: keyof typeof NAMES): readonly StrategyFinding[] {
  return spec.services.flatMap((service, index) => {
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
