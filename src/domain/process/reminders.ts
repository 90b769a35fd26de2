import { command } from '../../text/command-line.ts';
import { cabNotExpired } from '../gates/expiry.ts';
import type { GateFacts } from '../gates/gate.ts';
import { dateIn } from '../schedule/calendar.ts';
import { conditionId } from './condition-id.ts';
import { isOverdue } from './conditions.ts';
import { whoMay } from './process.ts';

/** Something that one person has not answered yet. */
export interface Reminder {
  readonly who: string;
  readonly reason: string;
  /** The exact command that answers. */
  readonly command: string;
  /** Names the reminder: the same act of the same person on the same day is reminded of once. */
  readonly occasion: string;
  /** The act, of whoever it is, on which day. */
  readonly about: string;
}

/**
 * Whom to remind of what: board members who have not voted, QA and Operations who have not signed off, and owners of conditions
 * that are due today or overdue. Somebody who cannot answer, because the submission expired, is left alone.
 */
export function remindersOf(facts: GateFacts): readonly Reminder[] {
  const { plan, now } = facts;
  const today = dateIn(now, plan.spec.window.timeZone);
  const reminder = (who: string, reason: string, command: string, act: string): Reminder => ({
    who,
    reason,
    command,
    occasion: `${today} ${who.toLowerCase()} ${act}`,
    about: `${act}, ${today}`,
  });
  return [
    ...votes(facts).map((who) =>
      reminder(who, 'your vote is missing', command`relctl signoff cab ${plan.id}`, `vote ${facts.state.cab?.round}`),
    ),
    ...signoffs(facts).map(({ who, role }) =>
      reminder(
        who,
        `the sign-off of ${role === 'qa' ? 'QA' : 'Operations'} is missing`,
        command`relctl signoff ${role} ${plan.id}`,
        `${role} ${facts.state.stage?.attempt}`,
      ),
    ),
    ...facts.state.conditions
      .filter((condition) => !condition.closed && condition.due <= today)
      .map((condition) =>
        reminder(
          condition.owner,
          `the condition "${condition.text}" ${isOverdue(condition, now, plan.spec.window.timeZone) ? `is overdue since ${condition.due}` : 'is due today'}`,
          command`relctl signoff condition ${plan.id} --condition ${conditionId(condition)} --evidence "<what shows it>"`,
          `condition ${condition.text}`,
        ),
      ),
  ];
}

function votes(facts: GateFacts): readonly string[] {
  const asked = facts.state.phase === 'submitted' && cabNotExpired(facts) === undefined;
  return asked ? whoMay('signoff cab', facts) : [];
}

/** Everybody who could sign off: any of them may. */
function signoffs(facts: GateFacts): readonly { readonly who: string; readonly role: 'qa' | 'ops' }[] {
  const { state } = facts;
  if (state.phase !== 'staged') return [];
  return (['qa', 'ops'] as const)
    .filter((role) => state.signoffs[role]?.data.decision !== 'pass')
    .flatMap((role) => whoMay(`signoff ${role}`, facts).map((who) => ({ who, role })));
}
