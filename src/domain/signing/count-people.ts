import type { EventOf, RecordedEvent } from '../../plan/events.ts';
import type { Policy, SignedAct } from '../../plan/policy.ts';
import { seatOf } from '../people/delegates.ts';
import { personOf } from '../people/people.ts';
import { actOf, forgeProofOf, isApproval, saysNo } from './acts.ts';
import type { Fault } from './examine-signer.ts';
import type { Standing } from './standing.ts';

/** An act whose signature holds; `fingerprint` is missing where the policy did not ask for one. */
export interface HeldAct {
  readonly index: number;
  readonly fingerprint: string | undefined;
}

/** Events whose actor is an author of the plan from then on. */
const AUTHORING: readonly RecordedEvent['type'][] = ['plan.created', 'plan.revised', 'plan.reopened', 'cab.submitted'];

/**
 * Third part of the examination, over all acts whose signatures hold: people are counted, not names and not keys, and nobody
 * approves what they made.
 * @param standingAt what the event at an index is good for
 * @param contributors addresses with a hand in the candidate's commits; `undefined` when they cannot be read
 * @returns the faults by index of the event
 */
export function countPeople(
  events: readonly RecordedEvent[],
  held: readonly HeldAct[],
  policy: Policy,
  contributors: readonly string[] | undefined,
  standingAt: (index: number) => Standing,
): ReadonlyMap<number, Fault> {
  const faults = new Map<number, Fault>();
  const taken: Taken = { keys: new Map(), seats: new Map(), voters: new Map(), roles: new Map() };
  const makers = contributors?.map((one) => personOf(policy, one));
  const proved = new Set(held.filter((one) => one.fingerprint !== undefined).map((one) => events[one.index]?.hash));
  for (const { index, fingerprint } of held) {
    const event = events[index];
    const act = event === undefined ? undefined : actOf(event);
    if (event === undefined || act === undefined || standingAt(index).kind === 'superseded') continue;
    const person = personOf(policy, event.actor);
    const fault =
      // The key of who collects votes on a forge signs for many, and counts for none of them.
      sharedKey(taken, person, forgeProofOf(event) === undefined ? fingerprint : undefined) ??
      maker({ events, proved, policy, contributors: makers }, event, standingAt(index), act, person) ??
      counted(taken, event, act, person, policy);
    if (fault !== undefined) faults.set(index, fault);
  }
  return faults;
}

interface Taken {
  /** Person by key. */
  readonly keys: Map<string, string>;
  /** Who answered for a seat of the board. */
  readonly seats: Map<string, string>;
  /** For which seat, and under which address, a person voted. */
  readonly voters: Map<string, { readonly seat: string; readonly address: string }>;
  /** In which role a person signed off. */
  readonly roles: Map<string, SignedAct>;
}

function sharedKey(taken: Taken, person: string, fingerprint: string | undefined): Fault | undefined {
  if (fingerprint === undefined) return undefined;
  const other = taken.keys.get(fingerprint);
  taken.keys.set(fingerprint, other ?? person);
  return other === undefined || other === person
    ? undefined
    : { code: 'key-of-two-people', detail: `${fingerprint} signed as ${other} before` };
}

/** What is known of who made the plan and the candidate. */
interface Makers {
  readonly events: readonly RecordedEvent[];
  /** Hashes of the events whose signature holds. */
  readonly proved: ReadonlySet<string | undefined>;
  readonly policy: Policy;
  readonly contributors: readonly string[] | undefined;
}

function maker(
  { events, proved, policy, contributors }: Makers,
  event: RecordedEvent,
  standing: Standing,
  act: SignedAct,
  person: string,
): Fault | undefined {
  const { authorMayApprove, contributorsMaySign } = policy.separation;
  if (!isApproval(act)) return undefined;
  // Nobody is silenced by what others write of them: neither that the plan is theirs, nor that a commit is.
  const objects = saysNo(event);
  // Over the whole history: who edits the plan after voting on it has not judged somebody else's work either.
  const isAuthor = events.some(
    (one) =>
      AUTHORING.includes(one.type) && (!objects || proved.has(one.hash)) && personOf(policy, one.actor) === person,
  );
  if (act === 'cab' && !authorMayApprove && isAuthor) return { code: 'signer-is-author', detail: person };
  if (objects || contributorsMaySign.includes(act)) return undefined;
  if (contributors === undefined) {
    return standing.kind === 'live'
      ? { code: 'contributors-unknown', detail: 'the commits of the candidate are not here' }
      : undefined;
  }
  return contributors.includes(person) ? { code: 'signer-is-contributor', detail: person } : undefined;
}

function counted(
  taken: Taken,
  event: RecordedEvent,
  act: SignedAct,
  person: string,
  policy: Policy,
): Fault | undefined {
  if (act === 'cab') return countVote(taken, event as EventOf<'cab.voted'>, person, policy);
  if (act !== 'qa' && act !== 'ops') return undefined;
  const other = taken.roles.get(person);
  if (other !== undefined && other !== act && !policy.separation.onePersonManyRoles) {
    return { code: 'one-person-two-roles', detail: `${person} signed for ${other}` };
  }
  taken.roles.set(person, act);
  return undefined;
}

function countVote(taken: Taken, vote: EventOf<'cab.voted'>, person: string, policy: Policy): Fault | undefined {
  const seat = personOf(policy, seatOf(vote));
  const voted = taken.voters.get(person);
  if (voted !== undefined && (voted.seat !== seat || voted.address !== vote.actor)) {
    return { code: 'person-counted-already', detail: `${person} voted as ${voted.address} for ${voted.seat}` };
  }
  const sitting = taken.seats.get(seat);
  // A member takes their seat back from a delegate, but not the other way round.
  if (sitting !== undefined && sitting !== person && seat !== person) {
    return { code: 'person-counted-already', detail: `${sitting} answered for ${seat}` };
  }
  taken.voters.set(person, { seat, address: vote.actor });
  taken.seats.set(seat, person);
  return undefined;
}
