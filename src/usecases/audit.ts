import type { Block, Outcome } from '../domain/outcome/outcome.ts';
import { unsignedNotice } from '../domain/signing/notice.ts';
import { plural } from '../text/plural.ts';
import { type AuditContext, auditRelease, shownFinding } from './audit/one.ts';
import type { Signing } from './signing/signing.ts';

/**
 * Re-checks the whole history of a release offline: chain, digests, votes and people, signatures against the protected branch,
 * evidence, and that no committed event is gone. Errors: those of a file that does not read.
 */
export async function audit(context: AuditContext, id: string): Promise<Outcome> {
  const { plan, signing, evidence, findings, simulated } = await auditRelease(context, id);
  const errors = findings.filter((finding) => finding.severity === 'error');
  const isUnchecked = errors.every(({ unchecked = false }) => unchecked);
  return {
    result: errors.length === 0 ? 'done' : 'failed',
    headline:
      errors.length === 0
        ? `${id}: valid, with ${plan.events.length} events and ${evidence} files of evidence`
        : `${id}: the history ${isUnchecked ? 'could not be checked in full' : 'is not valid'} (${plural(errors.length, 'finding')})`,
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
