import type { EventType } from './events.ts';

/**
 * What an event may do where approvals are signed and nobody signed it. Only what is signed, or can be computed again from what is signed,
 * relaxes a check; everything else informs, or asks for more.
 *
 * - `signed`: it relaxes, so it counts only with the signature of somebody entitled (`domain/signing/acts.ts`).
 * - `by step`: so do steps whose end nothing else tells: snapshots, and what was done to the data. All others are looked at or done again.
 * - `takes back`: it takes an approval back, or keeps a release from going on. It is signed, so that nobody takes it out unnoticed; where it is not, it
 *   still keeps a release back, and the audit names it.
 * - `computed`: it relaxes, so it counts only where it follows from what is signed.
 * - `tightens`: it keeps a person or a step from counting. No objection goes with it.
 * - `informs`: no gate and no way back rests on it.
 */
export type WithoutSignature = 'signed' | 'by step' | 'takes back' | 'computed' | 'tightens' | 'informs';

/** For each type of event what it may do unsigned. A new type takes a place here, and is held to it (`test/unit/plan/unsigned.test.ts`). */
export const WITHOUT_SIGNATURE: { readonly [T in EventType]: WithoutSignature } = {
  // Whom it names gives no Go any more, and keeps their seat and their No-Go.
  'plan.created': 'tightens',
  'plan.revised': 'tightens',
  // Every approval is given anew.
  'plan.reopened': 'takes back',
  'branches.chosen': 'signed',
  'exception.granted': 'signed',
  'cab.submitted': 'signed',
  'cab.voted': 'signed',
  // Votes are counted again.
  'cab.decided': 'computed',
  'condition.closed': 'signed',
  // Both sign-offs are given anew.
  'stage.started': 'takes back',
  'stage.completed': 'signed',
  // What was begun and is not completed is staged again either way.
  'stage.failed': 'informs',
  'signoff.recorded': 'signed',
  'deploy.started': 'signed',
  // A hold ends with it.
  'deploy.resumed': 'signed',
  'step.intended': 'by step',
  'step.completed': 'by step',
  'step.failed': 'by step',
  'canary.judged': 'signed',
  'canary.held': 'takes back',
  'canary.promoted': 'signed',
  'deploy.completed': 'signed',
  'deploy.aborted': 'takes back',
  'rollback.started': 'takes back',
  'rollback.completed': 'signed',
  // Production is looked at each time that a rollback goes on.
  'rollback.failed': 'informs',
  'release.frozen': 'takes back',
  'notification.queued': 'informs',
  'notification.sent': 'informs',
  'notification.failed': 'informs',
  'change-record.begun': 'informs',
  'change-record.refused': 'informs',
  'change-record.linked': 'informs',
  'rehearsal.recorded': 'informs',
  'verify.recorded': 'signed',
  'hypercare.started': 'signed',
  'hypercare.observed': 'signed',
  'hypercare.extended': 'signed',
  'hypercare.handed-over': 'informs',
  'hypercare.closed': 'signed',
  'incident.opened': 'signed',
  'incident.closed': 'signed',
  'success.observed': 'signed',
  'success.judged': 'signed',
  'review.invited': 'informs',
  'review.drafted': 'informs',
  'review.closed': 'signed',
};
