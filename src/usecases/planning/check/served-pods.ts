import { lacksForRollout } from '../../../domain/deployment/served-pods.ts';
import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Manifests } from '../facts/manifests.ts';

/** Workloads that lose requests when their pods are replaced: for users a release that did nothing wrong looks like a bad one. */
export async function servedPodsFindings(
  { spec }: Pick<ReleasePlan, 'spec'>,
  manifests: Pick<Manifests, 'of'>,
): Promise<readonly PlanFinding[]> {
  const found = await Promise.all(
    spec.services.map(async ({ name }, index) => {
      const { objects, workload } = await manifests.of('production', name);
      if (workload === undefined) return [];
      return lacksForRollout(workload, objects).map(
        (lack): PlanFinding => ({ ...lack, severity: 'warning', path: ['spec', 'services', index, 'name'] }),
      );
    }),
  );
  return found.flat();
}
