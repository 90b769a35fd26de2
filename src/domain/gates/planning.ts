import { dateIn, daysUntilWindow, dueDate, formatWindow, windowSpan } from '../calendar.ts';
import { isAmong, nameList, votingBoard } from '../people.ts';
import { type GateFacts, type GateRule, refuse } from './gate.ts';

/** Gates of phase 1: the plan, its time, and the Change Advisory Board. */

export const planComplete: GateRule = ({ plan, findings }) => {
  const errors = findings.filter((finding) => finding.severity === 'error');
  const [first] = errors;
  return first === undefined
    ? undefined
    : refuse(
        'plan.complete',
        `the plan has ${errors.length === 1 ? 'a gap' : `${errors.length} gaps`}: ${first.problem}`,
        { who: [plan.spec.owners.rdLead], command: `relctl plan ${plan.id} --check` },
      );
};

export const cabLead: GateRule = ({ plan, policy, now }) => {
  const days = daysUntilWindow(now, plan.spec.window);
  const needed = policy.leadDays.cab;
  return days >= needed
    ? undefined
    : refuse(
        'time.cab-lead',
        `the CAB needs the plan ${needed} calendar days before the window, by ${dueDate(plan.spec.window, needed)}; ${daysLeft(days)}`,
        moveWindow(plan.id, plan.spec.owners.rdLead),
      );
};

export const stagingLead: GateRule = ({ plan, policy, now }) => {
  const days = daysUntilWindow(now, plan.spec.window);
  const needed = policy.leadDays.staging;
  return days >= needed
    ? undefined
    : refuse(
        'time.staging-lead',
        `the candidate is due in staging ${needed} calendar days before the window, by ${dueDate(plan.spec.window, needed)}; ${daysLeft(days)}`,
        moveWindow(plan.id, plan.spec.owners.rdLead),
      );
};

export const windowAhead: GateRule = ({ plan, now }) =>
  windowSpan(plan.spec.window).end > now
    ? undefined
    : refuse('time.window-ahead', `the change window (${formatWindow(plan.spec.window)}) is over`, {
        who: [plan.spec.owners.rdLead],
        command: `relctl plan ${plan.id} --window <start>/<end>`,
      });

export const noFreeze: GateRule = ({ plan, policy }) => {
  const zone = plan.spec.window.timeZone;
  const { start, end } = windowSpan(plan.spec.window);
  const [first, last] = [dateIn(start, zone), dateIn(end - 1, zone)];
  const services = plan.spec.services.map((service) => service.name);
  const freeze = policy.freezes.find(
    (one) =>
      one.from <= last &&
      one.to >= first &&
      (one.services.length === 0 || one.services.some((service) => services.includes(service))),
  );
  return freeze === undefined
    ? undefined
    : refuse(
        'time.no-freeze',
        `the window lies in the freeze "${freeze.name}" (${freeze.from} to ${freeze.to})`,
        moveWindow(plan.id, plan.spec.owners.rdLead),
      );
};

export const noClash: GateRule = ({ plan, others }) => {
  const span = windowSpan(plan.spec.window);
  const services = plan.spec.services.map((service) => service.name);
  const clash = others.find(
    (other) =>
      other.id !== plan.id &&
      !['closed', 'no-go', 'rolled-back', 'aborted', 'draft'].includes(other.phase) &&
      other.span.start < span.end &&
      other.span.end > span.start &&
      other.services.some((service) => services.includes(service)),
  );
  if (clash === undefined) return undefined;
  const shared = clash.services.filter((service) => services.includes(service));
  return refuse(
    'time.no-clash',
    `release ${clash.id} changes ${shared.join(', ')} in an overlapping window`,
    moveWindow(plan.id, plan.spec.owners.rdLead),
  );
};

export const cabMember: GateRule = ({ plan, actor }) =>
  actor === undefined || isAmong(plan.spec.owners.cab, actor)
    ? undefined
    : refuse('cab.member', `${actor} is not on the board of this release`, {
        who: plan.spec.owners.cab,
        command: `relctl signoff cab ${plan.id}`,
      });

export const cabNotAuthor: GateRule = ({ plan, state, policy, actor }) =>
  actor === undefined || policy.separation.authorMayApprove || !isAmong(state.authors, actor)
    ? undefined
    : refuse('cab.not-author', `${actor} wrote or submitted this plan and so cannot approve it`, {
        who: votingBoard(plan.spec, state.authors, policy),
        command: `relctl signoff cab ${plan.id}`,
      });

export const cabGo: GateRule = (facts) => {
  const { plan, state, policy } = facts;
  const board = votingBoard(plan.spec, state.authors, policy);
  const voteAgain = { who: board, command: `relctl signoff cab ${plan.id}` };
  const decision = state.cab?.decision;
  if (state.cab === undefined || (decision === undefined && state.phase === 'draft')) {
    return refuse('cab.go', 'the plan was not submitted to the CAB', {
      who: [plan.spec.owners.rdLead],
      command: `relctl submit-cab ${plan.id}`,
    });
  }
  if (decision === undefined) {
    const voted = state.cab.votes.map((vote) => vote.actor);
    const missing = board.filter((member) => !isAmong(voted, member));
    return refuse('cab.go', `the CAB has not decided; not yet heard: ${nameList(missing)}`, {
      ...voteAgain,
      who: missing,
    });
  }
  if (decision.data.decision === 'no-go') {
    return refuse('cab.go', 'the CAB said No-Go', reopen(facts));
  }
  if (state.cab.specDigest !== plan.specDigest) {
    return refuse('cab.go', 'the plan was changed after the CAB gave its Go, which is therefore void', reopen(facts));
  }
  return undefined;
};

export const cabConditions: GateRule = ({ plan, state }) => {
  const open = state.conditions.filter((condition) => !condition.closed);
  const [first] = open;
  return first === undefined
    ? undefined
    : refuse(
        'cab.conditions',
        `a condition of the CAB is open: "${first.text}", due ${first.due}${open.length > 1 ? `, and ${open.length - 1} more` : ''}`,
        {
          who: open.map((condition) => condition.owner),
          command: `relctl signoff condition ${plan.id} --condition ${JSON.stringify(first.text)} --evidence <what shows it>`,
        },
      );
};

function reopen({ plan }: GateFacts): { readonly who: readonly string[]; readonly command: string } {
  return { who: [plan.spec.owners.rdLead], command: `relctl plan ${plan.id} --reopen "<reason>"` };
}

function moveWindow(id: string, who: string): { readonly who: readonly string[]; readonly command: string } {
  return { who: [who], command: `relctl plan ${id} --window <start>/<end>` };
}

function daysLeft(days: number): string {
  if (days < 0) return 'the day of the window is over';
  return days === 0 ? 'the window is today' : `${days} ${days === 1 ? 'day is' : 'days are'} left`;
}
