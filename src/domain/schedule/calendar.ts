import { Temporal } from 'temporal-polyfill';
import type { Spec } from '../../plan/spec.ts';

/**
 * Calendar arithmetic of the process, in the zone of the change window. T-7 means seven calendar days, not 168 hours: a
 * day on which the clocks change has 23 or 25 of them.
 */

/** The change window of a plan: wall-clock times and an IANA zone. */
export type Window = Spec['window'];

/** True for a zone that can be computed with. */
export function isTimeZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * Start and end of the window in milliseconds since the epoch. A wall time that the clocks skip is moved forward by the
 * gap, one that occurs twice is the first (Temporal's `compatible`).
 */
export function windowSpan(window: Window): { readonly start: number; readonly end: number } {
  const at = (wall: string) =>
    Temporal.PlainDateTime.from(wall).toZonedDateTime(window.timeZone, { disambiguation: 'compatible' })
      .epochMilliseconds;
  return { start: at(window.start), end: at(window.end) };
}

/** The calendar date of a moment in a zone, `YYYY-MM-DD`. */
export function dateIn(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** Calendar days from the date of `at` to the first day of the window; negative once that day is over. */
export function daysUntilWindow(at: number, window: Window): number {
  const today = Temporal.PlainDate.from(dateIn(at, window.timeZone));
  return today.until(Temporal.PlainDate.from(window.start.slice(0, 10)), { largestUnit: 'days' }).days;
}

/** The last date on which something that is due `days` calendar days before the window is in time. */
export function dueDate(window: Window, days: number): string {
  return Temporal.PlainDate.from(window.start.slice(0, 10)).subtract({ days }).toString();
}

/** The same wall-clock time `days` calendar days after a moment, in a zone. */
export function addCalendarDays(at: number, days: number, zone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).add({ days }).epochMilliseconds;
}

/** The date of the review: `days` calendar days after the day on which the window opened. */
export function reviewDate(window: Window, days: number): string {
  return Temporal.PlainDate.from(window.start.slice(0, 10)).add({ days }).toString();
}

/** The moment at which a date begins in a zone. */
export function startOfDate(date: string, zone: string): number {
  return Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A moment for people: `Thu 2026-12-03 14:00 America/New_York`. */
export function formatMoment(at: number, zone: string): string {
  const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const clock = `${String(time.hour).padStart(2, '0')}:${String(time.minute).padStart(2, '0')}`;
  return `${WEEKDAYS[time.dayOfWeek - 1]} ${time.toPlainDate()} ${clock} ${zone}`;
}

/** A moment to the second, where the zone is said beside it: `2026-11-02 04:00:10`. */
export function wallClock(at: number, zone: string): string {
  const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return `${time.toPlainDate()} ${time.toPlainTime().toString({ smallestUnit: 'second' })}`;
}

/** The window for people, as it is written: `Thu 2026-12-03 14:00 – 18:00 America/New_York`. */
export function formatWindow(window: Window): string {
  return `${wallWindow(window)} ${window.timeZone}`;
}

/** The same where the zone is said beside it: `Thu 2026-12-03 14:00 – 18:00`. */
export function wallWindow(window: Window): string {
  const [startDay, endDay] = [window.start.slice(0, 10), window.end.slice(0, 10)];
  const weekday = WEEKDAYS[(new Date(`${startDay}T00:00:00Z`).getUTCDay() + 6) % 7];
  const end = startDay === endDay ? window.end.slice(11, 16) : `${endDay} ${window.end.slice(11, 16)}`;
  return `${weekday} ${startDay} ${window.start.slice(11, 16)} – ${end}`;
}

/** RFC 3339 in UTC, as events are dated. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** Milliseconds since the epoch of an event's date. */
export function timeOf(iso: string): number {
  return Date.parse(iso);
}

/** The first whole minute from a moment on, as `wallTimeIn` reads it: `2026-12-03T14:00`. */
export function wallTimeAt(at: number, zone: string): string {
  const time = Temporal.Instant.fromEpochMilliseconds(Math.ceil(at / 60_000) * 60_000).toZonedDateTimeISO(zone);
  return time.toPlainDateTime().toString({ smallestUnit: 'minute' });
}

/** A wall-clock time such as `2026-12-03T14:00` in a zone, in milliseconds since the epoch; `undefined` when it is none. */
export function wallTimeIn(wall: string, zone: string): number | undefined {
  try {
    return Temporal.PlainDateTime.from(wall, { overflow: 'reject' }).toZonedDateTime(zone).epochMilliseconds;
  } catch {
    return undefined;
  }
}
