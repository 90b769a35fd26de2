import type { RecordedEvent } from '../../plan/events.ts';
import type { AuditFinding } from '../history/audit.ts';
import { actOf, keepsBack } from './acts.ts';

/**
 * What is recorded of this candidate after its deployment and brings it further. Where it is not signed and does not stand on the protected
 * branch it rests on the word of whoever wrote the file. That a check failed is no claim: it keeps the release back.
 * @param events those that count
 */
export function claimsOf(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const begun = events.findLastIndex((event) => event.type === 'plan.reopened' || event.type === 'deploy.started');
  return events.slice(begun + 1).filter((event) => actOf(event) === 'outcome' && !keepsBack(event));
}

/** One warning for all of them: they are no error, and nothing that they say is proved. */
export function claimFindings(claims: readonly RecordedEvent[], branch: string): readonly AuditFinding[] {
  const [first] = claims;
  if (first === undefined) return [];
  const types = [...new Set(claims.map((event) => event.type))].join(', ');
  return [
    {
      code: 'claimed',
      severity: 'warning',
      seq: first.seq,
      problem: `what is recorded after the deployment is claimed, and nothing proves it: ${types}`,
      fix: `have the records merged into ${branch}`,
    },
  ];
}
