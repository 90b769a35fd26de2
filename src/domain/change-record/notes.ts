import { sha256 } from '../../plan/digest.ts';
import type { EventData, EventType, RecordedEvent } from '../../plan/events.ts';

/** Stands in the outbox in place of a channel's name; no channel can be called so. */
export const CHANGE_RECORD = 'change record';

/** Topic of what goes there; it begins as those of events for programs do. */
const topicOf = (type: EventType): string => `dev.relctl.change-record.${type}`;

type Noted = Pick<RecordedEvent, 'seq' | 'actor' | 'type' | 'data'>;

/** What the outbox has to hold for the change record: one note for each transition that people who work on a change ask after. */
export function queuedNotes(id: string, events: readonly Noted[]): readonly EventData<'notification.queued'>[] {
  return events.flatMap((event) => {
    const text = noteOf(event as RecordedEvent);
    if (text === undefined) return [];
    const key = sha256(`change-record ${id} ${event.seq}`).slice(0, 32);
    return [{ key, topic: topicOf(event.type), text, channels: [CHANGE_RECORD] }];
  });
}

/** The event that a waiting note tells of, as relctl words it; `undefined` for all else. */
export function notedEvent(
  id: string,
  events: readonly RecordedEvent[],
  waiting: Pick<EventData<'notification.queued'>, 'key' | 'topic' | 'text'>,
): RecordedEvent | undefined {
  return events.find((event) =>
    queuedNotes(id, [event]).some(
      ({ key, topic, text }) => key === waiting.key && topic === waiting.topic && text === waiting.text,
    ),
  );
}

/** What a note bears so that it is not written twice. */
export function markOf(key: string): string {
  return `[relctl ${key}]`;
}

/** Marks in a text. */
export function marksIn(text: string): readonly string[] {
  return text.match(/\[relctl [0-9a-f]{32}\]/g) ?? [];
}

function noteOf(event: RecordedEvent): string | undefined {
  const { actor } = event;
  switch (event.type) {
    case 'cab.submitted':
      return `Submitted to the Change Advisory Board by ${actor}, round ${event.data.round}.`;
    case 'cab.decided':
      return `The board decided ${event.data.decision === 'go' ? 'Go' : 'No-Go'}: ${event.data.go} Go, ${event.data.noGo} No-Go.`;
    case 'plan.reopened':
      return `Reopened by ${actor}: ${event.data.reason}`;
    case 'stage.completed':
      return `In staging, attempt ${event.data.attempt}, by ${actor}.`;
    case 'signoff.recorded':
      return `${event.data.role === 'qa' ? 'QA' : 'Operations'} (${actor}) ${event.data.decision === 'pass' ? 'signed off' : 'rejected'}.`;
    case 'deploy.started':
      return `Deployment to production started by ${actor}, attempt ${event.data.attempt}.`;
    case 'canary.judged':
      return `Canary: ${event.data.verdict}. ${event.data.reason}`;
    case 'canary.promoted':
      return `Canary promoted by ${actor}: ${event.data.reason}`;
    case 'deploy.completed':
      return 'Deployed to all of production.';
    case 'rollback.started':
      return `Rollback started: ${event.data.reason}`;
    case 'rollback.completed':
      return `Rolled back: ${event.data.verified}`;
    case 'release.frozen':
      return `Frozen in production: ${event.data.reason}`;
    case 'verify.recorded':
      return `Smoke tests ${event.data.ok ? 'passed' : 'failed'}.`;
    case 'hypercare.started':
      return `Hypercare until ${event.data.until}.`;
    case 'hypercare.closed':
      return `Hypercare signed off by ${actor}.`;
    case 'incident.opened':
      return `Incident ${event.data.ref}, severity ${event.data.severity}, is linked to this change. ${event.data.note}`.trim();
    case 'incident.closed':
      return `Incident ${event.data.ref} is over.`;
    case 'review.closed':
      return `Post-release review held; outcome: ${event.data.outcome}.`;
    default:
      return undefined;
  }
}
