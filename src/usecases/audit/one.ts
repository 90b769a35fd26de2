import { type AuditFinding, auditHistory } from '../../domain/history/audit.ts';
import { auditDeployer } from '../../domain/history/audit-deployer.ts';
import { evidenceOf } from '../../domain/records/evidence.ts';
import { claimFindings } from '../../domain/signing/claims.ts';
import { signatureFindings } from '../../domain/signing/verdicts.ts';
import { isOnlySimulated } from '../../plan/counted.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import type { ReadingContext } from '../release/context.ts';
import { aheadOf } from '../release/doubts.ts';
import { openSigning } from '../signing/open.ts';
import type { Signing } from '../signing/signing.ts';
import { checkEvidence } from './evidence.ts';
import { forgeProofs } from './forge.ts';
import { verdictFindings } from './verdict.ts';
import { committedFindings } from './versions.ts';

/** What an audit reads. It needs no cluster and no network. */
export type AuditContext = Pick<ReadingContext, 'store' | 'workspace' | 'signing' | 'clock'>;

/** What an audit of one release came to. */
export interface Audited {
  readonly plan: ReleasePlan;
  readonly signing: Signing;
  readonly evidence: number;
  readonly findings: readonly AuditFinding[];
  /** True when all that is recorded was made in the sandbox. */
  readonly simulated: boolean;
}

/** Audits one release. A release that was only rehearsed stands under no signatures. */
export async function auditRelease(context: AuditContext, id: string): Promise<Audited> {
  const plan = await context.store.load(id);
  const simulated = isOnlySimulated(plan.events);
  const signing = await openSigning({ ...context, environments: { simulated } }, plan);
  const evidence = evidenceOf(plan.events);
  const findings = [
    ...auditHistory(plan, signing.policy, signing.sealing?.proves),
    ...aheadFindings(plan, signing, context.clock.now()),
    ...auditDeployer(plan, signing.policy),
    ...troubleOf(signing),
    ...(signing.examination === undefined ? [] : signatureFindings(plan, signing.examination)),
    ...claimFindings(signing.claims ?? [], signing.branch ?? 'the protected branch'),
    ...(await verdictFindings(context, plan, signing.policy)),
    ...(await checkEvidence(context, id, evidence)),
    ...(await committedFindings(context, plan, signing)),
    ...(await forgeProofs(context, plan)),
  ];
  return { plan, signing, evidence: evidence.length, findings: once(findings), simulated };
}

function aheadFindings({ events, file }: ReleasePlan, signing: Signing, now: number): readonly AuditFinding[] {
  return aheadOf(events, signing, now).map(({ seq, problem }) => ({
    code: 'event-ahead',
    severity: 'error',
    seq,
    problem: `event ${seq} ${problem}: it was not recorded then`,
    fix: command`git log -p -- ${file} shows who recorded it; git revert "<commit>" takes that back`,
  }));
}

/** A finding as a line of a checklist. */
export function shownFinding(finding: AuditFinding): { state: 'failed' | 'warning'; text: string; detail: string } {
  return {
    state: finding.severity === 'error' ? 'failed' : 'warning',
    text: `${finding.code}${finding.seq === undefined ? '' : ` in event ${finding.seq}`}: ${finding.problem}`,
    detail: finding.fix,
  };
}

function troubleOf(signing: Signing): readonly AuditFinding[] {
  const { trouble } = signing;
  if (trouble === undefined) return [];
  const fault = trouble.data?.fault;
  return [
    {
      code: typeof fault === 'string' ? fault : trouble.code,
      severity: 'error',
      problem: trouble.message,
      fix: trouble.hints[0] ?? 'relctl doctor',
    },
  ];
}

/** Two rules may find the same thing of the same event. */
function once(findings: readonly AuditFinding[]): readonly AuditFinding[] {
  return findings.filter(
    (finding, index) => findings.findIndex((one) => one.code === finding.code && one.seq === finding.seq) === index,
  );
}
