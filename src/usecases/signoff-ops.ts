import type { Outcome } from '../domain/outcome/outcome.ts';
import { nextActions } from '../domain/process/process.ts';
import type { RecordedCheck } from './checks/check-lines.ts';
import { checkStaged } from './cluster/running.ts';
import { checkAlert } from './readiness/alerts.ts';
import { type Drill, drill, drillsAsked } from './readiness/drill.ts';
import { checkResource } from './readiness/provisioned.ts';
import { checkVariables } from './readiness/variables.ts';
import type { Context } from './release/context.ts';
import { flushOutbox } from './release/notify.ts';
import { openForCommand, type Release } from './release/open.ts';
import { checksInAnswer, recordSignoff } from './signoff/record.ts';

/** What an operator's flags may answer. */
export interface OpsAnswers {
  readonly decision?: string;
  readonly comment?: string;
  /** Alerts of the plan that are made to fire first. */
  readonly drill?: readonly string[];
}

/**
 * Operations' sign-off: staging runs what was staged, every resource and variable of the plan is there, and every new alert is
 * loaded, healthy, has fired in staging since the candidate was deployed there, and reached somebody.
 */
export async function signoffOps(context: Context, id: string, answers: OpsAnswers): Promise<Outcome> {
  const release = await openForCommand(context, id, 'signoff ops', undefined);
  const drilled = drillsAsked(release.journal.plan.spec, answers.drill ?? []);
  await flushOutbox(context, release);
  const drills = new Map<string, Drill>();
  for (const alert of drilled) drills.set(alert.name, await drill(context, id, alert));
  const checks = await readinessChecks(context, release, drills);
  await recordSignoff(context, release, { role: 'ops', checks, ...answers });
  const { journal } = release;
  const { decision } = journal.state.signoffs.ops?.data ?? {};
  return {
    result: 'done',
    headline: `Operations (${context.actor}) ${decision === 'pass' ? 'signs off' : 'rejects'} ${id}`,
    blocks: [
      ...checksInAnswer(context, { ...answers, checks }),
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: { release: id, phase: journal.state.phase, decision, checks, drills: Object.fromEntries(drills) },
    simulated: context.environments.simulated,
  };
}

async function readinessChecks(
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
