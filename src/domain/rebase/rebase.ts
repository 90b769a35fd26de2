import { appendEvent, type NewEvent } from '../../plan/chain.ts';
import { countedEvents } from '../../plan/counted.ts';
import type { EventData, EventType, RecordedEvent } from '../../plan/events.ts';
import { dateBehind } from '../../plan/order/dates.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Spec } from '../../plan/spec.ts';
import { foldState } from '../history/fold.ts';
import { boardTally } from '../process/tally.ts';
import { isoTime, timeOf } from '../schedule/calendar.ts';
import { signatureOf } from '../signing/acts.ts';
import { contradiction } from './commute.ts';

/** One release as it was, as it is here, and as somebody else pushed it. */
export interface Divergence {
  readonly id: string;
  readonly spec: Spec;
  readonly policy: Policy;
  /** What both sides have; each side's history begins with it. */
  readonly base: readonly RecordedEvent[];
  /** With events of this clone that nobody else has seen. */
  readonly ours: readonly RecordedEvent[];
  readonly theirs: readonly RecordedEvent[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The history with both sides' events, theirs first; or why there can be none. */
export type Rebased =
  | {
      readonly ok: true;
      readonly events: readonly RecordedEvent[];
      /** The decision of the CAB that only both sides' votes together make: somebody has to be told. */
      readonly decision: EventData<'cab.decided'> | undefined;
    }
  | { readonly ok: false; readonly reason: string };

/**
 * Puts the events that nobody has seen yet after those that are already shared. Shared events are never touched; ours keep what
 * they say, who said it and when, and get a new place in the chain. A decision of the CAB follows from the votes, so ours is
 * counted anew; should it come out differently, people were told something that does not hold, and nothing is put together.
 */
export function rebaseEvents(divergence: Divergence): Rebased {
  const { base, ours, theirs, policy } = divergence;
  if (!beginsWith(ours, base) || !beginsWith(theirs, base)) {
    return { ok: false, reason: 'the shared part of the history differs: somebody rewrote what was recorded' };
  }
  const own = ours.slice(base.length);
  const others = theirs.slice(base.length);
  const facts = own.filter((event) => event.type !== 'cab.decided');
  for (const event of facts) {
    for (const other of others) {
      const reason = contradiction(event, other, policy);
      if (reason !== undefined) return { ok: false, reason };
    }
  }
  const pinned = signedOverOwn(own);
  if (pinned !== undefined && others.length > 0) {
    return {
      ok: false,
      reason: `the signature of ${pinned.actor} names an event of this clone that would get another hash`,
    };
  }
  return chainAfter(divergence, own);
}

/** Appends our events to theirs, with the decision that all votes make. */
function chainAfter(divergence: Divergence, own: readonly RecordedEvent[]): Rebased {
  let events = divergence.theirs;
  let decided = events.slice(divergence.base.length).some((event) => event.type === 'cab.decided');
  for (const event of own) {
    if (event.type === 'cab.decided') {
      const counted = countedDecision(divergence, events);
      if (counted?.decision !== event.data.decision) {
        return {
          ok: false,
          reason: `with the other votes the CAB does not decide ${event.data.decision}, as was recorded here`,
        };
      }
      decided = true;
      events = append(divergence, events, { ...event, data: counted });
      continue;
    }
    events = append(divergence, events, event);
  }
  const last = own.findLast((event) => event.type === 'cab.voted');
  const decision = decided || last === undefined ? undefined : countedDecision(divergence, events);
  if (decision === undefined || last === undefined) return { ok: true, events, decision: undefined };
  return {
    ok: true,
    events: append(divergence, events, { ...last, type: 'cab.decided', data: decision }),
    decision,
  };
}

function append(
  { id, policy, now }: Divergence,
  events: readonly RecordedEvent[],
  event: Pick<RecordedEvent, 'type' | 'data' | 'at' | 'actor' | 'simulated'>,
): readonly RecordedEvent[] {
  const before = countedEvents(events, event.simulated === true ? 'any' : 'real');
  const latest = policy.signing.mode === 'required' ? now : Number.POSITIVE_INFINITY;
  const next: NewEvent<EventType> = {
    type: event.type,
    data: event.data,
    actor: event.actor,
    at: isoTime(dateBehind(before, timeOf(event.at), latest)),
    simulated: event.simulated === true,
  };
  return appendEvent(id, events, next).events;
}

/** What the votes of the current round decide; `undefined` while they decide nothing. */
function countedDecision(
  { spec, policy }: Divergence,
  events: readonly RecordedEvent[],
): EventData<'cab.decided'> | undefined {
  const isSigned = (event: RecordedEvent) => policy.signing.mode !== 'required' || signatureOf(event) !== undefined;
  const { cab, authors, seatless } = foldState(events, 'any', isSigned);
  if (cab === undefined) return undefined;
  const { decision, go, noGo, quorum } = boardTally(cab.votes, { spec, authors, seatless, policy });
  return decision === undefined ? undefined : { round: cab.round, decision, go, noGo, quorum };
}

function beginsWith(events: readonly RecordedEvent[], base: readonly RecordedEvent[]): boolean {
  return base.every((event, index) => events[index]?.hash === event.hash);
}

/** An event of ours whose signature names another event of ours: its hash would change, and the signature would no longer hold. */
function signedOverOwn(own: readonly RecordedEvent[]): RecordedEvent | undefined {
  const hashes = own.map((event) => event.hash);
  return own.find((event) => {
    const statement = (event.data as { signature?: { statement?: string } }).signature?.statement ?? '';
    return hashes.some((hash) => statement.includes(hash));
  });
}
