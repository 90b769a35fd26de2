import { stableServiceObstacle } from '../../../domain/deployment/strategies/canary-service.ts';
import { knownStrategyFor } from '../../../domain/deployment/strategies/strategies.ts';
import { canaryDeployment, isDeployment } from '../../../domain/kubernetes/manifests.ts';
import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import type { Config } from '../../../plan/config.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Manifests } from '../facts/manifests.ts';

/**
 * Services behind a route that would send requests to canary pods whatever labels those have. Production refuses such a canary, so
 * it is told while the plan is written.
 */
export async function selectorFindings(
  { id, spec }: ReleasePlan,
  config: Config,
  manifests: Pick<Manifests, 'of'>,
): Promise<readonly PlanFinding[]> {
  const found = await Promise.all(
    spec.services.map(async ({ name }, index): Promise<PlanFinding[]> => {
      const strategy = knownStrategyFor(spec, name);
      if (strategy?.canary !== 'pods') return [];
      const { objects, workload: stable } = await manifests.of('production', name);
      if (stable === undefined || !isDeployment(stable)) return [];
      const traffic = strategy.steering === undefined ? undefined : config.services[name]?.traffic;
      const stableService = objects.find((one) => one.kind === 'Service' && one.metadata.name === traffic?.service);
      const ground = {
        service: name,
        traffic,
        stable,
        stableService,
        canary: canaryDeployment(stable, 1, id, stableService),
      };
      // A Service that is not among the manifests is looked at where it runs.
      const obstacle = stableService === undefined ? undefined : stableServiceObstacle(ground);
      if (obstacle === undefined) return [];
      return [
        {
          code: obstacle.code,
          severity: 'error',
          path: ['spec', 'services', index, 'name'],
          problem: obstacle.problem,
          fix: obstacle.hints[0] ?? obstacle.why,
        },
      ];
    }),
  );
  return found.flat();
}
