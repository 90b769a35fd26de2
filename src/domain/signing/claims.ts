import type { EventType, RecordedEvent } from '../../plan/events.ts';
import type { AuditFinding } from '../history/audit.ts';

/** What nobody signs and a release goes on by after its deployment. That a check failed is no claim: it keeps the release back. */
const CLAIMS: readonly EventType[] = [
  'verify.recorded',
  'hypercare.started',
  'hypercare.observed',
  'incident.closed',
  'success.judged',
  'review.closed',
];

/**
 * What is recorded of this candidate after its deployment and rests on the word of whoever wrote the file, unless it stands on the protected
 * branch.
 * @param events those that count
 */
export function claimsOf(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const begun = events.findLastIndex((event) => event.type === 'plan.reopened' || event.type === 'deploy.started');
  return events.slice(begun + 1).filter((event) => CLAIMS.includes(event.type) && !isBad(event));
}

function isBad(event: RecordedEvent): boolean {
  if (event.type === 'verify.recorded') return !event.data.ok;
  return event.type === 'hypercare.observed' && !event.data.healthy;
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
