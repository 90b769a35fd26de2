import type { AuditFinding } from '../../domain/history/audit.ts';
import { auditVersions, type CommittedHistory } from '../../domain/history/audit-versions.ts';
import { RelctlError } from '../../errors.ts';
import { isOnlySimulated } from '../../plan/counted.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { readStatus, splitDocument } from '../../plan/status-text.ts';
import { command } from '../../text/command-line.ts';
import type { ReadingContext } from '../release/context.ts';
import { findLostActs, lostSentence, unreadSentences } from '../signing/lost-acts.ts';
import type { Signing } from '../signing/signing.ts';
import { findProtectedBranch, signedProcesses, trustAt } from '../signing/trust.ts';

/** Compares the history with every version of it that was committed on the way to HEAD, and with the protected branch. */
export async function committedFindings(
  context: Pick<ReadingContext, 'signing'>,
  plan: ReleasePlan,
  { trust: rules, trouble }: Pick<Signing, 'trust' | 'trouble'>,
): Promise<readonly AuditFinding[]> {
  const ground = await context.signing();
  const { protectedBranch } = ground;
  const history = await protectedBranch.history(plan.file);
  const tip = await findProtectedBranch(protectedBranch);
  const there = tip === undefined ? undefined : await protectedBranch.read(tip.commit, plan.file);
  const committed = history.versions
    .filter(({ mainline }) => mainline)
    .flatMap(({ commit, bytes }) => historyOf(bytes, plan, `commit ${commit.slice(0, 12)}`));
  const [elsewhere] = there === undefined ? [] : historyOf(there, plan, tip?.name ?? '', tip?.ref);
  // Rules that do not read are a finding of their own, and the audit does not stop at them.
  const isReadable = tip !== undefined && trouble === undefined;
  const signed = isReadable ? await signedProcesses(protectedBranch, tip.commit) : [];
  const process = signed.includes(plan.metadata.process) ? plan.metadata.process : signed[0];
  const commit = rules?.commit ?? tip?.commit;
  // What says that it was played through in the sandbox, or follows another process, took the place of nothing that was signed. Keys
  // that cannot be read are a finding of their own, and show nothing.
  const isKnown = trouble === undefined && commit !== undefined && process !== undefined;
  const trust = isKnown ? await trustAt(protectedBranch, commit, process) : undefined;
  const lost = trust === undefined ? [] : await findLostActs(ground, plan, trust, history);
  const isPlayed = [
    { isPlayed: isOnlySimulated(plan.events) },
    ...committed,
    ...(elsewhere === undefined ? [] : [elsewhere]),
  ];
  return [
    ...auditVersions(plan, committed, elsewhere).map((one) =>
      isPlayed.every((each) => each.isPlayed) ? playedAnew(one) : one,
    ),
    ...lost.map((act) => ({
      code: 'signed-act-lost',
      severity: 'error' as const,
      problem: lostSentence(act),
      fix: command`git log -p --full-history -- ${plan.file}`,
    })),
    ...(trust === undefined ? [] : await unreadSentences(ground, plan, history)).map((problem) => ({
      code: 'version-unread',
      severity: 'error' as const,
      problem,
      fix: 'git log -p --full-history -- .gitattributes releases/.gitattributes',
    })),
    ...(history.isWhole ? [] : [shallow]),
  ];
}

const shallow: AuditFinding = {
  code: 'history-shallow',
  severity: 'warning',
  problem: 'this clone holds only the newest commits, so nobody knows whether something was taken out before',
  fix: 'git fetch --unshallow',
};

/** What was only ever played in the sandbox satisfies no gate, and may be played anew: what is kept of a demo, say. */
function playedAnew(finding: AuditFinding): AuditFinding {
  const problem = `${finding.problem}; all of it, then and now, was played in the sandbox`;
  return { ...finding, severity: 'warning', problem };
}

/** A history that was committed, and whether all of it was played in the sandbox. */
type Version = CommittedHistory & { readonly isPlayed: boolean };

/** A version that does not read, such as one with the marks of a merge, says nothing. */
function historyOf(bytes: Uint8Array, plan: ReleasePlan, where: string, ref?: string): readonly Version[] {
  try {
    const { status } = splitDocument(new TextDecoder().decode(bytes));
    const events = readStatus(status, plan.file, 1)?.events ?? [];
    const isPlayed = events.length === 0 || isOnlySimulated(events);
    return [{ where, ...(ref === undefined ? {} : { ref }), hashes: events.map((event) => event.hash), isPlayed }];
  } catch (error) {
    if (error instanceof RelctlError) return [];
    throw error;
  }
}
