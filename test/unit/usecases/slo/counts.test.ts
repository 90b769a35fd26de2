import { describe, expect, it } from 'vitest';
import type { Slo } from '../../../../src/plan/spec.ts';
import type { Increase, Metrics, Reading } from '../../../../src/ports/metrics.ts';
import { readSloCounts } from '../../../../src/usecases/slo/counts.ts';

const SLO = { name: 'availability', service: 'web', objective: '99%', good: 'good', total: 'total' } as Slo;
const SPAN = { from: 0, to: 60_000 };
const grown = (total: number, sampledAt: Readonly<Record<string, number>> | undefined): Reading<Increase> => ({
  ok: true,
  value: {
    total,
    series: new Map([['{}', total]]),
    ...(sampledAt === undefined ? {} : { sampledAt: new Map(Object.entries(sampledAt)) }),
  },
});
const EMPTY: Reading<Increase> = { ok: false, noData: { reason: 'empty', detail: 'no series' } };

/** A store that says these, one after the other, and the last for ever. */
function storeThatSays(answers: Readonly<Record<'good' | 'total', readonly Reading<Increase>[]>>) {
  const asked = { good: 0, total: 0 };
  const increase = async (selector: string) => {
    const which = selector as 'good' | 'total';
    const list = answers[which];
    asked[which] += 1;
    return list[Math.min(asked[which], list.length) - 1] as Reading<Increase>;
  };
  return { asked, metrics: { increase } as unknown as Metrics };
}
const read = (metrics: Metrics) => readSloCounts(metrics, SLO, [], SPAN);

describe('good and total of an SLO', () => {
  it('are read again when a scrape was stored between the two questions: its requests are not bad', async () => {
    const { metrics, asked } = storeThatSays({
      good: [grown(748, { a: 45_000 }), grown(898, { a: 60_000 })],
      total: [grown(900, { a: 60_000 })],
    });
    expect(await read(metrics)).toMatchObject({ ok: true, value: { counts: { bad: 2, total: 900 } } });
    expect(asked).toEqual({ good: 2, total: 2 });
  });

  it('are read again when only one of several pods was between scrapes', async () => {
    const { metrics } = storeThatSays({
      good: [grown(1500, { a: 60_000, b: 40_000 }), grown(1798, { a: 60_000, b: 59_000 })],
      total: [grown(1800, { a: 60_000, b: 59_000 })],
    });
    expect(await read(metrics)).toMatchObject({ value: { counts: { bad: 2 } } });
  });

  it('are not zero before the first scrape of a new pod is in both', async () => {
    const { metrics } = storeThatSays({ good: [EMPTY, grown(150, { a: 60_000 })], total: [grown(150, { a: 60_000 })] });
    expect(await read(metrics)).toMatchObject({ value: { counts: { bad: 0, total: 150 } } });
  });

  it('are all bad when there is no good one, asked twice, and good ones were there earlier that day', async () => {
    const earlier = grown(9, { a: 1 });
    const { metrics, asked } = storeThatSays({ good: [EMPTY, EMPTY, earlier], total: [grown(150, { a: 60_000 })] });
    expect(await read(metrics)).toMatchObject({ value: { counts: { bad: 150, total: 150 } } });
    expect(asked.good).toBe(3);
  });

  it('are unknown when nothing has ever matched the good ones: the selector is wrong', async () => {
    const { metrics } = storeThatSays({ good: [EMPTY], total: [grown(150, { a: 60_000 })] });
    expect(await read(metrics)).toMatchObject({ ok: false, noData: { reason: 'never-matched' } });
  });

  it('are found under the spelling of the bucket edge that the store has', async () => {
    const asked: string[] = [];
    const increase = async (selector: string) => {
      asked.push(selector);
      return selector.includes('le="1.0"') || selector === 'took_count' ? grown(7, { a: 1 }) : EMPTY;
    };
    const slo = { ...SLO, good: 'took_bucket{le="1"}', total: 'took_count' } as Slo;
    const read = await readSloCounts({ increase } as unknown as Metrics, slo, [], SPAN);
    expect(read).toMatchObject({ ok: true, value: { counts: { total: 7 } } });
    expect(asked.some((one) => one.includes('le="1.0"'))).toBe(true);
  });

  it('that are always of different ages are taken once they say the same twice', async () => {
    const { metrics, asked } = storeThatSays({ good: [grown(90, { a: 50_000 })], total: [grown(100, { a: 60_000 })] });
    expect(await read(metrics)).toMatchObject({ value: { counts: { bad: 10, total: 100 } } });
    expect(asked).toEqual({ good: 2, total: 2 });
  });

  it('that never settle are no data', async () => {
    const { metrics } = storeThatSays({
      good: [1, 2, 3, 4].map((n) => grown(n, { a: n })),
      total: [grown(100, { a: 60_000 })],
    });
    expect(await read(metrics)).toMatchObject({ ok: false, noData: { reason: 'error' } });
  });

  it('are read once where they agree, and where the store cannot tell', async () => {
    for (const sampledAt of [{ a: 60_000 }, undefined]) {
      const { metrics, asked } = storeThatSays({ good: [grown(99, sampledAt)], total: [grown(100, sampledAt)] });
      expect(await read(metrics)).toMatchObject({ value: { counts: { bad: 1, total: 100 } } });
      expect(asked).toEqual({ good: 1, total: 1 });
    }
  });
});
