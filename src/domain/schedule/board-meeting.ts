import { Temporal } from 'temporal-polyfill';
import type { RecordedEvent } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import { WEEKDAYS } from '../../plan/weekdays.ts';
import { timeOf } from './calendar.ts';

/** A meeting of the board: start and end in milliseconds since the epoch. */
export interface BoardMeeting {
  readonly start: number;
  readonly end: number;
}

/**
 * The next regular meeting of the board that leaves its members the notice that the policy gives them. A wall time that the clocks skip is moved
 * forward by the gap, one that occurs twice is the first.
 * @param from milliseconds since the epoch
 */
export function nextMeeting(
  { weekday, at, minutes, timeZone, noticeHours }: NonNullable<Policy['cab']['meeting']>,
  from: number,
): BoardMeeting {
  const earliest = from + noticeHours * 3_600_000;
  const first = Temporal.Instant.fromEpochMilliseconds(earliest).toZonedDateTimeISO(timeZone).toPlainDate();
  // Eight days: today's may be over by an hour.
  for (let days = 0; ; days += 1) {
    const date = first.add({ days });
    if (date.dayOfWeek !== WEEKDAYS.indexOf(weekday) + 1) continue;
    const start = date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(at) }).epochMilliseconds;
    if (start >= earliest) return { start, end: start + minutes * 60_000 };
  }
}

/** The meeting of the submission that counts, as it was recorded; `undefined` where none was held for it, or a change has voided it. */
export function meetingOf(events: readonly RecordedEvent[]): (BoardMeeting & { readonly round: number }) | undefined {
  const event = events.findLast((one) => one.type === 'cab.submitted' || one.type === 'plan.reopened');
  if (event?.type !== 'cab.submitted' || event.data.meeting === undefined) return undefined;
  const { round, meeting } = event.data;
  return { round, start: timeOf(meeting.start), end: timeOf(meeting.end) };
}
