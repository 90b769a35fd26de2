import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Window, windowSpan } from '../../../../src/domain/schedule/calendar.ts';
import { outsideChangeWindows } from '../../../../src/domain/schedule/change-windows.ts';
import { describeFreeze, freezesOver } from '../../../../src/domain/schedule/freezes.ts';
import { occurrences } from '../../../../src/domain/schedule/recurrence.ts';
import { changeWindowSchema, freezeSchema } from '../../../../src/plan/schedule.ts';

const NEW_YORK = 'America/New_York';

function asked(start: string, end: string, zone = NEW_YORK, services = ['web']) {
  const window: Window = { start, end, timeZone: zone };
  return { span: windowSpan(window), services, zone };
}

const freeze = (rule: object) => freezeSchema.parse({ name: 'rule', ...rule });
const window = (rule: object) => changeWindowSchema.parse({ name: 'rule', ...rule });

describe('a dated freeze', () => {
  const peak = freeze({ from: '2026-12-18', to: '2027-01-03' });

  test.each([
    ['begins before it and runs into it', '2026-12-17T22:00', '2026-12-18T00:30', 1],
    ['ends exactly when it begins', '2026-12-17T22:00', '2026-12-18T00:00', 0],
    ['lies on its last evening', '2027-01-03T22:00', '2027-01-03T23:59', 1],
    ['begins when it is over', '2027-01-04T00:00', '2027-01-04T04:00', 0],
    ['runs right through it', '2026-12-01T00:00', '2027-02-01T00:00', 1],
  ])('meets a window that %s: %s to %s', (_, start, end, hits) => {
    expect(freezesOver([peak], asked(start, end))).toHaveLength(hits);
  });

  test('is read in its own zone where it names one', () => {
    const berlin = freeze({ from: '2026-12-18', to: '2026-12-18', timeZone: 'Europe/Berlin' });
    // 17 December, 19:00 in New York is 18 December, 01:00 in Berlin.
    expect(freezesOver([berlin], asked('2026-12-17T19:00', '2026-12-17T20:00'))).toHaveLength(1);
    expect(freezesOver([berlin], asked('2026-12-18T19:00', '2026-12-18T20:00'))).toHaveLength(0);
  });

  test('touches only the services that it names', () => {
    const scoped = freeze({ from: '2026-12-01', to: '2026-12-31', services: ['api'] });
    expect(freezesOver([scoped], asked('2026-12-03T14:00', '2026-12-03T18:00'))).toHaveLength(0);
    expect(freezesOver([scoped], asked('2026-12-03T14:00', '2026-12-03T18:00', NEW_YORK, ['web', 'api']))).toHaveLength(
      1,
    );
  });
});

describe('a recurring freeze', () => {
  test('of Friday afternoons meets a window that only ends in one', () => {
    const friday = freeze({ weekdays: ['fri'], hours: '12:00-24:00' });
    // 4 December 2026 is a Friday.
    expect(freezesOver([friday], asked('2026-12-04T09:00', '2026-12-04T12:00'))).toHaveLength(0);
    expect(freezesOver([friday], asked('2026-12-04T09:00', '2026-12-04T12:01'))).toHaveLength(1);
    expect(freezesOver([friday], asked('2026-12-03T09:00', '2026-12-03T18:00'))).toHaveLength(0);
  });

  test('over midnight belongs to the day on which it begins', () => {
    const night = freeze({ weekdays: ['thu'], hours: '22:00-06:00' });
    expect(freezesOver([night], asked('2026-12-04T05:00', '2026-12-04T05:30'))).toHaveLength(1);
    expect(freezesOver([night], asked('2026-12-03T05:00', '2026-12-03T05:30'))).toHaveLength(0);
  });

  test('of the last days of a month knows how long months are', () => {
    const monthEnd = freeze({ monthDays: { last: 2 } });
    const on = (date: string) => freezesOver([monthEnd], asked(`${date}T10:00`, `${date}T11:00`)).length;
    expect([on('2028-02-28'), on('2028-02-29'), on('2028-02-27'), on('2027-02-27'), on('2026-04-30')]).toEqual([
      1, 1, 0, 1, 1,
    ]);
  });

  test('holds only between its dates where it has some', () => {
    const season = freeze({ weekdays: ['mon'], from: '2026-12-01', to: '2026-12-31' });
    const on = (date: string) => freezesOver([season], asked(`${date}T10:00`, `${date}T11:00`)).length;
    expect([on('2026-11-30'), on('2026-12-07'), on('2027-01-04')]).toEqual([0, 1, 0]);
  });

  test('of one day lasts 23 or 25 hours when the clocks change', () => {
    // Clocks go forward on 8 March 2026 and back on 1 November 2026 in New York; both are Sundays.
    const hours = (date: string) => {
      const { span, zone } = asked(`${date}T10:00`, `${date}T11:00`);
      return [...occurrences({ weekdays: ['sun'] }, span, zone)].map(({ start, end }) => (end - start) / 3_600_000);
    };
    expect([hours('2026-03-08'), hours('2026-11-01'), hours('2026-06-07')]).toEqual([[23], [25], [24]]);
  });
});

describe('the policy', () => {
  test.each([
    ['neither dates nor days', {}],
    ['an end before its start', { from: '2026-12-31', to: '2026-12-01' }],
    ['no last day', { from: '2026-12-01' }],
    ['a zone that nobody knows', { weekdays: ['fri'], timeZone: 'Mars/Olympus' }],
    ['hours that are none', { weekdays: ['fri'], hours: '25:00-26:00' }],
    ['month days that name no day', { monthDays: {} }],
  ])('refuses a freeze with %s', (_, rule) => {
    expect(freezeSchema.safeParse({ name: 'rule', ...rule }).success).toBe(false);
  });

  test('puts a freeze into words', () => {
    expect(describeFreeze(freeze({ from: '2026-12-18', to: '2027-01-03' }))).toBe('2026-12-18 to 2027-01-03');
    expect(describeFreeze(freeze({ weekdays: ['fri'], hours: '12:00-24:00', timeZone: 'Europe/Berlin' }))).toBe(
      'fri 12:00-24:00 Europe/Berlin',
    );
    expect(describeFreeze(freeze({ monthDays: { first: 1, last: 3 }, to: '2027-01-03' }))).toBe(
      'the first day and last 3 days of each month to 2027-01-03',
    );
  });
});

describe('allowed change windows', () => {
  const office = window({ weekdays: ['mon', 'tue', 'wed', 'thu'], hours: '09:00-17:00' });

  test('must hold the whole window, not only its start', () => {
    expect(outsideChangeWindows([office], asked('2026-12-03T09:00', '2026-12-03T17:00'))).toEqual([]);
    const [late] = outsideChangeWindows([office], asked('2026-12-03T14:00', '2026-12-03T18:00'));
    expect(late).toMatchObject({ service: 'web', from: Date.parse('2026-12-03T22:00:00Z') });
    expect(outsideChangeWindows([office], asked('2026-12-04T10:00', '2026-12-04T11:00'))).toHaveLength(1);
  });

  test('that touch are one', () => {
    const evening = window({ hours: '17:00-22:00' });
    expect(outsideChangeWindows([office, evening], asked('2026-12-03T14:00', '2026-12-03T18:00'))).toEqual([]);
  });

  test('leave a service alone that no window names', () => {
    const apiOnly = window({ weekdays: ['mon'], services: ['api'] });
    const services = ['web', 'api'];
    const outside = outsideChangeWindows([apiOnly], asked('2026-12-03T14:00', '2026-12-03T18:00', NEW_YORK, services));
    expect(outside.map((one) => one.service)).toEqual(['api']);
  });

  test('nobody states any: at any time', () => {
    expect(outsideChangeWindows([], asked('2026-12-05T03:00', '2026-12-05T04:00'))).toEqual([]);
  });
});

test('a freeze is met exactly when some minute of the window is frozen, in any zone', () => {
  const zones = ['UTC', NEW_YORK, 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 0, max: 95 }),
      fc.integer({ min: 1, max: 130 }),
      fc.uniqueArray(fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('09:00-17:00', '22:00-06:00', '00:00-24:00', '12:30-24:00'),
      (zone, day, quarter, quarters, weekdays, hours) => {
        const rule = freeze({ weekdays, hours });
        const start = Date.UTC(2026, 0, 1) + day * 86_400_000 + quarter * 900_000;
        const span = { start, end: start + quarters * 900_000 };
        const met = freezesOver([rule], { span, services: [], zone }).length > 0;
        // The reference asks Intl, quarter by quarter, what the clock on the wall shows.
        const frozen = Array.from({ length: quarters }, (_, i) =>
          isFrozenAt(start + i * 900_000, zone, weekdays, hours),
        );
        expect(met).toBe(frozen.includes(true));
      },
    ),
    { numRuns: 150 },
  );
});

function isFrozenAt(at: number, zone: string, weekdays: readonly string[], hours: string): boolean {
  const shown = (moment: number): { weekday: string; time: string } => {
    const parts = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).formatToParts(moment);
    const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
    return { weekday: part('weekday').toLowerCase(), time: `${part('hour')}:${part('minute')}` };
  };
  const [opens = '', closes = ''] = hours.split('-');
  const { weekday, time } = shown(at);
  if (closes > opens) return weekdays.includes(weekday) && time >= opens && time < closes;
  const order = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const before = order[(order.indexOf(weekday) + 6) % 7] ?? '';
  return (weekdays.includes(weekday) && time >= opens) || (weekdays.includes(before) && time < closes);
}
