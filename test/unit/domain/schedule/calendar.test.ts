import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addCalendarDays,
  dateIn,
  daysUntilWindow,
  dueDate,
  formatMoment,
  formatWindow,
  isTimeZone,
  reviewDate,
  startOfDate,
  wallTimeIn,
  windowSpan,
} from '../../../../src/domain/schedule/calendar.ts';

/** Zones with whole, half and quarter hours, with and without changing clocks, on both sides of the date line. */
const ZONES = [
  'UTC',
  'America/New_York',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Havana',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Istanbul',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Tehran',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
  'Australia/Adelaide',
  'Pacific/Chatham',
  'Pacific/Apia',
  'Pacific/Kiritimati',
];
const DAY = 86_400_000;
const QUARTER = 900_000;
const FIRST = Date.UTC(2020, 0, 1, 12);
const LAST = Date.UTC(2030, 0, 1, 12);

/** The reference: Node's own Intl gives the date of a moment, and days are counted between dates as if they were in UTC. */
const formats = new Map(
  ZONES.map((zone) => [
    zone,
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }),
  ]),
);
const referenceDate = (at: number, zone: string): string => formats.get(zone)?.format(at) ?? '';
const dayNumber = (date: string): number => Math.round(Date.parse(`${date}T00:00:00Z`) / DAY);
const dateOfDay = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

const windowOn = (date: string, timeZone: string) => ({ start: `${date}T14:00`, end: `${date}T18:00`, timeZone });

/** Moments around each change of the clocks of a zone, a quarter of an hour apart. */
function aroundClockChanges(zone: string): readonly number[] {
  const wall = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const moments: number[] = [];
  let before = wall.format(FIRST);
  for (let at = FIRST; at < LAST; at += DAY) {
    const now = wall.format(at);
    if (now !== before) for (let near = at - 1.25 * DAY; near <= at + DAY / 4; near += QUARTER) moments.push(near);
    before = now;
  }
  return moments;
}

describe('calendar days before a window', () => {
  it.each(ZONES)('in %s are those between the dates, over ten years and around every change of the clocks', (zone) => {
    const noons = Array.from({ length: (LAST - FIRST) / DAY }, (_, day) => FIRST + day * DAY);
    const changes = aroundClockChanges(zone);
    const differences: string[] = [];
    for (const at of [...noons, ...changes]) {
      const today = dayNumber(referenceDate(at, zone));
      const found = daysUntilWindow(at, windowOn(dateOfDay(today + 7), zone));
      if (found !== 7) differences.push(`${new Date(at).toISOString()}: ${found}, not 7`);
    }
    expect(differences).toEqual([]);
  });

  it('are due on a date that is so many days before, across months, years and leap days', () => {
    fc.assert(
      fc.property(fc.integer({ min: 14_000, max: 30_000 }), fc.integer({ min: 0, max: 400 }), (day, before) => {
        const window = windowOn(dateOfDay(day), 'Europe/Berlin');
        expect(dueDate(window, before)).toBe(dateOfDay(day - before));
        expect(reviewDate(window, before)).toBe(dateOfDay(day + before));
      }),
    );
  });

  it('is not 168 hours: the day on which clocks change counts as one', () => {
    const window = windowOn('2026-03-12', 'America/New_York');
    // 2026-03-08 has 23 hours there. Seven days before the window its last minute is still in time, though only 157 hours are left.
    expect(daysUntilWindow(Date.parse('2026-03-06T04:59:00Z'), window)).toBe(7);
    expect(daysUntilWindow(Date.parse('2026-03-06T05:00:00Z'), window)).toBe(6);
  });

  it('are negative once the day is over', () => {
    expect(daysUntilWindow(Date.parse('2026-12-05T12:00:00Z'), windowOn('2026-12-03', 'UTC'))).toBe(-2);
  });
});

describe('the span of a window', () => {
  it('starts when a clock in its zone shows its start', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.integer({ min: 18_262, max: 21_914 }), (zone, day) => {
        const { start, end } = windowSpan(windowOn(dateOfDay(day), zone));
        expect(referenceDate(start, zone)).toBe(dateOfDay(day));
        const wall = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
        expect([wall.format(start), wall.format(end)]).toEqual(['14:00', '18:00']);
      }),
    );
  });

  it.each([
    // Clocks jump from 02:00 to 03:00: a start in the gap is moved behind it.
    ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:30:00.000Z'],
    // 01:30 comes twice: the first is meant.
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    // Half an hour is skipped on Lord Howe Island.
    ['2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z'],
    // Samoa skipped the whole of 2011-12-30.
    ['2011-12-30T14:00', 'Pacific/Apia', '2011-12-31T00:00:00.000Z'],
  ])('%s in %s is %s', (start, timeZone, instant) => {
    const { start: found } = windowSpan({ start, end: start, timeZone });
    expect(new Date(found).toISOString()).toBe(instant);
  });
});

describe('dates and moments', () => {
  it('of a zone are what Intl says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.integer({ min: FIRST, max: LAST }), (zone, at) => {
        expect(dateIn(at, zone)).toBe(referenceDate(at, zone));
      }),
    );
  });

  it('begin at the first moment that has the date', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.integer({ min: 18_262, max: 21_914 }), (zone, day) => {
        const start = startOfDate(dateOfDay(day), zone);
        expect(referenceDate(start, zone)).toBe(dateOfDay(day));
        expect(referenceDate(start - 1, zone)).toBe(dateOfDay(day - 1));
      }),
    );
  });

  it('keep their wall time when calendar days are added', () => {
    const before = Date.parse('2026-03-06T17:00:00Z');
    expect(new Date(addCalendarDays(before, 7, 'America/New_York')).toISOString()).toBe('2026-03-13T16:00:00.000Z');
  });

  it('read back what a clock shows, and refuse what is no time', () => {
    expect(wallTimeIn('2026-12-03T14:00', 'America/New_York')).toBe(Date.parse('2026-12-03T19:00:00Z'));
    expect(wallTimeIn('2026-02-30T14:00', 'America/New_York')).toBeUndefined();
    expect(wallTimeIn('tomorrow', 'UTC')).toBeUndefined();
    expect(wallTimeIn('2026-12-03T14:00', 'Mars/Olympus')).toBeUndefined();
  });

  it('know an IANA zone from a word', () => {
    expect(ZONES.filter((zone) => !isTimeZone(zone))).toEqual([]);
    expect(['Mars/Olympus', 'Berlin', '', '../etc'].filter(isTimeZone)).toEqual([]);
  });
});

describe('times for people', () => {
  it('name weekday, date, time and zone', () => {
    expect(formatMoment(Date.parse('2026-12-03T19:00:00Z'), 'America/New_York')).toBe(
      'Thu 2026-12-03 14:00 America/New_York',
    );
    expect(formatWindow(windowOn('2026-12-03', 'UTC'))).toBe('Thu 2026-12-03 14:00 – 18:00 UTC');
    expect(formatWindow({ start: '2026-12-03T22:00', end: '2026-12-04T02:00', timeZone: 'UTC' })).toBe(
      'Thu 2026-12-03 22:00 – 2026-12-04 02:00 UTC',
    );
  });
});
