import { describe, expect, it } from 'vitest';
import { nextMeeting } from '../../../../src/domain/schedule/board-meeting.ts';

const BERLIN = { weekday: 'tue', at: '10:00', minutes: 30, timeZone: 'Europe/Berlin', noticeHours: 24 } as const;
const next = (from: string, change: object = {}) =>
  new Date(nextMeeting({ ...BERLIN, ...change }, Date.parse(from)).start).toISOString();

describe('the next meeting of the board', () => {
  it('is on its weekday at its wall time, with the notice that the policy gives', () => {
    expect(next('2026-11-20T08:00:00Z')).toBe('2026-11-24T09:00:00.000Z');
    // To the minute.
    expect(next('2026-11-23T09:00:00Z')).toBe('2026-11-24T09:00:00.000Z');
    expect(next('2026-11-23T09:00:01Z')).toBe('2026-12-01T09:00:00.000Z');
    expect(next('2026-11-24T08:59:00Z', { noticeHours: 0 })).toBe('2026-11-24T09:00:00.000Z');
  });

  it('keeps its wall time when the clocks change, and moves out of an hour that is skipped', () => {
    expect(next('2026-10-21T08:00:00Z')).toBe('2026-10-27T09:00:00.000Z');
    expect(next('2026-10-14T08:00:00Z')).toBe('2026-10-20T08:00:00.000Z');
    expect(next('2026-03-25T08:00:00Z', { weekday: 'sun', at: '02:30' })).toBe('2026-03-29T01:30:00.000Z');
  });

  it('is counted on the day in its own zone', () => {
    expect(next('2026-11-22T23:30:00Z', { timeZone: 'Asia/Tokyo', noticeHours: 0 })).toBe('2026-11-24T01:00:00.000Z');
  });

  it('lasts as long as it says', () => {
    const { start, end } = nextMeeting(BERLIN, 0);
    expect(end - start).toBe(1_800_000);
  });
});
