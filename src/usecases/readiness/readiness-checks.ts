import type { RecordedCheck } from '../checks/check-lines.ts';
import { checkStaged } from '../cluster/running.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { checkAlert } from './alerts.ts';
import type { Drill } from './drill.ts';
import { checkResource } from './provisioned.ts';
import { checkVariables } from './variables.ts';

/** All that Operations confirms of staging, looked at now: what runs there, resources, variables, and alerts with those that were drilled. */
export async function readinessChecks(
  context: Context,
  release: Release,
  drills: ReadonlyMap<string, Drill>,
): Promise<readonly RecordedCheck[]> {
  const { spec } = release.journal.plan;
  const [staged, resources, variables, alerts] = await Promise.all([
    checkStaged(context, release),
    Promise.all(spec.resources.map((resource) => checkResource(context, resource))),
    checkVariables(context, release),
    Promise.all(spec.alerts.map((alert) => checkAlert(context, release, alert, drills.get(alert.name)))),
  ]);
  const needed = [...resources, ...variables, ...alerts];
  const nothing = { name: 'readiness', ok: true, detail: 'the plan needs no new resource, variable or alert' };
  return [...staged, ...(needed.length === 0 ? [nothing] : needed)];
}
