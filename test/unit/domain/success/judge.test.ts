import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baselineDays, successDays } from '../../../../src/domain/success/days.ts';
import { meanInterval } from '../../../../src/domain/success/interval.ts';
import { judgeMetric, observeDay } from '../../../../src/domain/success/judge.ts';
import { knowsThePast, type ObservedDay, type SuccessMetric } from '../../../../src/domain/success/metric.ts';
import { successMetricSchema } from '../../../../src/plan/spec/success.ts';

const METRIC: SuccessMetric = {
  name: 'wallet share',
  query: 'wallet_share',
  direction: 'up',
  target: 10,
  guardrail: 2,
  owner: 'priya@example.com',
};

function week(...values: readonly (number | null)[]): readonly ObservedDay[] {
  return values.map((value, index) => ({
    day: `2026-12-0${index + 1}`,
    metric: METRIC.name,
    value,
    baseline: [5],
    state: value === null ? 'no-data' : 'ok',
    detail: value === null ? 'no data: nothing was sampled' : '',
  }));
}

describe('the interval of a mean', () => {
  test('is that of the textbook: 1, 2, 3 have 2 ± 4.303 · 1/√3', () => {
    const { mean, low, high } = meanInterval([1, 2, 3]) ?? { mean: 0, low: 0, high: 0 };
    expect(mean).toBe(2);
    expect(high - mean).toBeCloseTo(4.303 / Math.sqrt(3), 6);
    expect(mean - low).toBeCloseTo(4.303 / Math.sqrt(3), 6);
  });

  test('does not exist for two values', () => {
    expect(meanInterval([1, 2])).toBeUndefined();
  });

  test('holds its mean, and moves and stretches with the values', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (sample, shift) => {
        const plain = meanInterval(sample);
        const moved = meanInterval(sample.map((value) => value + shift));
        expect(plain && plain.low <= plain.mean && plain.mean <= plain.high).toBe(true);
        expect((moved?.low ?? 0) - shift).toBeCloseTo(plain?.low ?? 0, 3);
      }),
    );
  });
});

describe('a success metric', () => {
  test('is met only when the whole interval reaches the target', () => {
    expect(judgeMetric(METRIC, { days: week(12, 12.5, 13, 12.2) })).toMatchObject({ verdict: 'met', days: 4 });
  });

  test('is missed only when the whole interval falls short', () => {
    expect(judgeMetric(METRIC, { days: week(6, 6.2, 5.9, 6.1) })).toMatchObject({ verdict: 'missed', baseline: 5 });
  });

  test('is inconclusive when the interval holds the target, however good the mean is', () => {
    const judged = judgeMetric(METRIC, { days: week(5, 25, 4, 12) });
    expect(judged.value).toBeGreaterThan(METRIC.target);
    expect(judged.verdict).toBe('inconclusive');
    expect(judged.interval?.[0]).toBeLessThan(METRIC.target);
  });

  test('is inconclusive on two days, and says which day had no data', () => {
    const judged = judgeMetric(METRIC, { days: week(12, null, 13) });
    expect(judged).toMatchObject({ verdict: 'inconclusive', days: 2 });
    expect(judged.detail).toContain('2026-12-02: no data');
  });

  test('breaks its guardrail before anything else is said', () => {
    expect(judgeMetric(METRIC, { days: week(1, 1.2, 0.9) })).toMatchObject({ verdict: 'guardrail-broken' });
  });

  test('is compared the other way round where less is better', () => {
    const latency: SuccessMetric = { ...METRIC, direction: 'down', target: 300, guardrail: 500 };
    expect(judgeMetric(latency, { days: week(250, 251, 249) })).toMatchObject({ verdict: 'met' });
    expect(judgeMetric(latency, { days: week(550, 551, 549) })).toMatchObject({ verdict: 'guardrail-broken' });
  });

  test('that a person gave for the week is compared as it is, and says that it has no interval', () => {
    const judged = judgeMetric(METRIC, { days: week(1, 1, 1), given: 11 });
    expect(judged).toMatchObject({ verdict: 'met', value: 11 });
    expect(judged.interval).toBeUndefined();
    expect(judged.detail).toContain('no confidence interval');
  });

  test('never is met and missed for the same days, and a verdict follows from its interval', () => {
    const values = fc.array(fc.double({ min: 2, max: 50, noNaN: true }), { minLength: 3, maxLength: 7 });
    fc.assert(
      fc.property(values, (sample) => {
        const { verdict, interval } = judgeMetric(METRIC, { days: week(...sample) });
        const [low = 0, high = 0] = interval ?? [];
        expect(verdict).toBe(low >= METRIC.target ? 'met' : high < METRIC.target ? 'missed' : 'inconclusive');
      }),
    );
  });

  test('warns of the day on which its guardrail is broken', () => {
    expect(observeDay(METRIC, '2026-12-04', { value: 1 }, [5]).state).toBe('guardrail-broken');
    expect(observeDay(METRIC, '2026-12-04', { value: 2 }, [5]).state).toBe('ok');
    expect(observeDay(METRIC, '2026-12-04', { missing: 'no data' }, []).state).toBe('no-data');
  });
});

describe('the days of the first week', () => {
  const zone = 'America/New_York';
  const deployed = Date.parse('2026-10-29T18:00:00Z');

  test('are whole days of the zone after the day of the deployment, also where the clocks change', () => {
    const days = successDays(deployed, Date.parse('2026-11-05T15:00:00Z'), zone);
    expect(days.map((day) => day.day)).toEqual([
      '2026-10-30',
      '2026-10-31',
      '2026-11-01',
      '2026-11-02',
      '2026-11-03',
      '2026-11-04',
    ]);
    expect(days.map((day) => (day.to - day.from) / 3_600_000)).toEqual([24, 24, 25, 24, 24, 24]);
  });

  test('end after seven, however late one looks', () => {
    expect(successDays(deployed, deployed + 40 * 86_400_000, zone)).toHaveLength(7);
  });

  test('are compared with the same weekdays, all of them before the deployment', () => {
    for (const day of successDays(deployed, deployed + 9 * 86_400_000, zone)) {
      const before = baselineDays(day, deployed, zone);
      expect(before).toHaveLength(2);
      for (const one of before) {
        expect(new Date(`${one.day}T12:00Z`).getUTCDay()).toBe(new Date(`${day.day}T12:00Z`).getUTCDay());
        expect(one.to).toBeLessThanOrEqual(deployed);
      }
    }
  });
});

describe('the source of a metric', () => {
  test('knows the past where it names the day', () => {
    const sql = { kind: 'sql', connectionFrom: 'SHOP', timeout: '10s' } as const;
    expect(knowsThePast({ ...sql, query: 'SELECT 1' })).toBe(false);
    expect(knowsThePast({ ...sql, query: 'SELECT count(*) FROM o WHERE at >= $1 AND at < $2' })).toBe(true);
    expect(knowsThePast({ ...sql, query: 'SELECT $12' })).toBe(false);
    expect(knowsThePast({ kind: 'http', url: 'http://x/{day}', pointer: '', timeout: '1s' })).toBe(true);
  });

  test('is one: a query and a source are refused together, and so is a connection where its name belongs', () => {
    const { success } = successMetricSchema.safeParse({ ...METRIC, source: { kind: 'hand' } });
    expect(success).toBe(false);
    const { query: _, ...bare } = METRIC;
    const source = { kind: 'sql', connectionFrom: 'postgres://shop:secret@db/shop', query: 'SELECT 1' };
    expect(successMetricSchema.safeParse({ ...bare, source }).success).toBe(false);
    expect(successMetricSchema.safeParse({ ...bare, source: { ...source, connectionFrom: 'SHOP_DB' } }).success).toBe(
      true,
    );
  });
});
