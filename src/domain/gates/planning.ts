import { command } from '../../text/command-line.ts';
import { formatSpan } from '../../text/figures.ts';
import { plural } from '../../text/plural.ts';
import { seatFor, seatOf } from '../people/delegates.ts';
import { isAmong, nameList, personOf, votingBoard } from '../people/people.ts';
import { conditionId } from '../process/condition-id.ts';
import { isInProduction } from '../process/phases.ts';
import { boardTally, decisionNow } from '../process/tally.ts';
import { daysUntilWindow, dueDate, formatMoment, formatWindow, isoTime, windowSpan } from '../schedule/calendar.ts';
import { describeChangeWindow, outsideChangeWindows } from '../schedule/change-windows.ts';
import { clashesWith } from '../schedule/clashes.ts';
import { freeSlots, SLOT_HORIZON_DAYS, slotFlag } from '../schedule/free-slots.ts';
import { type Asked, describeFreeze, freezesOver } from '../schedule/freezes.ts';
import { type GateFacts, type GateRule, type Refusal, refuse } from './gate.ts';

/** Gates of phase 1: the plan, its time, and the Change Advisory Board. */

export const planComplete: GateRule = ({ plan, findings }) => {
  const errors = findings().filter((finding) => finding.severity === 'error');
  const [first, ...others] = errors;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return first === undefined
    ? undefined
    : refuse('plan.complete', `the plan has ${plural(errors.length, 'gap')}: ${first.problem}${more}`, {
        who: [plan.spec.owners.rdLead],
        command: command`relctl plan ${plan.id} --check`,
      });
};

export const cabLead: GateRule = (facts) => {
  const { plan, policy, now } = facts;
  const days = daysUntilWindow(now, plan.spec.window);
  const needed = policy.leadDays.cab;
  return days >= needed
    ? undefined
    : refuse(
        'time.cab-lead',
        `the CAB needs the plan ${needed} calendar days before the window, by ${dueDate(plan.spec.window, needed)}; ${daysLeft(days)}`,
        moveWindow(facts),
      );
};

export const stagingLead: GateRule = (facts) => {
  const { plan, policy, now } = facts;
  const days = daysUntilWindow(now, plan.spec.window);
  const needed = policy.leadDays.staging;
  return days >= needed
    ? undefined
    : refuse(
        'time.staging-lead',
        `the candidate is due in staging ${needed} calendar days before the window, by ${dueDate(plan.spec.window, needed)}; ${daysLeft(days)}`,
        moveWindow(facts),
      );
};

export const windowAhead: GateRule = (facts) => {
  const { window } = facts.plan.spec;
  return windowSpan(window).end > facts.now
    ? undefined
    : refuse('time.window-ahead', `the change window (${formatWindow(window)}) is over`, moveWindow(facts));
};

export const noFreeze: GateRule = (facts) => {
  const { plan, policy } = facts;
  const [frozen] = freezesOver(policy.freezes, askedOf(facts));
  if (frozen === undefined) return undefined;
  const zone = frozen.freeze.timeZone ?? plan.spec.window.timeZone;
  const { start, end } = frozen.interval;
  return refuse(
    'time.no-freeze',
    `the window (${formatWindow(plan.spec.window)}) falls into the freeze "${frozen.freeze.name}" (${describeFreeze(frozen.freeze)}), from ${formatMoment(start, zone)} to ${formatMoment(end, zone)}`,
    moveToFreeSlot(facts),
  );
};

export const inChangeWindow: GateRule = (facts) => {
  const { plan, policy } = facts;
  const [outside] = outsideChangeWindows(policy.changeWindows, askedOf(facts));
  if (outside === undefined) return undefined;
  const { start } = windowSpan(plan.spec.window);
  const zone = plan.spec.window.timeZone;
  return refuse(
    'time.change-window',
    `the window (${formatWindow(plan.spec.window)}) ${outside.from > start ? `runs past the times, from ${formatMoment(outside.from, zone)} on,` : 'does not begin in the times'} at which ${outside.service} may be changed: ${outside.allowed.map(describeChangeWindow).join('; ')}`,
    moveToFreeSlot(facts),
  );
};

/** A release that cannot be read may be one of the same services at the same time: what is not known is no pass. */
function unknownClash(unread: readonly string[]): Refusal {
  return refuse(
    'time.no-clash',
    `${nameList(unread)} cannot be read, so nobody knows whether ${unread.length === 1 ? 'it changes' : 'they change'} the same services at the same time`,
    { who: [], command: command`relctl list`, suggestions: ['fix what it names, or take it out of releases/'] },
  );
}

/** What takes a window back counts only where it is proved: whoever may write could else move another release out of the way. */
function doubtfulClash([first, ...more]: readonly string[]): Refusal | undefined {
  if (first === undefined) return undefined;
  const others = more.length === 0 ? '' : `, and ${more.length} more`;
  return refuse(
    'time.no-clash',
    `a release of the same services at the same time was submitted, and nothing proves that it was taken back: ${first}${others}`,
    { who: [], command: command`relctl audit --all`, suggestions: ['put its file back as it was signed'] },
  );
}

export const noClash: GateRule = (facts) => {
  const { plan, others, unread = [], doubtful = [] } = facts;
  const [clash, ...more] = clashesWith(others, askedOf(facts), plan.id);
  if (clash === undefined) return unread.length > 0 ? unknownClash(unread) : doubtfulClash(doubtful);
  const { other } = clash;
  const theirs = other.window ?? `${isoTime(other.span.start)} – ${isoTime(other.span.end)}`;
  return refuse(
    'time.no-clash',
    `release ${other.id} (${other.phase}) changes ${clash.services.join(', ')} too, and both windows are open for ${formatSpan(clash.together)}: ${theirs} there, ${formatWindow(plan.spec.window)} here${more.length === 0 ? '' : `; so do ${more.map((one) => one.other.id).join(', ')}`}`,
    moveToFreeSlot(facts),
  );
};

export const cabMember: GateRule = ({ plan, policy, now, actor }) =>
  actor === undefined || seatFor(policy, plan.spec, 'cab', plan.spec.owners.cab, actor, now) !== undefined
    ? undefined
    : refuse('cab.member', `${actor} is not on the board of this release`, {
        who: plan.spec.owners.cab,
        command: command`relctl signoff cab ${plan.id}`,
      });

/** A second spelling of the same person is no second vote, and must not stand in the record like one. */
export const cabOnce: GateRule = ({ plan, state, policy, actor }) => {
  if (actor === undefined) return undefined;
  const person = personOf(policy, actor);
  const before = state.cab?.votes.find((vote) => vote.actor !== actor && personOf(policy, vote.actor) === person);
  return before === undefined
    ? undefined
    : refuse('cab.once', `${actor} is the person who voted as ${before.actor}`, {
        who: [before.actor],
        command: command`relctl signoff cab ${plan.id} --as ${before.actor}`,
      });
};

/** Whom only an unsigned event names as an author cannot approve, and can still object. */
export const cabNotAuthor: GateRule = ({ plan, state, policy, actor, objects }) => {
  if (actor === undefined || policy.separation.authorMayApprove) return undefined;
  const isAmongThem = (people: readonly string[]) =>
    people.map((one) => personOf(policy, one)).includes(personOf(policy, actor));
  const suggestions = isAmongThem(state.seatless)
    ? {}
    : { suggestions: [command`relctl signoff cab ${plan.id} --decision no-go`] };
  return !isAmongThem(objects === true ? state.seatless : state.authors)
    ? undefined
    : refuse('cab.not-author', `${actor} wrote or submitted this plan and therefore cannot approve it`, {
        who: votingBoard(plan.spec, state.authors, policy),
        command: command`relctl signoff cab ${plan.id}`,
        ...suggestions,
      });
};

/** A vote on a text that was changed after it was submitted would count for the one that the others have read. */
export const cabCurrent: GateRule = (facts) => {
  const { plan, state } = facts;
  return state.cab === undefined || state.cab.specDigest === plan.specDigest
    ? undefined
    : refuse('cab.current', 'the plan was changed after it was submitted to the CAB', reopen(facts));
};

export const cabGo: GateRule = (facts) => {
  const { plan, state, policy } = facts;
  const board = votingBoard(plan.spec, state.authors, policy);
  const voteAgain = { who: board, command: command`relctl signoff cab ${plan.id}` };
  const decision = state.cab?.decision;
  if (state.cab === undefined || (decision === undefined && state.phase === 'draft')) {
    return refuse('cab.go', 'the plan was not submitted to the CAB', {
      who: [plan.spec.owners.rdLead],
      command: command`relctl submit-cab ${plan.id}`,
    });
  }
  if (decision === undefined) {
    const voted = state.cab.votes.map(seatOf);
    const missing = board.filter((member) => !isAmong(voted, member));
    return refuse('cab.go', `the CAB has not decided yet; votes missing: ${nameList(missing)}`, {
      ...voteAgain,
      who: missing,
    });
  }
  if (decision.data.decision === 'no-go') {
    return refuse('cab.go', 'the CAB decided No-Go', reopen(facts));
  }
  if (state.cab.specDigest !== plan.specDigest) {
    return refuse('cab.go', 'the plan was changed after the CAB gave its Go; the Go no longer counts', reopen(facts));
  }
  // Nobody signs the decision: it is counted again, so that nobody takes out that a member took their Go back.
  const { authors, seatless } = state;
  const counted = boardTally(state.cab.votes, { spec: plan.spec, authors, seatless, policy });
  if (decisionNow(counted, 'go') === 'no-go') {
    const votes = `${counted.go} Go, ${counted.noGo} No-Go`;
    return refuse(
      'cab.go',
      `the votes that count (${votes}) make no Go, whatever is recorded as decided`,
      reopen(facts),
    );
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
          command: closingCommand(plan.id, first),
        },
      );
};

/** How its owner closes a condition. */
export function closingCommand(id: string, condition: Parameters<typeof conditionId>[0]): string {
  return command`relctl signoff condition ${id} --condition ${conditionId(condition)} --evidence "<what shows it>"`;
}

function reopen({ plan }: GateFacts): { readonly who: readonly string[]; readonly command: string } {
  return { who: [plan.spec.owners.rdLead], command: command`relctl plan ${plan.id} --reopen "<reason>"` };
}

/** Services and span of a plan, as the schedule is asked about them. */
function askedOf({ plan }: Pick<GateFacts, 'plan'>): Asked {
  return {
    span: windowSpan(plan.spec.window),
    services: plan.spec.services.map((service) => service.name),
    zone: plan.spec.window.timeZone,
  };
}

/** Moving the window, to the next one that nothing speaks against; further ones are suggested. */
function moveToFreeSlot(facts: GateFacts): Pick<Refusal, 'who' | 'command' | 'afterwards' | 'suggestions'> {
  const { plan, policy, others, now } = facts;
  const { services } = askedOf(facts);
  const free = freeSlots({ id: plan.id, window: plan.spec.window, services, policy, others, now });
  const [first, ...rest] = free.map((slot) => command`relctl plan ${plan.id} --window ${slotFlag(slot)}`);
  return first === undefined
    ? {
        ...moveWindow(facts),
        suggestions: [`no free window of that length in the next ${SLOT_HORIZON_DAYS} days`],
      }
    : { ...moveWindow(facts, first), suggestions: rest };
}

/**
 * How the window of a release is moved. A plan that was submitted is made a draft again first, and what is in production is taken out of it:
 * its plan cannot change any more.
 */
export function moveWindow(
  { plan, state }: Pick<GateFacts, 'plan' | 'state'>,
  move: string = command`relctl plan ${plan.id} --window "<start>/<end>"`,
): Pick<Refusal, 'who' | 'command' | 'afterwards'> {
  const { rdLead, operations } = plan.spec.owners;
  if (state.phase === 'draft') return { who: [rdLead], command: move };
  return isInProduction(state.phase)
    ? { who: operations, command: command`relctl deploy ${plan.id} --abort` }
    : { who: [rdLead], command: command`relctl plan ${plan.id} --reopen "<reason>"`, afterwards: [move] };
}

function daysLeft(days: number): string {
  if (days < 0) return 'the day of the window is over';
  return days === 0 ? 'the window is today' : `${plural(days, 'day is', 'days are')} left`;
}
