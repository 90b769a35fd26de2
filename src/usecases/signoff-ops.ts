import { formatMoment, timeOf } from '../domain/calendar.ts';
import { RelctlError } from '../domain/errors.ts';
import type { Outcome } from '../domain/outcome.ts';
import { nextActions } from '../domain/process.ts';
import type { Spec } from '../plan/spec.ts';
import type { Context } from './context.ts';
import { clusterOf } from './deployment/run.ts';
import { flushOutbox } from './notify.ts';
import { openForCommand, type Release } from './release.ts';
import { recordSignoff, type SignoffCheck } from './signoff.ts';
import { shown } from './signoff-qa.ts';

/** How long a command of the plan may take to look at a resource. */
const COMMAND_TIMEOUT_MS = 60_000;

/** What an operator's flags may answer. */
export interface OpsAnswers {
  readonly decision?: string;
  readonly comment?: string;
}

/**
 * Operations' sign-off: every resource of the plan is looked at, and every new alert must be loaded, healthy and have fired in
 * staging since the candidate was deployed there.
 */
export async function signoffOps(context: Context, id: string, answers: OpsAnswers): Promise<Outcome> {
  const release = await openForCommand(context, id, 'signoff ops', undefined);
  await flushOutbox(context, release);
  const { spec } = release.journal.plan;
  const checks: SignoffCheck[] = [];
  for (const resource of spec.resources) checks.push(await checkResource(context, resource));
  for (const alert of spec.alerts) checks.push(await checkAlert(context, release, alert));
  if (checks.length === 0) {
    checks.push({ name: 'readiness', ok: true, detail: 'the plan needs no new resource and no new alert' });
  }
  await recordSignoff(context, release, { role: 'ops', checks, evidence: [], ...answers });
  const { journal } = release;
  const { decision } = journal.state.signoffs.ops?.data ?? {};
  return {
    result: 'done',
    headline: `Operations (${context.actor}) ${decision === 'pass' ? 'signs off' : 'rejects'} ${id}`,
    blocks: [
      { kind: 'checks', checks: checks.map(shown) },
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: { release: id, phase: journal.state.phase, decision, checks },
    simulated: context.environments.simulated,
  };
}

async function checkResource(context: Context, resource: Spec['resources'][number]): Promise<SignoffCheck> {
  const name = `resource ${resource.name} (${resource.environment})`;
  if (resource.command !== undefined) {
    const { exitCode, output } = await context.environments.commands.run(resource.command, {
      timeout: COMMAND_TIMEOUT_MS,
    });
    return {
      name,
      ok: exitCode === 0,
      detail: `${resource.command[0]} exits ${exitCode ?? 'by its deadline'}: ${lastLine(output)}`,
    };
  }
  const { object } = resource;
  if (object === undefined) return { name, ok: false, detail: 'the plan does not say how it is looked at' };
  const cluster = clusterOf(context, resource.environment);
  const live = await cluster.get(object);
  if (live === undefined)
    return { name, ok: false, detail: `${object.kind}/${object.name} does not exist in ${cluster.name}` };
  if (object.condition === undefined) return { name, ok: true, detail: `${object.kind}/${object.name} exists` };
  const conditions = (live.status as { conditions?: { type: string; status: string; message?: string }[] } | undefined)
    ?.conditions;
  const condition = conditions?.find((one) => one.type === object.condition);
  return condition?.status === 'True'
    ? { name, ok: true, detail: `${object.kind}/${object.name} is ${object.condition}` }
    : {
        name,
        ok: false,
        detail: `${object.kind}/${object.name} is not ${object.condition}${condition?.message ? `: ${condition.message}` : ''}`,
      };
}

async function checkAlert(context: Context, release: Release, alert: Spec['alerts'][number]): Promise<SignoffCheck> {
  const name = `alert ${alert.name}`;
  const { timeZone } = release.journal.plan.spec.window;
  const alerts = context.environments.alerts('staging');
  const staged = timeOf(release.journal.state.stage?.at ?? '');
  try {
    const rule = await alerts.rule(alert.name);
    if (!rule.loaded) return { name, ok: false, detail: 'its rule is not loaded in staging' };
    if (!rule.healthy) return { name, ok: false, detail: `its rule is not healthy: ${rule.problem ?? 'unknown'}` };
    const fired = await alerts.lastFired(alert.name, { from: staged, to: context.clock.now() });
    return fired === undefined
      ? { name, ok: false, detail: 'it has not fired in staging since the candidate was deployed there' }
      : { name, ok: true, detail: `fired in staging ${formatMoment(fired, timeZone)}` };
  } catch (error) {
    if (error instanceof RelctlError) return { name, ok: false, detail: error.message };
    throw error;
  }
}

/** The last line of an output that says something. */
export function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1) ?? '';
}
