import type { Freeze } from '../../plan/schedule.ts';
import { isRecurring } from '../../plan/weekdays.ts';
import { addCalendarDays, startOfDate } from './calendar.ts';
import { type Interval, overlap } from './intervals.ts';
import { occurrences } from './recurrence.ts';

/** A freeze where it meets a span of time. */
export interface FrozenTime {
  readonly freeze: Freeze;
  readonly interval: Interval;
}

/** What is asked of the schedule: when, for which services, and in which zone rules without one are read. */
export interface Asked {
  readonly span: Interval;
  readonly services: readonly string[];
  readonly zone: string;
}

/** True for a rule that covers one of the services; a rule that names none covers all. */
export function covers(rule: { readonly services: readonly string[] }, services: readonly string[]): boolean {
  return rule.services.length === 0 || rule.services.some((service) => services.includes(service));
}

/** The first time that each freeze meets the whole span, not only its start. */
export function freezesOver(freezes: readonly Freeze[], asked: Asked): readonly FrozenTime[] {
  return freezes.flatMap((freeze) => {
    if (!covers(freeze, asked.services)) return [];
    const [interval] = timesOf(freeze, asked);
    return interval === undefined ? [] : [{ freeze, interval }];
  });
}

/** Every time that a freeze meets the span, in order. */
export function* timesOf(freeze: Freeze, { span, zone }: Pick<Asked, 'span' | 'zone'>): Generator<Interval> {
  const local = freeze.timeZone ?? zone;
  const { from, to } = freeze;
  if (isRecurring(freeze) || freeze.hours !== undefined) {
    yield* occurrences(freeze, span, local);
  } else if (from !== undefined && to !== undefined) {
    const interval = { start: startOfDate(from, local), end: addCalendarDays(startOfDate(to, local), 1, local) };
    if (overlap(interval, span)) yield interval;
  }
}

/** When a freeze holds, in words: `2026-12-18 to 2027-01-03`, `fri 12:00-24:00`, `the last 2 days of each month`. */
export function describeFreeze(freeze: Omit<Freeze, 'services' | 'name'>): string {
  const { first = 0, last = 0 } = freeze.monthDays ?? {};
  const days = (count: number): string => (count === 1 ? 'day' : `${count} days`);
  const dated = [freeze.from && `from ${freeze.from}`, freeze.to && `to ${freeze.to}`].filter(Boolean).join(' ');
  return [
    isRecurring(freeze) ? '' : dated.replace(/^from /, ''),
    freeze.weekdays?.join(', ') ?? '',
    freeze.monthDays === undefined
      ? ''
      : `the ${[first > 0 ? `first ${days(first)}` : '', last > 0 ? `last ${days(last)}` : ''].filter(Boolean).join(' and ')} of each month`,
    freeze.hours ?? '',
    isRecurring(freeze) ? dated : '',
    freeze.timeZone ?? '',
  ]
    .filter(Boolean)
    .join(' ');
}
