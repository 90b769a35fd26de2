import { describe, expect, test } from 'vitest';
import { deliveriesOf } from '../../../../src/domain/dora/deliveries.ts';
import { byMonth, daysInMonth, doraFigures, median } from '../../../../src/domain/dora/figures.ts';
import type { NewEvent } from '../../../../src/plan/chain.ts';
import type { EventType } from '../../../../src/plan/events.ts';
import { chainOf, newEvent } from '../../../support/sample-plan.ts';

const SUBJECT = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const COMMIT = 'c'.repeat(40);
const T0 = Date.parse('2026-12-03T14:00:00Z');
const at = (minutes: number) => ({ at: new Date(T0 + minutes * 60_000).toISOString() });

const planned = [
  newEvent('plan.created', SUBJECT, at(-600)),
  newEvent('stage.started', { ...SUBJECT, attempt: 1, commit: COMMIT }, at(-300)),
];
const started = (minutes: number, attempt = 1) =>
  newEvent(
    'deploy.started',
    { ...SUBJECT, attempt, fence: attempt, strategy: 's', clusters: {}, steps: [], images: {} },
    at(minutes),
  );
const completed = (minutes: number, attempt = 1) => newEvent('deploy.completed', { attempt, images: {} }, at(minutes));
const rolledBack = (from: number, to: number, attempt = 1) => [
  newEvent('rollback.started', { attempt, reason: 'errors', fence: attempt }, at(from)),
  newEvent('rollback.completed', { attempt, verified: 'no difference' }, at(to)),
];

function deliveries(...events: readonly NewEvent<EventType>[]) {
  return deliveriesOf(chainOf('r', [...planned, ...events]));
}

describe('the deployments of a history', () => {
  test('are none while the first is at work', () => {
    expect(deliveries(started(0))).toEqual([]);
  });

  test('count one that went well, with its commit', () => {
    expect(deliveries(started(0), completed(30))).toEqual([
      { at: T0 + 30 * 60_000, commit: COMMIT, plannedAt: T0 - 600 * 60_000, failure: undefined },
    ]);
  });

  test('count a canary that was rolled back as one failed deployment', () => {
    const [only, ...others] = deliveries(started(0), ...rolledBack(10, 15));
    expect(others).toEqual([]);
    expect(only?.failure).toEqual({ how: 'rolled-back', from: T0 + 600_000, restoredAt: T0 + 900_000 });
  });

  test('make a deployment that was rolled back later a failed one, not a second', () => {
    const all = deliveries(started(0), completed(30), ...rolledBack(90, 100));
    expect(all).toHaveLength(1);
    expect(all[0]?.failure?.restoredAt).toBe(T0 + 100 * 60_000);
  });

  test('count a freeze until the rollback that ended it', () => {
    const all = deliveries(
      started(0),
      newEvent('release.frozen', { attempt: 1, reason: 'half migrated' }, at(20)),
      ...rolledBack(80, 95),
    );
    expect(all).toHaveLength(1);
    expect(all[0]?.failure).toEqual({ how: 'frozen', from: T0 + 20 * 60_000, restoredAt: T0 + 95 * 60_000 });
  });

  test('count each attempt: one aborted, then one that went well', () => {
    const all = deliveries(
      started(0),
      newEvent('deploy.aborted', { attempt: 1, reason: 'wrong window' }, at(5)),
      ...rolledBack(6, 8),
      started(60, 2),
      completed(90, 2),
    );
    expect(all.map((one) => one.failure?.how)).toEqual(['aborted', undefined]);
  });
});

describe("DORA's figures", () => {
  test('are medians and shares, as the definitions say', () => {
    const all = [
      ...deliveries(started(0), completed(30)),
      ...deliveries(started(0), completed(30), ...rolledBack(90, 100)),
      ...deliveries(started(0), ...rolledBack(10, 15)),
      ...deliveries(started(0), completed(50)),
    ].map((one, index) => ({ ...one, committedAt: index === 3 ? T0 : undefined }));
    const figures = doraFigures(all, 28);
    expect(figures).toMatchObject({ deployments: 4, perWeek: 1, failed: 2, failRate: 0.5 });
    // The aborted canary never arrived: 630, 630 and, from its commit, 50 minutes.
    expect(figures.leadTime).toBe(630 * 60_000);
    expect(figures.recoveryTime).toBe(7.5 * 60_000);
  });

  test('say nothing of nothing', () => {
    expect(doraFigures([], 30)).toMatchObject({ leadTime: undefined, failRate: undefined, recoveryTime: undefined });
    expect(median([])).toBeUndefined();
  });

  test('come by month, oldest first', () => {
    const delivery = { commit: undefined, plannedAt: undefined, failure: undefined, committedAt: undefined };
    const months = byMonth(
      [Date.UTC(2027, 0, 1), Date.UTC(2026, 11, 31)].map((time) => ({ ...delivery, at: time })),
      (time) => new Date(time).toISOString().slice(0, 7),
    );
    expect(months.map(([month]) => month)).toEqual(['2026-12', '2027-01']);
    expect(daysInMonth('2028-02')).toBe(29);
  });
});
