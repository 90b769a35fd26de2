import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { CandidateRepository } from '../../../ports/repository.ts';
import { command } from '../../../text/command-line.ts';

/** Branches of which the base once took something back: the candidate lacks it, although the branch holds it. */
export async function revertedFindings(
  repository: Pick<CandidateRepository, 'reverted' | 'resolve'>,
  { spec: { candidate } }: ReleasePlan,
): Promise<readonly PlanFinding[]> {
  const findings: PlanFinding[] = [];
  for (const [index, { name, head }] of candidate.branches.entries()) {
    const known = await repository.resolve(head).catch(() => undefined);
    if (known === undefined) continue;
    for (const { commit, reverted, isMerge } of await repository.reverted(candidate.base, known)) {
      findings.push({
        code: 'candidate.reverted',
        severity: 'warning',
        path: ['spec', 'candidate', 'branches', index],
        problem: `${candidate.base} took back ${isMerge ? 'a merge' : 'a commit'} of ${name} (${commit.slice(0, 12)} reverts ${reverted.slice(0, 12)}): the candidate lacks what it brought, because git takes it for merged`,
        fix: `on the branch: ${command`git merge ${candidate.base} && git revert ${commit}`}; then build the candidate again`,
      });
    }
  }
  return findings;
}
