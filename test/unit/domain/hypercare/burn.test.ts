import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { burnRate, findBursts, type HourOfEvents } from '../../../../src/domain/hypercare/burn.ts';
import { coverageOf } from '../../../../src/domain/hypercare/coverage.ts';
import { judgeSlo, type SloMeasurement } from '../../../../src/domain/hypercare/slo-finding.ts';

const HOUR = 3_600_000;

/** Hours of 1000 requests, of which so many were bad. */
function hours(...bad: readonly number[]): readonly HourOfEvents[] {
  return bad.map((count, index) => ({ to: (index + 1) * HOUR, bad: count, total: 1000 }));
}

function slo(all: readonly HourOfEvents[], short: SloMeasurement['short'] = {}): SloMeasurement {
  const sum = (key: 'bad' | 'total') => all.reduce((total, hour) => total + hour[key], 0);
  return {
    name: 'availability',
    objectiveText: '99%',
    objective: 0.99,
    whole: { bad: sum('bad'), total: sum('total') },
    hours: all,
    short,
  };
}

describe('the burn rate', () => {
  test('is 1 where exactly the budget is spent, and 14.4 where 2% of a month is spent in an hour', () => {
    expect(burnRate({ bad: 1, total: 1000 }, 0.999)).toBeCloseTo(1, 9);
    // 2% of the budget of 720 hours in one of them.
    expect(burnRate({ bad: 0.02 * 720 * 0.001, total: 1 }, 0.999)).toBeCloseTo(14.4, 9);
  });

  test('is nothing without requests, and without end where the objective allows no error', () => {
    expect(burnRate({ bad: 0, total: 0 }, 0.99)).toBe(0);
    expect(burnRate({ bad: 1, total: 10 }, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a burst', () => {
  test('is an hour that burnt too fast, with the moment at which it was worst', () => {
    const [first, ...others] = findBursts(hours(0, 0, 200, 0, 0), 0.99, 1);
    expect(first).toMatchObject({ window: '1 h', from: 2 * HOUR, to: 3 * HOUR, worstTo: 3 * HOUR });
    expect(first?.burn).toBeCloseTo(20, 9);
    expect(others.every((burst) => burst.window === '6 h')).toBe(true);
  });

  test('is one where hours follow each other', () => {
    const bursts = findBursts(hours(0, 160, 300, 150, 0), 0.99, 1).filter((burst) => burst.window === '1 h');
    expect(bursts).toHaveLength(1);
    expect(bursts[0]).toMatchObject({ from: HOUR, to: 4 * HOUR, worstTo: 3 * HOUR });
  });

  test('is slow, over six hours, where no single hour is fast', () => {
    const bursts = findBursts(hours(70, 70, 70, 70, 70, 70), 0.99, 1);
    expect(bursts.map((burst) => burst.window)).toEqual(['6 h']);
  });

  test('comes earlier while monitoring is elevated', () => {
    expect(findBursts(hours(0, 120, 0), 0.99, 1)).toEqual([]);
    expect(findBursts(hours(0, 120, 0), 0.99, 0.8)).toHaveLength(1);
  });

  test('is not made of a handful of errors in little traffic', () => {
    expect(findBursts([{ to: HOUR, bad: 4, total: 4 }], 0.99, 1)).toEqual([]);
    expect(findBursts([{ to: HOUR, bad: 5, total: 5 }], 0.99, 1)).toHaveLength(1);
  });

  test('never reaches beyond the hours, and its worst window lies in it', () => {
    const all = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(all, (bad) => {
        for (const burst of findBursts(hours(...bad), 0.99, 0.8)) {
          expect(burst.from).toBeGreaterThanOrEqual(0);
          expect(burst.to).toBeLessThanOrEqual(bad.length * HOUR);
          expect(burst.worstTo > burst.from && burst.worstTo <= burst.to).toBe(true);
        }
      }),
    );
  });
});

describe('an SLO in hypercare', () => {
  test('is over budget by the elevated limit, before the budget itself is spent', () => {
    const measured = slo(hours(9, 9, 9, 9));
    expect(judgeSlo(measured, 1, 'UTC')).toMatchObject({ ok: true, code: 'within-budget' });
    expect(judgeSlo(measured, 0.8, 'UTC')).toMatchObject({ ok: false, code: 'over-budget' });
  });

  const burntOnce = hours(...Array.from({ length: 48 }, (_, hour) => (hour === 29 ? 200 : 1)));

  test('that burnt for an hour and stopped is flagged, and is no failure', () => {
    const found = judgeSlo(slo(burntOnce), 0.8, 'UTC');
    expect(found).toMatchObject({ ok: true, code: 'burnt' });
    expect(found.detail).toContain('over 1 h until');
  });

  const burning = hours(...Array.from({ length: 48 }, (_, hour) => (hour === 47 ? 200 : 1)));

  test('that burns now is a failure, and none once the short window says that it stopped', () => {
    expect(judgeSlo(slo(burning, { '1 h': { bad: 20, total: 100 } }), 0.8, 'UTC')).toMatchObject({
      ok: false,
      code: 'burning',
    });
    expect(judgeSlo(slo(burning, { '1 h': { bad: 0, total: 100 } }), 0.8, 'UTC')).toMatchObject({
      ok: true,
      code: 'burnt',
    });
  });

  test('without requests is no pass', () => {
    expect(judgeSlo(slo([]), 0.8, 'UTC')).toMatchObject({ ok: false, code: 'no-requests' });
  });
});

describe('coverage', () => {
  test('counts overlapping holes once, and only within the span', () => {
    const span = { from: 0, to: 48 * HOUR };
    const holes = [
      { from: 20 * HOUR, to: 23 * HOUR },
      { from: 21 * HOUR, to: 24 * HOUR },
      { from: -5 * HOUR, to: HOUR },
    ];
    expect(coverageOf(span, holes)).toBeCloseTo(1 - 5 / 48, 9);
    expect(coverageOf(span, [])).toBe(1);
    expect(coverageOf(span, [span])).toBe(0);
  });
});
