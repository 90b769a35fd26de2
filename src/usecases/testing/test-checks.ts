import type { PendingCheck } from '../checks/pending-checks.ts';
import { checkStaged } from '../cluster/running.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { featureChecks } from './feature-checks.ts';
import { type ReadReport, regressionChecks } from './regression.ts';

/** All that QA signs off: what runs in staging, the regression run by its reports, and each case of the feature test plan. */
export async function testChecks(
  context: Context,
  release: Release,
  reports: readonly ReadReport[],
  answers: { readonly passed: readonly string[]; readonly failed: readonly string[] },
): Promise<readonly PendingCheck[]> {
  const { plan, state } = release.journal;
  return [
    ...(await checkStaged(context, release)),
    // Who rejects on a forge may have none: then nothing is said of the suites.
    ...(reports.length === 0
      ? []
      : regressionChecks(plan.spec.testPlan.regression.mandatorySuites, reports, state.stage?.at)),
    ...(await featureChecks(context, release, answers)),
  ];
}
