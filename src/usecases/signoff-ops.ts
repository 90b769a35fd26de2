import type { Outcome } from '../domain/outcome/outcome.ts';
import { nextActions } from '../domain/process/process.ts';
import { type Drill, drill, drillsAsked } from './readiness/drill.ts';
import { readinessChecks } from './readiness/readiness-checks.ts';
import { checkText } from './release/answers.ts';
import type { Context } from './release/context.ts';
import { flushOutbox } from './release/notify.ts';
import { openForCommand } from './release/pass-gates.ts';
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
  const release = await openForCommand(context, id, 'signoff ops', undefined, {
    objects: answers.decision === 'reject',
  });
  const drilled = drillsAsked(release.journal.plan.spec, answers.drill ?? []);
  if (answers.decision !== 'pass') checkText(answers.comment, '--comment');
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
