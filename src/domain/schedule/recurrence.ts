import { Temporal } from 'temporal-polyfill';
import { WEEKDAYS, type Weekday } from '../../plan/weekdays.ts';
import { dateIn } from './calendar.ts';
import type { Interval } from './intervals.ts';

/** Days that a rule names, and the hours of those days; without days it is every day, without hours the whole day. */
export interface RecurringTime {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly weekdays?: readonly Weekday[] | undefined;
  readonly monthDays?: { readonly first: number; readonly last: number } | undefined;
  readonly hours?: string | undefined;
}

const DAY_MS = 86_400_000;

/**
 * The times of a rule that touch a span, in order, each as an interval of instants. Days are calendar days and hours are
 * wall-clock hours of the zone, so a day on which the clocks change is 23 or 25 hours long. Lazy: a long span costs what is
 * asked of it.
 */
export function* occurrences(rule: RecurringTime, span: Interval, zone: string): Generator<Interval> {
  // From the day before: hours that run past midnight belong to the day on which they begin.
  const first = laterOf(epochDay(dateIn(span.start, zone)) - 1, rule.from);
  const last = earlierOf(epochDay(dateIn(span.end, zone)), rule.to);
  for (let day = first; day <= last; day += 1) {
    if (!isNamed(rule, day)) continue;
    const found = timesOf(rule.hours, day, zone);
    if (found.start < span.end && found.end > span.start) yield found;
  }
}

function laterOf(day: number, from: string | undefined): number {
  return from === undefined ? day : Math.max(day, epochDay(from));
}

function earlierOf(day: number, to: string | undefined): number {
  return to === undefined ? day : Math.min(day, epochDay(to));
}

function isNamed({ weekdays, monthDays }: RecurringTime, day: number): boolean {
  const date = new Date(day * DAY_MS);
  const weekday = WEEKDAYS[(date.getUTCDay() + 6) % 7];
  if (weekdays !== undefined && (weekday === undefined || !weekdays.includes(weekday))) return false;
  if (monthDays === undefined) return true;
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return date.getUTCDate() <= monthDays.first || date.getUTCDate() > length - monthDays.last;
}

function timesOf(hours: string | undefined, day: number, zone: string): Interval {
  const [opens = '00:00', closes = '24:00'] = hours?.split('-') ?? [];
  const overnight = closes !== '24:00' && closes <= opens;
  return {
    start: wallTime(day, opens, zone),
    end: closes === '24:00' ? wallTime(day + 1, '00:00', zone) : wallTime(day + (overnight ? 1 : 0), closes, zone),
  };
}

function wallTime(day: number, time: string, zone: string): number {
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  return Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds;
}

/** Days since 1970-01-01 of a calendar date; a number to count with, no moment. */
function epochDay(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}
