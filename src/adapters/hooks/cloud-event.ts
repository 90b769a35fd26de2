import type { CdEvent } from '../../domain/cd-events/cd-event.ts';
import type { Message } from '../../ports/notifier.ts';

/** A notification as a CloudEvent 1.0 in JSON; commands and webhooks get the same document. */
export interface CloudEvent<T = Message> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: T;
}

/**
 * Wraps a message. `source` and `id` name an event uniquely by the CloudEvents rules, and the id is the message's key; so a
 * receiver that drops repeated events by that pair drops a repeated message. Structured mode, because then one document says
 * all, also to a command, which has no headers.
 */
export function cloudEvent(message: Message): CloudEvent {
  return {
    specversion: '1.0',
    id: message.key,
    source: `/relctl/releases/${encodeURIComponent(message.release)}`,
    type: `dev.relctl.${message.topic}`,
    subject: message.release,
    time: message.at,
    datacontenttype: 'application/json',
    data: message,
  };
}

/**
 * Wraps an event for programs as the CloudEvents binding of CDEvents asks: id, source, type and time are those of its context, and
 * the subject is its subject's id.
 */
export function cdEventEnvelope(event: CdEvent): CloudEvent<CdEvent> {
  const { id, source, type, timestamp } = event.context;
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject: event.subject.id,
    time: timestamp,
    datacontenttype: 'application/json',
    data: event,
  };
}
