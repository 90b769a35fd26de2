import { actOf, mustBeSigned } from '../../domain/signing/acts.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import type { Release } from '../release/open.ts';

/** What nobody ever signs and a review repeats: text of whoever wrote the file. */
const NEVER_SIGNED: readonly RecordedEvent['type'][] = ['hypercare.handed-over', 'stage.failed'];

/**
 * Which events a review calls claimed: where people sign, what nothing proves. The document is signed with the review, so that it says of nothing more than
 * was known.
 */
export function claimedIn({ journal, signing, policy }: Release): (event: RecordedEvent) => boolean {
  if (signing.facts.mode !== 'required') return () => false;
  return (event) => {
    const act = actOf(event);
    const isSigned = act === undefined ? !NEVER_SIGNED.includes(event.type) : !mustBeSigned(act, policy);
    return !isSigned && !journal.proves(event);
  };
}
