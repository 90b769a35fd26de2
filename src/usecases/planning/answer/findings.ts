import type { Check } from '../../../domain/outcome/outcome.ts';
import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';

/** A finding of the check with its place in the file, as `--json` documents it. */
export interface PlacedFinding extends PlanFinding {
  /** `file:line:column`. */
  readonly at: string;
}

/** Puts the place of a finding to it. */
export function placed(plan: Pick<ReleasePlan, 'place' | 'file'>, finding: PlanFinding): PlacedFinding {
  const { file, line, column } = plan.place(finding.path);
  return { ...finding, at: [file, line, column].filter((part) => part !== undefined).join(':') };
}

/** Findings as a checklist: what is wrong, what waits for a person to write, what to look at. */
export function findingChecks(findings: readonly PlacedFinding[]): readonly Check[] {
  const order: readonly Check['state'][] = ['failed', 'pending', 'warning'];
  return findings
    .map(({ at, code, severity, problem, fix }): Check => {
      const state = severity === 'warning' ? 'warning' : code === 'plan.unwritten' ? 'pending' : 'failed';
      return { state, text: `${at} ${problem}`, detail: fix };
    })
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}
