import { type BoardMeeting, meetingOf, nextMeeting } from '../../domain/schedule/board-meeting.ts';
import { formatMoment, windowSpan } from '../../domain/schedule/calendar.ts';
import { command } from '../../text/command-line.ts';
import { formatSpan } from '../../text/figures.ts';
import type { Context } from '../release/context.ts';
import type { Entry } from '../release/journal.ts';
import { messageOf, recorded } from '../release/message.ts';
import { flushOutbox } from '../release/notify.ts';
import type { Release } from '../release/open.ts';

/**
 * The meeting in which the board looks at what is submitted now. None where the policy has no regular one, or the next is too late for the
 * window, which is said: then the board votes without.
 */
export function meetingFor(
  { clock, sink }: Pick<Context, 'clock' | 'sink'>,
  { journal, policy }: Release,
): BoardMeeting | undefined {
  if (policy.cab.meeting === undefined) return undefined;
  const { window } = journal.plan.spec;
  const found = nextMeeting(policy.cab.meeting, clock.now());
  const opens = windowSpan(window).start;
  if (found.end <= opens) return found;
  const late = `the next meeting of the board, ${formatMoment(found.start, window.timeZone)}, ends ${formatSpan(found.end - opens)} after the window opens`;
  sink.emit({ type: 'note', level: 'warning', text: `nobody is invited: ${late}; the board votes without it` });
  return undefined;
}

/** The invitation of the board, to be recorded with the submission. */
export function boardInvited(
  context: Context,
  release: Release,
  round: number,
  meeting: BoardMeeting | undefined,
): readonly Entry[] {
  if (meeting === undefined) return [];
  const { plan } = release.journal;
  const wording = {
    decision: 'meets',
    window: formatMoment(meeting.start, plan.spec.window.timeZone),
    command: command`relctl packet ${plan.id}`,
  };
  return messageOf(context, release, 'cab.meeting', `round ${round}`, wording, [recorded('cab.submitted', { round })])
    .entries;
}

/** Takes the meeting away again while it is still to come: to be recorded with the decision, or with what voids the submission. */
export function meetingOff(context: Context, release: Release): readonly Entry[] {
  const { plan } = release.journal;
  const meeting = meetingOf(plan.events);
  if (meeting === undefined || meeting.start <= context.clock.now()) return [];
  const { round } = meeting;
  const wording = {
    decision: 'need not meet any more',
    window: formatMoment(meeting.start, plan.spec.window.timeZone),
    command: command`relctl status ${plan.id}`,
  };
  return messageOf(context, release, 'cab.meeting', `round ${round}, off`, wording, [
    recorded('cab.submitted', { round }),
  ]).entries;
}

/** Sends what was queued of the meeting. */
export async function tellOfMeeting(context: Context, release: Release): Promise<void> {
  await flushOutbox(context, release, (topic) => topic === 'cab.meeting');
}
