import { genesisHash } from '../../plan/chain.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import type { AuditFinding } from './audit.ts';

/** The history of a release as it once was committed. */
export interface CommittedHistory {
  /** Commit, shortened for people, or the name of a branch. */
  readonly where: string;
  /** Full name of the branch, for git. */
  readonly ref?: string;
  /** Hashes of its events, in order. */
  readonly hashes: readonly string[];
}

/**
 * A chain of hashes shows every change but one: that its end was cut off, or all of it replaced by another that holds. What was
 * committed before shows that.
 * @param committed versions on the way to HEAD
 * @param elsewhere the version on the protected branch; it may be ahead of this work tree
 */
export function auditVersions(
  plan: Pick<ReleasePlan, 'id' | 'file' | 'events'>,
  committed: readonly CommittedHistory[],
  elsewhere: CommittedHistory | undefined,
): readonly AuditFinding[] {
  const hashes = new Set([genesisHash(plan.id), ...plan.events.map((event) => event.hash)]);
  const lost = committed.find((version) => !hashes.has(headOf(plan.id, version)));
  if (lost !== undefined) return [lostFinding(plan, lost)];
  if (elsewhere === undefined || hashes.has(headOf(plan.id, elsewhere))) return [];
  return isPrefix(plan, elsewhere)
    ? [
        {
          code: 'history-behind',
          severity: 'warning',
          problem: `${elsewhere.where} has ${elsewhere.hashes.length - plan.events.length} events more than this work tree`,
          fix: command`git merge ${elsewhere.ref ?? elsewhere.where}`,
        },
      ]
    : [lostFinding(plan, elsewhere)];
}

function lostFinding(plan: Pick<ReleasePlan, 'id' | 'file' | 'events'>, version: CommittedHistory): AuditFinding {
  const missing = version.hashes.findIndex((hash) => !plan.events.some((event) => event.hash === hash));
  return {
    code: isPrefix(plan, version) ? 'history-cut' : 'history-rewritten',
    severity: 'error',
    seq: missing + 1,
    problem: isPrefix(plan, version)
      ? `${version.where} holds events from ${missing + 1} to ${version.hashes.length} that are gone from the file`
      : `${version.where} holds another event ${missing + 1} than the file: the history was replaced`,
    fix: command`git log -p --first-parent -- ${plan.file}`,
  };
}

/** True when the version begins with the whole history of the plan. */
function isPrefix(plan: Pick<ReleasePlan, 'events'>, version: CommittedHistory): boolean {
  return plan.events.every((event, index) => version.hashes[index] === event.hash);
}

function headOf(id: string, version: CommittedHistory): string {
  return version.hashes.at(-1) ?? genesisHash(id);
}
