import { boardTally, decisionNow } from '../../domain/process/tally.ts';
import { dateIn, formatWindow, type Window } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import type { EventData } from '../../plan/events.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import type { Entry } from '../release/journal.ts';
import { recorded } from '../release/message.ts';
import { notify, recordAndTell } from '../release/notify.ts';
import type { Release } from '../release/open.ts';
import { meetingOff, tellOfMeeting } from './meeting.ts';

/**
 * Records the vote of the person at work. The vote that reaches the quorum, or a veto, decides in the same write.
 * @returns how the votes stand then
 */
export async function recordVote(
  context: Context,
  release: Release,
  vote: EventData<'cab.voted'>,
): Promise<ReturnType<typeof boardTally>> {
  const { journal, policy } = release;
  const { spec } = journal.plan;
  const votes = [...(journal.state.cab?.votes ?? []), { actor: context.actor, data: vote }];
  const { authors, seatless } = journal.state;
  const count = boardTally(votes, { spec, authors, seatless, policy });
  const before = journal.state.cab?.decision?.data.decision;
  const decision = decisionNow(count, before);
  if (decision === undefined || decision === before) {
    await journal.record('cab.voted', vote);
    return { ...count, decision: await decidedTogether(context, release, vote, before, decision) };
  }
  const { go, noGo, quorum } = count;
  const decided: readonly Entry[] = [
    ['cab.voted', vote],
    ['cab.decided', { round: vote.round, decision, go, noGo, quorum }],
    ...meetingOff(context, release),
  ];
  await recordAndTell(context, release, decided, 'cab.decided', `round ${vote.round}`, {
    decision: decision === 'go' ? 'Go' : 'No-Go',
    reason: vote.comment,
  });
  await tellOfMeeting(context, release);
  return { ...count, decision };
}

/** Somebody else may have voted at the same moment from another clone, and only both votes decide: then people are told here. */
async function decidedTogether(
  context: Context,
  release: Release,
  vote: EventData<'cab.voted'>,
  before: 'go' | 'no-go' | undefined,
  alone: 'go' | 'no-go' | undefined,
): Promise<'go' | 'no-go' | undefined> {
  const now = release.journal.state.cab?.decision?.data.decision;
  if (now === undefined || now === before) return alone;
  const wording = { decision: now === 'go' ? 'Go' : 'No-Go', reason: vote.comment };
  await notify(context, release, 'cab.decided', `round ${vote.round}`, wording, [recorded('cab.decided', vote)]);
  const off = meetingOff(context, release);
  if (off.length > 0) await release.journal.recordAll(off);
  await tellOfMeeting(context, release);
  return now;
}

/**
 * Reads `text; owner; due date`. The date is one of the zone of the window, as it is when the condition falls due. Errors: `usage.bad-flag`.
 */
export function readCondition(text: string, window: Window, now: number): EventData<'cab.voted'>['conditions'][number] {
  const [what = '', owner = '', due = ''] = text.split(';').map((part) => part.trim());
  const today = dateIn(now, window.timeZone);
  if (what === '' || !owner.includes('@') || !/^\d{4}-\d{2}-\d{2}$/.test(due) || due < today) {
    throw new RelctlError('usage.bad-flag', `the condition "${text}" is not complete`, {
      why: 'A condition without an owner or a due date is never met.',
      hints: [command`--condition ${`load test at twice the traffic; ada@example.com; ${today}`}`],
    });
  }
  const opens = window.start.slice(0, 10);
  // Once that day is over, the deployment waits for an exception, and no date is too late for it.
  if (today <= opens && due > opens) {
    throw new RelctlError(
      'usage.bad-flag',
      `the condition "${what}" is due on ${due}, after the change window has begun (${formatWindow(window)})`,
      {
        why: 'A condition is met before the deployment: until its owner has closed it, nothing is deployed.',
        hints: [`${command`--condition ${`${what}; ${owner}; ${opens}`}`}   or an earlier day`],
      },
    );
  }
  return { text: what, owner, due };
}
