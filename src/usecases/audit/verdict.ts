import type { AuditFinding } from '../../domain/history/audit.ts';
import { foldState } from '../../domain/history/fold.ts';
import type { ReleaseState } from '../../domain/history/state.ts';
import { OTHER_SETTINGS } from '../../domain/judge/rejudge.ts';
import { RelctlError } from '../../errors.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
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
  const problem = await problemOf(context, plan, policy, state);
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

async function problemOf(
  context: Pick<Context, 'store' | 'workspace'>,
  plan: ReleasePlan,
  policy: Policy,
  state: ReleaseState,
): Promise<string | undefined> {
  try {
    return await unprovenVerdict({ ...context, config: await loadConfig(context.workspace) }, plan, policy, state);
  } catch (error) {
    if (error instanceof RelctlError) return error.message;
    throw error;
  }
}
