import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import { settingIn } from '../../../domain/readiness/variable-sources.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Manifests } from '../facts/manifests.ts';

/**
 * Variables that the plan says are set in an environment, and that the candidate's manifests do not set there: Operations would
 * refuse the release for it. What only the cluster knows, and manifests that cannot be read, say nothing.
 */
export async function settingFindings(
  { spec }: Pick<ReleasePlan, 'spec'>,
  manifests: Manifests,
): Promise<readonly PlanFinding[]> {
  const asked = spec.environmentVariables.flatMap(({ name, setIn, services }, index) =>
    setIn.flatMap((environment, place) => services.map((service) => ({ name, environment, service, index, place }))),
  );
  const found = await Promise.all(
    asked.map(async ({ name, environment, service, index, place }): Promise<PlanFinding[]> => {
      const { objects, workload, container, file } = await manifests.of(environment, service);
      const setting = container === undefined ? undefined : settingIn(workload, objects, container, name);
      if (setting?.state !== 'unset') return [];
      const where = file ?? 'the manifests';
      return [
        {
          code: 'environment.not-set',
          severity: 'error',
          path: ['spec', 'environmentVariables', index, 'setIn', place],
          problem: `the plan says that ${name} is set in ${environment}, but ${where} does not set it for ${service}: ${setting.why}`,
          fix: `set it in ${where} and build the candidate again, or remove ${environment} from setIn`,
        },
      ];
    }),
  );
  return found.flat();
}
