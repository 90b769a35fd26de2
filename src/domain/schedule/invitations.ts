import type { EventOf, RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Invitation } from '../../ports/documents.ts';
import { command } from '../../text/command-line.ts';
import { timeOf, windowSpan } from './calendar.ts';

/** How long a review is planned for. */
export const REVIEW_MS = 3_600_000;

/**
 * The calendar entry that a message to people brings with it (RFC 5546): the change window with a submission, taken away again by a No-Go, a rollback or
 * what makes the plan a draft again; the meeting of the board, taken away once it is not needed; and the review with its invitation. `undefined`
 * for all other messages. It is made anew from the history, so a message that is sent twice brings
 * the same version, and a later one has a higher SEQUENCE: the number of its event.
 * @param plan with the events that count
 * @param key of the message in the outbox
 */
export function invitationOf(plan: ReleasePlan, key: string): Invitation | undefined {
  const queued = plan.events.find(
    (event): event is EventOf<'notification.queued'> => event.type === 'notification.queued' && event.data.key === key,
  );
  if (queued === undefined) return undefined;
  const { topic } = queued.data;
  const version = { release: plan.id, sequence: queued.seq, stamp: timeOf(queued.at) };
  const before = plan.events.filter(({ seq }) => seq < queued.seq);
  if (topic === 'review.invited') return reviewOf(plan, before, version);
  if (topic === 'cab.submitted') return windowOf(plan, version, false);
  if (topic === 'cab.meeting') return meetingEntry(plan, before, version);
  const isOff =
    topic === 'release.rolled-back' ||
    topic === 'plan.reopened' ||
    (topic === 'cab.decided' && lastDecision(before) === 'no-go');
  return isOff ? windowOf(plan, version, true) : undefined;
}

type Version = Pick<Invitation, 'release' | 'sequence' | 'stamp'>;

function windowOf(plan: ReleasePlan, version: Version, cancelled: boolean): Invitation {
  const { owners, window } = plan.spec;
  return {
    ...version,
    meeting: 'window',
    summary: `Change window: ${plan.metadata.feature}`,
    description: `Deployment of ${plan.metadata.feature} (${plan.id}) to production.`,
    ...windowSpan(window),
    organizer: owners.rdLead,
    attendees: [...new Set([owners.rdLead, ...owners.operations, ...owners.cab])],
    cancelled,
  };
}

/** The submission says when; a decision or a reopening since then takes it away, and whoever sends it later says the same. */
function meetingEntry(plan: ReleasePlan, before: readonly RecordedEvent[], version: Version): Invitation | undefined {
  const submitted = before.findLast((event): event is EventOf<'cab.submitted'> => event.type === 'cab.submitted');
  if (submitted?.data.meeting === undefined) return undefined;
  const { owners } = plan.spec;
  const { meeting, round } = submitted.data;
  const since = before.filter(({ seq }) => seq > submitted.seq);
  return {
    ...version,
    meeting: 'cab-meeting',
    summary: `Change Advisory Board: ${plan.metadata.feature}`,
    description: `Round ${round} on ${plan.metadata.feature} (${plan.id}). To read before: ${command`relctl packet ${plan.id}`}`,
    start: timeOf(meeting.start),
    end: timeOf(meeting.end),
    organizer: owners.rdLead,
    attendees: [...new Set([owners.rdLead, ...owners.cab])],
    cancelled: since.some((event) => event.type === 'cab.decided' || event.type === 'plan.reopened'),
  };
}

function reviewOf(plan: ReleasePlan, before: readonly RecordedEvent[], version: Version): Invitation | undefined {
  const invited = before.findLast((event): event is EventOf<'review.invited'> => event.type === 'review.invited');
  if (invited === undefined) return undefined;
  const start = timeOf(invited.data.at);
  return {
    ...version,
    meeting: 'review',
    summary: `Post-release review: ${plan.metadata.feature}`,
    description: `Lessons, technical debt and success metrics of ${plan.metadata.feature} (${plan.id}).`,
    start,
    end: start + REVIEW_MS,
    organizer: plan.spec.owners.rdLead,
    attendees: invited.data.attendees,
  };
}

function lastDecision(before: readonly RecordedEvent[]): 'go' | 'no-go' | undefined {
  const decided = before.findLast((event): event is EventOf<'cab.decided'> => event.type === 'cab.decided');
  return decided?.data.decision;
}
