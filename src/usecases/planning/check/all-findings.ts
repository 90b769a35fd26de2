import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import { decide } from '../../../domain/process/process.ts';
import type { RiskScore } from '../../../domain/risk/score.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import type { Context } from '../../release/context.ts';
import type { Release } from '../../release/open.ts';
import { type PlacedFinding, placed } from '../answer/findings.ts';
import { riskFindings } from './calculated-risk.ts';
import { observedFindings } from './observed.ts';

/**
 * All that is found of a plan, each with its place: gaps in the file, the time, what git and the manifests say, the risk. What
 * `plan` leaves to a person and what `plan --check` finds is the same list.
 * @param impact what lies between base and candidate, where it was read already
 */
export async function allFindings(
  context: Context,
  release: Release,
  risk: RiskScore,
  impact?: Impact,
): Promise<readonly PlacedFinding[]> {
  const { journal, policy } = release;
  const { plan } = journal;
  return [
    ...release.facts().findings(),
    ...timeFindings(release),
    ...(await observedFindings(context, plan, policy, impact)),
    ...riskFindings(plan.spec, risk),
  ].map((finding) => placed(plan, finding));
}

/** What would refuse the submission for its time: lead time, freezes, clashes. They are warnings, because exceptions are possible. */
function timeFindings(release: Release): readonly PlanFinding[] {
  if (release.journal.state.phase !== 'draft') return [];
  return decide('submit-cab', release.facts())
    .filter((refusal) => refusal.exceptionable)
    .map(({ gate, sentence, command, suggestions = [] }) => ({
      code: gate,
      severity: 'warning',
      path: ['spec', 'window', 'start'],
      problem: sentence,
      fix: suggestions[0] ?? command,
    }));
}
