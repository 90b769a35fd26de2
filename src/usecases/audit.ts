import { type AuditFinding, auditHistory } from '../domain/audit.ts';
import { auditDeployer } from '../domain/audit-deployer.ts';
import type { Block, Outcome } from '../domain/outcome.ts';
import { unsignedNotice } from '../domain/signing/notice.ts';
import { signatureFindings } from '../domain/signing/verdicts.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import { checkEvidence, evidenceOf } from './audit/evidence.ts';
import { committedFindings } from './audit/versions.ts';
import type { ReadingContext } from './context.ts';
import { openSigning, type Signing } from './signing/open.ts';

/** What an audit reads. It needs no cluster and no network. */
export type AuditContext = Pick<ReadingContext, 'store' | 'workspace' | 'signing' | 'clock'>;

/** What an audit of one release came to. */
export interface Audited {
  readonly plan: ReleasePlan;
  readonly signing: Signing;
  readonly evidence: number;
  readonly findings: readonly AuditFinding[];
  /** True when all that is recorded was made on the sandbox. */
  readonly simulated: boolean;
}

/**
 * Re-checks the whole history of a release offline: chain, digests, votes and people, signatures against the protected branch,
 * evidence, and that no committed event is gone. Errors: those of a file that does not read.
 */
export async function audit(context: AuditContext, id: string): Promise<Outcome> {
  const { plan, signing, evidence, findings, simulated } = await auditRelease(context, id);
  const errors = findings.filter((finding) => finding.severity === 'error');
  return {
    result: errors.length === 0 ? 'done' : 'failed',
    headline:
      errors.length === 0
        ? `${id}: ${plan.events.length} events and ${evidence} files of evidence hold`
        : `${id}: the history does not hold (${errors.length} ${errors.length === 1 ? 'finding' : 'findings'})`,
    blocks: [...signingBlock(signing), { kind: 'checks', checks: findings.map(shownFinding) }],
    data: {
      release: id,
      events: plan.events.length,
      evidence,
      head: plan.events.at(-1)?.hash ?? null,
      signing: signing.facts.mode,
      signed: signing.examination?.held ?? 0,
      findings,
    },
    simulated,
  };
}

/** Audits one release. A release that was only rehearsed stands under no signatures. */
export async function auditRelease(context: AuditContext, id: string): Promise<Audited> {
  const plan = await context.store.load(id);
  const simulated = plan.events.length > 0 && plan.events.every((event) => event.simulated === true);
  const signing = await openSigning({ ...context, environments: { simulated } }, plan);
  const evidence = evidenceOf(plan.events);
  const findings = [
    ...auditHistory(plan, signing.policy),
    ...auditDeployer(plan, signing.policy),
    ...troubleOf(signing),
    ...(signing.examination === undefined ? [] : signatureFindings(plan, signing.examination)),
    ...(await checkEvidence(context, id, evidence)),
    ...(await committedFindings(context, plan)),
  ];
  return { plan, signing, evidence: evidence.length, findings: once(findings), simulated };
}

/** A finding as a line of a checklist. */
export function shownFinding(finding: AuditFinding): { state: 'failed' | 'warning'; text: string; detail: string } {
  return {
    state: finding.severity === 'error' ? 'failed' : 'warning',
    text: `${finding.code}${finding.seq === undefined ? '' : ` in event ${finding.seq}`}: ${finding.problem}`,
    detail: finding.fix,
  };
}

function signingBlock(signing: Signing): readonly Block[] {
  const notice = unsignedNotice(signing.facts);
  if (notice !== undefined) return [{ kind: 'checks', checks: [{ state: 'warning', text: notice }] }];
  if (signing.branch === undefined || signing.examination === undefined) return [];
  return [
    {
      kind: 'facts',
      facts: [
        ['signed', `${signing.examination.held} acts, checked with ssh-keygen`],
        ['rules and keys', `${signing.branch} (${signing.trust?.commit.slice(0, 12)})`],
      ],
    },
  ];
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
