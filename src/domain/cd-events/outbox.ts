import type { Config } from '../../plan/config.ts';
import { sha256 } from '../../plan/digest.ts';
import type { EventData } from '../../plan/events.ts';
import { eventChannels } from '../process/topics.ts';
import { type CdEvent, cdEventsOf, type EventGround, type Transition } from './cd-event.ts';

/** The key of an event for programs: the same whenever it is sent, so that a receiver can drop the second. */
export function eventKey(event: CdEvent): string {
  return sha256(`cdevent ${event.context.id}`).slice(0, 32);
}

/**
 * What the outbox has to hold for new events of a release. It is written together with them, so that a crash neither loses an
 * event for programs nor tells one that never happened; what is sent is made anew from the recorded event.
 */
export function queuedEvents(
  plan: EventGround,
  config: Pick<Config, 'notifications'>,
  events: readonly Transition[],
): readonly EventData<'notification.queued'>[] {
  return events
    .flatMap((event) => cdEventsOf(plan, event))
    .flatMap((event) => {
      const { type } = event.context;
      const channels = eventChannels(config, type);
      const text = `${type} ${event.subject.id}`;
      return channels.length === 0 ? [] : [{ key: eventKey(event), topic: type, text, channels: [...channels] }];
    });
}

/** The recorded event that the event for programs of an outbox key is made from; `undefined` when the key is a message's. */
export function sourceOfKey<T extends Transition>(plan: EventGround, events: readonly T[], key: string): T | undefined {
  return events.find((event) => cdEventsOf(plan, event).some((one) => eventKey(one) === key));
}

/** The event for programs of an outbox key, or `undefined` when the key is a message's. */
export function eventOfKey(plan: EventGround, events: readonly Transition[], key: string): CdEvent | undefined {
  return events.flatMap((event) => cdEventsOf(plan, event)).find((event) => eventKey(event) === key);
}
