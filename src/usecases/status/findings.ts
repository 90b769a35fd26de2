import type { ReleaseState } from '../../domain/history/state.ts';
import type { PlanFinding } from '../../domain/plan-rules/plan-check.ts';
import type { Phase } from '../../domain/process/phases.ts';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { type PlacedFinding, placed } from '../planning/answer/findings.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';

/** Phases in which what is found of a plan is told: until the board has decided. */
const NOT_DECIDED: readonly Phase[] = ['draft', 'submitted'];

/** Whether the findings of its plan are told of a release. */
export function isNotDecided({ phase }: Pick<ReleaseState, 'phase'>): boolean {
  return NOT_DECIDED.includes(phase);
}

/** What `plan --check` finds. What cannot be looked at is a finding too: the rest of the status is still told. */
export async function findingsOf(
  release: Release,
  whole: (() => Promise<Context>) | undefined,
): Promise<readonly PlacedFinding[] | undefined> {
  const { plan, state } = release.journal;
  if (whole === undefined || !isNotDecided(state)) return undefined;
  let context: Context | undefined;
  // A plan that was remembered does not know its lines.
  const placedIn = async (findings: readonly PlanFinding[]) => {
    const written = (await context?.store.load(plan.id)) ?? plan;
    return findings.map((finding) => placed(written, finding));
  };
  try {
    const [{ observe }, { onceSubmitted }] = await Promise.all([
      import('../planning/check/observe.ts'),
      import('../binding/once-submitted.ts'),
    ]);
    context = await whole();
    const { findings } = await observe({ ...context, manifests: onceSubmitted(context, plan.id) }, release);
    return await placedIn(findings);
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    const findings = release.facts().findings();
    const fix = error.hints[0] ?? command`relctl plan ${plan.id} --check`;
    const severity = error.code === 'config.unreviewed' ? ('warning' as const) : ('error' as const);
    const unseen = { code: error.code, severity, path: ['spec'], problem: error.message, fix };
    // What a rule of the plan found is not said a second time.
    const isFound = findings.some(({ problem }) => problem === unseen.problem);
    return await placedIn(isFound ? findings : [...findings, unseen]);
  }
}
