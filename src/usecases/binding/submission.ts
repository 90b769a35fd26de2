import type { Journal } from '../release/journal.ts';
import type { Signing } from '../signing/signing.ts';

/** True where a submission counts that somebody answered for: where people sign, one whose signature holds, and of which that is known. */
export function isSubmissionProven(
  { counted }: Pick<Journal, 'counted'>,
  { facts, examination }: Pick<Signing, 'facts' | 'examination'>,
): boolean {
  const submission = counted.findLast((event) => event.type === 'cab.submitted');
  if (submission === undefined) return false;
  if (facts.mode !== 'required') return true;
  return examination?.refused.some((one) => one.hash === submission.hash) === false;
}
