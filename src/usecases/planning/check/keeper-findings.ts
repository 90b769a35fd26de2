import { productionTargets } from '../../../domain/deployment/steps.ts';
import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import { RelctlError } from '../../../errors.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import { miskeptWorkloads } from '../../gitops/keepers.ts';
import { keptText, wayOut } from '../../gitops/kept-text.ts';
import type { Context } from '../../release/context.ts';

/**
 * Services that another controller keeps in production as it wants them, or that the one of relctl.yaml does not keep: `deploy` refuses a release
 * over them. A cluster that does not answer says nothing; it is asked again before the deployment is announced.
 */
export async function keeperFindings(context: Context, plan: ReleasePlan): Promise<readonly PlanFinding[]> {
  const { services, candidate } = plan.spec;
  const { environments, config } = context;
  const { clusterUid, regions } = config.environments.production;
  // Nobody keeps anything in a simulated company; a production that relctl.yaml does not identify is not asked.
  if (environments.simulated || (clusterUid === undefined && regions.length === 0)) return [];
  const names = services.map(({ name }) => name);
  try {
    const found = await Promise.all(
      productionTargets(config).map(async (target) =>
        Promise.all(
          (await miskeptWorkloads(context, target, candidate.commit, names)).map(
            async (one): Promise<PlanFinding> => ({
              code: 'services.kept-by-others',
              severity: 'warning',
              path: ['spec', 'services', names.indexOf(one.service), 'name'],
              problem: `${target}: ${keptText(config, one)}`,
              fix: await wayOut(context, one.reconciler),
            }),
          ),
        ),
      ),
    );
    return found.flat();
  } catch (error) {
    if (error instanceof RelctlError) return [];
    throw error;
  }
}
