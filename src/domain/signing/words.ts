import type { RecordedEvent } from '../../plan/events.ts';
import type { SigningFacts } from '../gates/gate.ts';
import { isRecord } from './acts.ts';
import type { Examination } from './verdicts.ts';

/**
 * What pages call the approvals of a release.
 *
 * - `signed`: every act that counts carries a signature that was looked at and holds.
 * - `nothing signed`: signatures are required, and nobody has acted yet.
 * - `not proved`: something in the history has no signature that holds, so the phase is what the file claims.
 * - `unchecked`: rules or keys cannot be read here.
 * - `unsigned`, `simulated`: nobody signs, in this company or in the sandbox.
 */
export type ApprovalsWord = 'signed' | 'nothing signed' | 'not proved' | 'unchecked' | 'unsigned' | 'simulated';

/** What was found out about the signatures of a release. */
export interface LookedAt {
  readonly facts: Pick<SigningFacts, 'mode' | 'trouble'>;
  readonly examination: Pick<Examination, 'held' | 'refused'> | undefined;
  /** What is recorded of the time after the deployment and nothing proves. */
  readonly claims?: readonly RecordedEvent[];
}

/** The one word for the approvals of a release: only what was examined is called signed. */
export function approvalsWord({ facts, examination }: LookedAt): ApprovalsWord {
  if (facts.mode !== 'required') return facts.mode;
  if (facts.trouble !== undefined || examination === undefined) return 'unchecked';
  if (examination.refused.some((one) => one.standing !== 'superseded')) return 'not proved';
  return examination.held === 0 ? 'nothing signed' : 'signed';
}

/** True where the phase rests on a record of what was done that nothing proves: it is left in the state, so that a way back stays open. */
export function isClaimed({ facts, examination, claims }: LookedAt): boolean {
  // Rules that do not read prove nothing.
  if (facts.trouble !== undefined) return true;
  if (claims !== undefined && claims.length > 0) return true;
  return examination?.refused.some((one) => one.standing !== 'superseded' && isRecord(one.act)) === true;
}
