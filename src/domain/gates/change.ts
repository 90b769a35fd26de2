import { command } from '../../text/command-line.ts';
import { formatMoment, formatWindow, windowSpan } from '../schedule/calendar.ts';
import { type GateRule, refuse } from './gate.ts';

/**
 * Where the policy asks for it, production is changed only under a change record that is approved now, and for the window of the plan. What
 * the plan says of the record is not believed: it is read from the system.
 */
export const changeApproved: GateRule = ({ plan, policy, change }) => {
  if (!policy.changeRecord.beforeDeploy || change === undefined) return undefined;
  const unblock = { who: [plan.spec.owners.rdLead], command: command`relctl status ${plan.id}` };
  if ('unknown' in change) return refuse('change.approved', change.unknown, unblock);
  const { number, url, stage, decision, window } = change;
  const at = { ...unblock, ...(url === undefined ? {} : { suggestions: [url] }) };
  if (stage === 'cancelled' || stage === 'closed') return refuse('change.approved', `${number} is ${stage}`, at);
  if (decision !== 'approved') {
    const said = decision === 'rejected' ? 'was rejected' : 'is not approved yet';
    return refuse('change.approved', `${number} ${said}`, at);
  }
  const { start, end } = windowSpan(plan.spec.window);
  if (window?.start === start && window.end === end) return undefined;
  const { timeZone } = plan.spec.window;
  const planned =
    window === undefined
      ? 'has no planned start and end'
      : `is planned from ${formatMoment(window.start, timeZone)} to ${formatMoment(window.end, timeZone)}`;
  return refuse('change.approved', `${number} ${planned}, and the plan for ${formatWindow(plan.spec.window)}`, at);
};
