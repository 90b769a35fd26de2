import type { EventOf, RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import { seatOf } from '../people/delegates.ts';
import { samePerson } from '../people/people.ts';
import { closes } from '../process/condition-id.ts';
import { saysNo, signatureOf } from './acts.ts';
import { SIGNATURE_FAULTS } from './faults.ts';
import type { RefusedAct } from './refused-act.ts';
import type { Standing } from './standing.ts';
import { readStatement, type Statement } from './statement.ts';

/** Something recorded that says no, and that the state of the release does not show. */
export interface Objection {
  readonly event: RecordedEvent;
  /** What it is and why the state does not show it. */
  readonly sentence: string;
}

/** What the examination came to so far. */
interface Examined {
  readonly refused: readonly RefusedAct[];
  readonly unfounded: readonly EventOf<'cab.decided'>[];
  /** Hashes of what the state of the release leaves out. */
  readonly leftOut: ReadonlySet<string>;
  readonly standingAt: (index: number) => Standing;
}

/**
 * What says no and does not hold. Proof is needed to go forward, never to object: else whoever can spoil a signature, or takes a key away,
 * turns a No-Go into the Go before it. An objection ends with a new round, or when the same person says otherwise in a way that holds, and signs
 * that they had it before them: where an event stands in the file is the word of whoever may write.
 * @param events those that count
 */
export function objectionsOf(
  events: readonly RecordedEvent[],
  { refused, unfounded, leftOut, standingAt }: Examined,
): readonly Objection[] {
  const why = new Map([
    ...refused
      .filter((one) => one.standing === 'live')
      .map((one) => [one.hash, `${SIGNATURE_FAULTS[one.fault.code]} (${one.fault.detail})`] as const),
    ...unfounded.map((one) => [one.hash, 'it does not follow from the votes that count'] as const),
  ]);
  const holding = events.filter((event) => !leftOut.has(event.hash));
  const seqOf = new Map(events.map((event) => [event.hash, event.seq]));
  const isLifted = (event: RecordedEvent) => holding.some((one) => replaces(one, event) && hasSeen(one, event, seqOf));
  return events.flatMap((event, index) => {
    const reason = why.get(event.hash);
    if (reason !== undefined) {
      const sentence = `${nameOf(event)} in event ${event.seq} is not proved, and an objection needs no proof: ${reason}`;
      return objects(event, holding, seqOf) && !isLifted(event) ? [{ event, sentence }] : [];
    }
    // One that holds, behind which the same person says otherwise without having seen it.
    const isOvertaken = holding.some((one) => one.seq > event.seq && replaces(one, event)) && !isLifted(event);
    const sentence = `${nameOf(event)} in event ${event.seq} was not before whoever signed what stands after it`;
    return saysNo(event) && standingAt(index).kind === 'live' && isOvertaken ? [{ event, sentence }] : [];
  });
}

function objects(event: RecordedEvent, holding: readonly RecordedEvent[], seqOf: ReadonlyMap<string, number>): boolean {
  switch (event.type) {
    case 'cab.voted':
      return [event.data.decision, signedDecision(event)].includes('no-go') || asks(event, holding, seqOf);
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
  return statementOf(event)?.predicate.decision;
}

function statementOf(event: RecordedEvent): Statement | undefined {
  const { statement } = signatureOf(event) ?? {};
  const read = statement === undefined ? undefined : readStatement(statement);
  return typeof read === 'object' ? read : undefined;
}

/**
 * True for a Go under conditions that are not closed: without it the others would be a Go without any. A condition that is set again is another one
 * in the same words: what closed it before closes it no more, wherever the vote was moved to.
 */
function asks(
  vote: EventOf<'cab.voted'>,
  holding: readonly RecordedEvent[],
  seqOf: ReadonlyMap<string, number>,
): boolean {
  return vote.data.conditions.some(
    (condition) =>
      !holding.some(
        (one) =>
          one.type === 'condition.closed' &&
          closes({ ...condition, by: vote.actor }, one.data, one.actor) &&
          isAfter(one, vote, seqOf),
      ),
  );
}

/** What nobody has to sign stands where it stands. */
function isAfter(closing: RecordedEvent, vote: RecordedEvent, seqOf: ReadonlyMap<string, number>): boolean {
  return statementOf(closing) === undefined ? closing.seq > vote.seq : hasSeen(closing, vote, seqOf);
}

/** True for what is said in the place of something else. What voids that whole makes it superseded, and it does not come here. */
function replaces(later: RecordedEvent, event: RecordedEvent): boolean {
  if (later.hash === event.hash) return false;
  if (later.type === 'cab.voted' && event.type === 'cab.voted') return samePerson(seatOf(later), seatOf(event));
  if (later.type === 'signoff.recorded' && event.type === 'signoff.recorded')
    return later.data.role === event.data.role;
  return later.type === 'cab.decided' && event.type === 'cab.decided';
}

/**
 * True when whoever signed one event had the other before them: their statement names the last event that they saw, and its hash holds all
 * before it in place. A decision follows from the votes, so that they are looked at instead.
 */
function hasSeen(later: RecordedEvent, event: RecordedEvent, seqOf: ReadonlyMap<string, number>): boolean {
  if (later.type === 'cab.decided') return later.seq > event.seq;
  const seen = statementOf(later)?.predicate.seen;
  return seen !== undefined && (seqOf.get(seen) ?? 0) >= event.seq;
}

function nameOf(event: RecordedEvent): string {
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
