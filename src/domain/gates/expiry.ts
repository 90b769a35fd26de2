import { command } from '../../text/command-line.ts';
import { addCalendarDays, formatMoment, timeOf } from '../schedule/calendar.ts';
import { givenAt } from '../signing/given-at.ts';
import { type GateFacts, type GateRule, refuse } from './gate.ts';

/**
 * What was submitted or approved long ago was judged in another world: after so many calendar days (in the zone of the window)
 * it no longer counts. No exception is possible, because an approval that lapsed is none; a new round takes a day.
 */
export const cabNotExpired: GateRule = (facts) => {
  const { plan, state, policy, now } = facts;
  const expiry = cabExpiry(facts);
  if (expiry === undefined || now < expiry) return undefined;
  const days = policy.cab.approvalExpiresDays;
  const decided = state.cab?.decision !== undefined;
  return refuse(
    'cab.not-expired',
    `the ${decided ? 'Go of the CAB' : 'submission to the CAB'} expired at ${formatMoment(expiry, plan.spec.window.timeZone)}, ${days} days after ${decided ? 'the oldest vote that counts' : 'it was made'}`,
    { who: [plan.spec.owners.rdLead], command: command`relctl plan ${plan.id} --reopen "the approval expired"` },
  );
};

/**
 * When the submission, or once there is one the decision, stops counting; `undefined` where it never does. A decision is as old as the oldest
 * Go that it rests on: nobody signs the decision itself, so its own date proves nothing.
 */
function cabExpiry({ plan, state, policy }: Pick<GateFacts, 'plan' | 'state' | 'policy'>): number | undefined {
  const days = policy.cab.approvalExpiresDays;
  if (days === undefined || state.cab === undefined) return undefined;
  const { votes, decision, submittedAt } = state.cab;
  const given = decision === undefined ? [] : votes.filter((vote) => vote.data.decision === 'go');
  const since = Math.min(...(given.length === 0 ? [submittedAt] : given.map(givenAt)).map(timeOf));
  return addCalendarDays(since, days, plan.spec.window.timeZone);
}
