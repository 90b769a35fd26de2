import type { EventOf, RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import { seatOf } from '../people/delegates.ts';
import { samePerson } from '../people/people.ts';
import { closes } from '../process/condition-id.ts';
import { signatureOf } from './acts.ts';
import { SIGNATURE_FAULTS } from './faults.ts';
import type { RefusedAct } from './refused-act.ts';
import { readStatement } from './statement.ts';

/** Something recorded that says no, and that the state of the release leaves out because it is not proved. */
export interface Objection {
  readonly event: RecordedEvent;
  /** Why it is left out. */
  readonly why: string;
}

/**
 * What says no and does not hold. Proof is needed to go forward, never to object: else whoever can spoil a signature, or takes a key away,
 * turns a No-Go into the Go before it. An objection ends with a new round, or when the same person says otherwise in a way that holds.
 * @param events those that count
 * @param leftOut hashes of what the state of the release leaves out
 */
export function objectionsOf(
  events: readonly RecordedEvent[],
  refused: readonly RefusedAct[],
  unfounded: readonly EventOf<'cab.decided'>[],
  leftOut: ReadonlySet<string>,
): readonly Objection[] {
  const why = new Map([
    ...refused
      .filter((one) => one.standing === 'live')
      .map((one) => [one.hash, `${SIGNATURE_FAULTS[one.fault.code]} (${one.fault.detail})`] as const),
    ...unfounded.map((one) => [one.hash, 'it does not follow from the votes that count'] as const),
  ]);
  const holding = events.filter((event) => !leftOut.has(event.hash));
  return events.flatMap((event) => {
    const reason = why.get(event.hash);
    return reason !== undefined && objects(event, holding) && !isLifted(event, holding) ? [{ event, why: reason }] : [];
  });
}

function objects(event: RecordedEvent, holding: readonly RecordedEvent[]): boolean {
  switch (event.type) {
    case 'cab.voted':
      return [event.data.decision, signedDecision(event)].includes('no-go') || asks(event, holding);
    case 'cab.decided':
      return event.data.decision === 'no-go';
    case 'signoff.recorded':
      return [event.data.decision, signedDecision(event)].includes('reject');
    // A new submission takes back what was approved before it.
    case 'cab.submitted':
      return holding.some((one) => one.type === 'cab.submitted' && one.seq < event.seq);
    default:
      return false;
  }
}

/** What was decided as the statement says that was signed: whoever may write can make another word of it in the event. */
function signedDecision(event: RecordedEvent): string | undefined {
  const { statement } = signatureOf(event) ?? {};
  const read = statement === undefined ? undefined : readStatement(statement);
  return typeof read === 'object' ? read.predicate.decision : undefined;
}

/** True for a Go under conditions that are not closed: without it the others would be a Go without any. */
function asks(vote: EventOf<'cab.voted'>, holding: readonly RecordedEvent[]): boolean {
  return vote.data.conditions.some(
    (condition) =>
      !holding.some(
        (one) => one.type === 'condition.closed' && closes({ ...condition, by: vote.actor }, one.data, one.actor),
      ),
  );
}

/** True when something that holds came after it in its place. What voids it whole makes it superseded, and it does not come here. */
function isLifted(event: RecordedEvent, holding: readonly RecordedEvent[]): boolean {
  return holding.some((one) => one.seq > event.seq && replaces(one, event));
}

function replaces(later: RecordedEvent, event: RecordedEvent): boolean {
  if (later.type === 'cab.voted' && event.type === 'cab.voted') return samePerson(seatOf(later), seatOf(event));
  if (later.type === 'signoff.recorded' && event.type === 'signoff.recorded')
    return later.data.role === event.data.role;
  return later.type === event.type || later.type === 'plan.reopened';
}

/** An objection as one sentence. */
export function objectionSentence(event: RecordedEvent, why: string): string {
  return `${titleOf(event)} in event ${event.seq} is not proved, and an objection needs no proof: ${why}`;
}

function titleOf(event: RecordedEvent): string {
  switch (event.type) {
    case 'cab.voted':
      return event.data.decision === 'go' ? `the vote of ${event.actor}` : `the No-Go of ${event.actor}`;
    case 'signoff.recorded':
      return `the reject of ${event.actor}`;
    case 'cab.submitted':
      return `the new submission of ${event.actor}`;
    default:
      return 'the No-Go of the board';
  }
}

/** The way out: a new round, in which everybody says again what they think. */
export function objectionRemedy({ id, spec }: Pick<ReleasePlan, 'id' | 'spec'>): {
  readonly who: string;
  readonly command: string;
} {
  return { who: spec.owners.rdLead, command: command`relctl plan ${id} --reopen "<reason>"` };
}
