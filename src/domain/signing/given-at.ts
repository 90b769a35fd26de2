import type { RecordedEvent } from '../../plan/events.ts';
import { timeOf } from '../schedule/calendar.ts';
import { forgeProofOf, signatureOf } from './acts.ts';

/**
 * When an act was given at the latest, RFC 3339: the earliest of what is recorded, what was signed, and what the forge says. Whoever may push
 * can date an event anew, by as long as an act may take to be taken in; the signature keeps its own time.
 */
export function givenAt(event: Pick<RecordedEvent, 'at' | 'data'>): string {
  const times = [event.at, issuedAt(signatureOf(event)?.statement), forgeProofOf(event)?.at];
  const [first = event.at] = times
    .filter((one): one is string => typeof one === 'string' && !Number.isNaN(timeOf(one)))
    .sort((one, other) => timeOf(one) - timeOf(other));
  return first;
}

/** The time in a signed text, without the schema of the rest: pages that only read need it too. */
function issuedAt(statement: string | undefined): unknown {
  if (statement === undefined) return undefined;
  try {
    const read = JSON.parse(statement) as { readonly predicate?: { readonly issuedAt?: unknown } } | null;
    return read?.predicate?.issuedAt;
  } catch {
    return undefined;
  }
}
