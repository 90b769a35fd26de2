import { addCalendarDays, dateIn, startOfDate } from '../schedule/calendar.ts';

/** The process watches the metrics for the first week. */
export const WATCHED_DAYS = 7;
/** Baselines are the same weekdays of so many weeks before the release. */
const BASELINE_WEEKS = 2;

/** A whole calendar day after the deployment, in the zone of the window. */
export interface SuccessDay {
  readonly day: string;
  /** Milliseconds since the epoch; `to` is the first moment of the next day. */
  readonly from: number;
  readonly to: number;
}

/**
 * The days on which a release is measured: the seven that follow the day of the deployment, as far as they are over. The day of
 * the deployment itself saw the feature only in part, so it is none of them.
 * @param completedAt when the deployment was complete, milliseconds since the epoch
 */
export function successDays(completedAt: number, now: number, zone: string): readonly SuccessDay[] {
  const first = startOfDate(dateIn(completedAt, zone), zone);
  return Array.from({ length: WATCHED_DAYS }, (_, index) =>
    dayAt(addCalendarDays(first, index + 1, zone), zone),
  ).filter((day) => day.to <= now);
}

/** The same weekday in the weeks before the release: the nearest one, and those before it. */
export function baselineDays(day: SuccessDay, completedAt: number, zone: string): readonly SuccessDay[] {
  const deployed = startOfDate(dateIn(completedAt, zone), zone);
  const found: SuccessDay[] = [];
  for (let weeks = 1; found.length < BASELINE_WEEKS; weeks += 1) {
    const before = dayAt(addCalendarDays(day.from, -7 * weeks, zone), zone);
    if (before.to <= deployed) found.push(before);
  }
  return found;
}

function dayAt(from: number, zone: string): SuccessDay {
  const day = dateIn(from, zone);
  // The start of a date is asked for anew: where midnight is skipped, a day begins later.
  const begin = startOfDate(day, zone);
  const next = dateIn(addCalendarDays(begin, 1, zone), zone);
  return { day, from: begin, to: startOfDate(next, zone) };
}
