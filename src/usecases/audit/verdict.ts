import type { AuditFinding } from '../../domain/history/audit.ts';
import { foldState } from '../../domain/history/fold.ts';
import { OTHER_SETTINGS } from '../../domain/judge/rejudge.ts';
import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { command } from '../../text/command-line.ts';
import { unprovenVerdict } from '../binding/verdict.ts';
import type { Context } from '../release/context.ts';
import { loadConfig } from '../release/settings.ts';

/**
 * A finding where the last canary is recorded as passed and its kept series, judged again, does not say so. Settings that differ from
 * those of today are an error while the deployment may still go forward; later they only show that plan or policy have changed.
 */
export async function verdictFindings(
  context: Pick<Context, 'store' | 'workspace'>,
  plan: ReleasePlan,
  policy: Policy,
): Promise<readonly AuditFinding[]> {
  const state = foldState(plan.events);
  const verdict = state.deployment?.verdict;
  if (verdict?.data.verdict !== 'pass') return [];
  const config = await configOf(context.workspace);
  if (config instanceof RelctlError) return [unjudged(plan, config)];
  const problem = await unprovenVerdict({ store: context.store, config }, plan, policy, state);
  if (problem === undefined) return [];
  const isOver = state.deployment?.result !== 'running';
  return [
    {
      code: 'verdict-unproven',
      severity: isOver && problem === OTHER_SETTINGS ? 'warning' : 'error',
      seq: verdict.seq,
      problem: `the verdict on the canary is not proved: ${problem}`,
      fix: command`git log -p -- ${plan.file} shows who recorded it`,
    },
  ];
}

/** What is wrong with the settings of today says nothing of what happened then, and keeps it from being judged again. */
function unjudged({ id }: ReleasePlan, error: RelctlError): AuditFinding {
  const { file = 'relctl.yaml', line } = error.place ?? {};
  return {
    code: error.code,
    severity: 'error',
    unchecked: true,
    problem: `the verdict on the canary cannot be judged again with the settings of today: ${error.message}`,
    fix: `fix ${file}${line === undefined ? '' : `:${line}`}; then: ${command`relctl audit ${id}`}`,
  };
}

async function configOf(workspace: Workspace): Promise<Config | RelctlError> {
  try {
    return await loadConfig(workspace);
  } catch (error) {
    if (error instanceof RelctlError) return error;
    throw error;
  }
}
