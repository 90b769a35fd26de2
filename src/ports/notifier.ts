import type { CdEvent } from '../domain/cd-events/cd-event.ts';

/** Sends messages to people. A message carries a key, so that a receiver can tell a repeated one. */
export interface Notifier {
  /** Names of the channels that want this topic, with whether a failure there blocks the release. */
  channelsFor(topic: string): readonly { readonly name: string; readonly required: boolean }[];
  /** Delivers to one channel. Throws `notification.failed`. */
  send(channel: string, message: Message): Promise<void>;
}

/** A message to people. */
export interface Message {
  /** Same key, same message: receivers may drop the second. */
  readonly key: string;
  readonly topic: string;
  readonly release: string;
  readonly feature: string;
  readonly text: string;
  /** RFC 3339 in UTC. */
  readonly at: string;
  readonly informed: readonly string[];
  readonly simulated: boolean;
  /** An entry for people's calendars that comes with it. */
  readonly invitation?: CalendarInvitation;
  /** For programs: the transition itself, in place of the words. */
  readonly event?: CdEvent;
}

/** An entry for calendars, as mail programs take it (iTIP, RFC 5546, in mail: RFC 6047). */
export interface CalendarInvitation {
  readonly method: 'REQUEST' | 'CANCEL';
  /** iCalendar text. */
  readonly text: string;
  readonly attendees: readonly string[];
}
