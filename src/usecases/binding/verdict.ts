import type { ReleaseState } from '../../domain/history/state.ts';
import { judgeSettings } from '../../domain/judge/asked-settings.ts';
import { type KeptSeries, unprovenPass } from '../../domain/judge/rejudge.ts';
import { RelctlError } from '../../errors.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Context } from '../release/context.ts';

/** Why the verdict of the deployment that is under way is not proved by the series that was kept; `undefined` where it is. */
export async function unprovenVerdict(
  context: Pick<Context, 'store' | 'config'>,
  plan: ReleasePlan,
  policy: Policy,
  { deployment }: Pick<ReleaseState, 'deployment'>,
): Promise<string | undefined> {
  const verdict = deployment?.verdict?.data;
  if (deployment === undefined || verdict?.verdict !== 'pass') return undefined;
  if (verdict.series === undefined) return 'no series was kept of it';
  try {
    const text = new TextDecoder().decode(await context.store.read(plan.id, verdict.series));
    const series = JSON.parse(text) as KeptSeries;
    return unprovenPass(series, judgeSettings(plan.spec, policy, context.config), deployment.attempt);
  } catch (error) {
    if (error instanceof RelctlError) return error.message;
    if (error instanceof SyntaxError || error instanceof TypeError) return 'its series does not read';
    throw error;
  }
}
