import { describe, expect, test } from 'vitest';
import type { OtherRelease } from '../../../../src/domain/gates/gate.ts';
import { daysUntilWindow, windowSpan } from '../../../../src/domain/schedule/calendar.ts';
import { outsideChangeWindows } from '../../../../src/domain/schedule/change-windows.ts';
import { clashesWith } from '../../../../src/domain/schedule/clashes.ts';
import { freeSlots, slotFlag } from '../../../../src/domain/schedule/free-slots.ts';
import { freezesOver } from '../../../../src/domain/schedule/freezes.ts';
import { changeWindowSchema, freezeSchema } from '../../../../src/plan/schedule.ts';

const zone = 'America/New_York';
const window = { start: '2026-12-03T14:00', end: '2026-12-03T18:00', timeZone: zone };
const now = Date.parse('2026-11-23T15:00:00Z');
const leadDays = { cab: 7, staging: 3, review: 7 };
const nothing = { leadDays, freezes: [], changeWindows: [] };

function other(start: string, end: string, phase: OtherRelease['phase'] = 'approved'): OtherRelease {
  return { id: 'other', phase, services: ['web', 'api'], span: windowSpan({ start, end, timeZone: zone }) };
}

function search(options: Partial<Parameters<typeof freeSlots>[0]> = {}) {
  return freeSlots({ id: 'mine', window, services: ['web'], policy: nothing, others: [], now, ...options });
}

describe('free slots', () => {
  test('are the next working days at the same time of day that leave the CAB its time', () => {
    expect(search().map(slotFlag)).toEqual([
      '2026-11-30T14:00/18:00',
      '2026-12-01T14:00/18:00',
      '2026-12-02T14:00/18:00',
      '2026-12-03T14:00/18:00',
      '2026-12-04T14:00/18:00',
    ]);
  });

  test('meet every rule that a plan is held against', () => {
    const policy = {
      leadDays,
      freezes: [freezeSchema.parse({ name: 'Peak', from: '2026-12-01', to: '2026-12-10' })],
      changeWindows: [changeWindowSchema.parse({ name: 'Mid-week', weekdays: ['tue', 'wed'] })],
    };
    const others = [other('2026-12-15T10:00', '2026-12-15T15:00')];
    const slots = search({ policy, others });
    expect(slots).toHaveLength(5);
    for (const slot of slots) {
      const asked = { span: windowSpan(slot), services: ['web'], zone };
      expect(daysUntilWindow(now, slot)).toBeGreaterThanOrEqual(7);
      expect(freezesOver(policy.freezes, asked)).toEqual([]);
      expect(outsideChangeWindows(policy.changeWindows, asked)).toEqual([]);
      expect(clashesWith(others, asked)).toEqual([]);
    }
    expect(slots.map(slotFlag)[0]).toBe('2026-12-16T14:00/18:00');
  });

  test('move to another time of day where the policy never allows the planned one', () => {
    const changeWindows = [changeWindowSchema.parse({ name: 'Early', weekdays: ['tue'], hours: '06:00-10:00' })];
    expect(search({ policy: { ...nothing, changeWindows } }).map(slotFlag)[0]).toBe('2026-12-01T06:00/10:00');
  });

  test('run over midnight like the planned window', () => {
    const night = { start: '2026-12-03T22:00', end: '2026-12-04T02:00', timeZone: zone };
    expect(search({ window: night }).map(slotFlag)[0]).toBe('2026-11-30T22:00/2026-12-01T02:00');
  });

  test('are none when a freeze covers the whole horizon', () => {
    const freezes = [freezeSchema.parse({ name: 'Year', from: '2026-01-01', to: '2027-12-31' })];
    expect(search({ policy: { ...nothing, freezes } })).toEqual([]);
  });
});

describe('clashes', () => {
  const asked = { span: windowSpan(window), services: ['web'], zone };

  test('are told with what is shared and for how long, the longest first', () => {
    const short = { ...other('2026-12-03T17:00', '2026-12-03T20:00'), id: 'short' };
    const long = { ...other('2026-12-03T13:00', '2026-12-03T17:00'), id: 'long' };
    expect(clashesWith([short, long], asked)).toMatchObject([
      { other: { id: 'long' }, services: ['web'], together: 3 * 3_600_000 },
      { other: { id: 'short' }, services: ['web'], together: 3_600_000 },
    ]);
  });

  test.each([
    ['another service', { services: ['billing'] }],
    ['a draft', { phase: 'draft' as const }],
    ['a release that was rolled back', { phase: 'rolled-back' as const }],
    ['itself', { id: 'mine' }],
    ['a window that ends when this one begins', { span: { start: 0, end: asked.span.start } }],
  ])('are none with %s', (_, change) => {
    expect(clashesWith([{ ...other('2026-12-03T14:00', '2026-12-03T18:00'), ...change }], asked, 'mine')).toEqual([]);
  });
});
