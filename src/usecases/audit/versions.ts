import type { AuditFinding } from '../../domain/history/audit.ts';
import { auditVersions, type CommittedHistory } from '../../domain/history/audit-versions.ts';
import { RelctlError } from '../../errors.ts';
import { parseReleasePlan, type ReleasePlan } from '../../plan/release-plan.ts';
import type { ReadingContext } from '../release/context.ts';
import { findProtectedBranch } from '../signing/trust.ts';

/** A release has a few dozen transitions; what was committed before these many versions was held against later ones then. */
const MOST_VERSIONS = 200;

/** Compares the history with every version of it that was committed on the way to HEAD, and with the protected branch. */
export async function committedFindings(
  context: Pick<ReadingContext, 'signing'>,
  plan: ReleasePlan,
): Promise<readonly AuditFinding[]> {
  const { protectedBranch } = await context.signing();
  const versions = await protectedBranch.versions(plan.file, MOST_VERSIONS);
  const committed = versions.flatMap(({ commit, bytes }) => historyOf(bytes, plan, `commit ${commit.slice(0, 12)}`));
  const tip = await findProtectedBranch(protectedBranch);
  const there = tip === undefined ? undefined : await protectedBranch.read(tip.commit, plan.file);
  const [elsewhere] = there === undefined ? [] : historyOf(there, plan, tip?.name ?? '');
  return auditVersions(plan, committed, elsewhere);
}

/** A version that does not read, such as one with the marks of a merge, says nothing. */
function historyOf(bytes: Uint8Array, plan: ReleasePlan, where: string): readonly CommittedHistory[] {
  try {
    const { events } = parseReleasePlan(bytes, plan.file, plan.id);
    return [{ where, hashes: events.map((event) => event.hash) }];
  } catch (error) {
    if (error instanceof RelctlError) return [];
    throw error;
  }
}
