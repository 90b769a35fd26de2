import type { EventOf } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Spec } from '../../plan/spec.ts';
import { dateIn } from '../schedule/calendar.ts';
import { isAmong, samePerson } from './people.ts';

/** Approvals in which one person can stand in for another. */
export type DelegatedRole = Policy['delegates'][number]['role'];

/** Whose part a vote or a sign-off takes: the delegator's, or that of who gave it. */
export function seatOf(event: Pick<EventOf<'cab.voted'> | EventOf<'signoff.recorded'>, 'actor' | 'data'>): string {
  return event.data.onBehalfOf ?? event.actor;
}

/**
 * The people whose part a person may take on a day, in the order of the policy.
 * @param at milliseconds since the epoch; days are those of the change window's zone
 */
export function delegatorsOf(
  policy: Pick<Policy, 'delegates'>,
  spec: Pick<Spec, 'window'>,
  role: DelegatedRole,
  person: string,
  at: number,
): readonly string[] {
  const today = dateIn(at, spec.window.timeZone);
  return policy.delegates
    .filter((one) => one.role === role && samePerson(one.to, person))
    .filter((one) => (one.since ?? today) <= today && today <= one.until)
    .map((one) => one.from);
}

/**
 * In whose name a person approves: their own where they hold the role, else of the first holder who named them a delegate.
 * `undefined` when neither is the case.
 */
export function seatFor(
  policy: Pick<Policy, 'delegates'>,
  spec: Pick<Spec, 'window'>,
  role: DelegatedRole,
  holders: readonly string[],
  person: string,
  at: number,
): string | undefined {
  if (isAmong(holders, person)) return person;
  return delegatorsOf(policy, spec, role, person, at).find((delegator) => isAmong(holders, delegator));
}
