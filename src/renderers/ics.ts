import ical, { ICalCalendarMethod, ICalEventStatus, ICalEventTransparency } from 'ical-generator';
import { clean, cleanLine } from '../text/clean.ts';

/** Something of a release, or a freeze, that belongs into people's calendars. */
export interface ReleaseEvent {
  /** Release id, or the name of a freeze. With `kind` it makes the UID, so it must not change. */
  readonly subject: string;
  readonly kind: 'window' | 'cab-meeting' | 'cab-deadline' | 'staging-deadline' | 'review' | 'hypercare' | 'freeze';
  readonly summary: string;
  /** Says in words what the entry means, for calendars and readers that show nothing else. */
  readonly description: string;
  /** Milliseconds since the epoch; of an all-day event the day in UTC. */
  readonly start: number;
  /** The same; not included. */
  readonly end: number;
  readonly allDay?: boolean;
  /** Rises whenever the entry changes, from 0; the number of events in the plan's history serves. */
  readonly sequence: number;
  /** When this version of the entry was made, in milliseconds since the epoch. */
  readonly stamp: number;
  readonly cancelled?: boolean;
  /** E-mail addresses. An invitation has an organizer. */
  readonly organizer?: string;
  readonly attendees?: readonly string[];
}

/**
 * The events as iCalendar (RFC 5545): CRLF line ends, lines of at most 75 octets, times in UTC, a UID that is the same for the
 * same release and kind for ever, so that a calendar replaces an entry whose SEQUENCE rose instead of showing two.
 * @param method `publish` for a calendar to look at, `request` for an invitation that is mailed, `cancel` to take it back
 */
export function releaseCalendar(events: readonly ReleaseEvent[], method: keyof typeof METHODS = 'publish'): string {
  const calendar = ical({
    name: 'Releases',
    prodId: { company: 'relctl', product: 'releases', language: 'EN' },
    method: METHODS[method],
    ...(method === 'publish' ? { ttl: REFRESH_SECONDS } : {}),
  });
  for (const event of events) {
    calendar.createEvent({
      id: eventUid(event),
      stamp: new Date(event.stamp),
      sequence: event.sequence,
      start: new Date(event.start),
      end: new Date(event.end),
      allDay: event.allDay === true,
      summary: cleanLine(event.summary),
      description: clean(event.description),
      status: event.cancelled === true ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
      // A freeze or a deadline is to be seen; it does not make people busy.
      transparency:
        event.kind === 'review' || event.kind === 'window' || event.kind === 'cab-meeting'
          ? ICalEventTransparency.OPAQUE
          : ICalEventTransparency.TRANSPARENT,
      ...(event.organizer === undefined
        ? {}
        : { organizer: { name: address(event.organizer), email: address(event.organizer) } }),
      attendees: (event.attendees ?? []).map((attendee) => ({ email: address(attendee), rsvp: true })),
    });
  }
  return `${calendar.toString()}\r\n`;
}

/** How often a calendar that subscribed looks again (RFC 7986, REFRESH-INTERVAL). */
const REFRESH_SECONDS = 3600;

const METHODS = {
  publish: ICalCalendarMethod.PUBLISH,
  request: ICalCalendarMethod.REQUEST,
  cancel: ICalCalendarMethod.CANCEL,
} as const;

/** The UID of an event. Encoding keeps two subjects apart and the UID free of anything that would need escaping. */
export function eventUid(event: Pick<ReleaseEvent, 'subject' | 'kind'>): string {
  return `${encodeURIComponent(event.subject)}.${event.kind}@relctl.dev`;
}

/** An address as a parameter may hold it: quotes, line ends and separators cannot be escaped there. */
function address(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u0020\u007f",;:<>\\]/g, '');
}
