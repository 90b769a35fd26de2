import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PrometheusApi } from '../../../../src/adapters/prometheus/api.ts';
import { pauses, readGaps } from '../../../../src/adapters/prometheus/gaps.ts';

/** A store with one series that was sampled at these times; it answers the questions that gaps are found with. */
function storeOf(times: readonly number[], asked: string[]): PrometheusApi {
  return {
    query: async (expression, at) => {
      asked.push(expression);
      const range = Number(/\[(\d+)ms\]/.exec(expression)?.[1]);
      const points = times.filter((t) => t >= at - range && t <= at).map((t) => ({ at: t, value: 1 }));
      return { ok: true, value: points.length === 0 ? [] : [{ labels: {}, points }] };
    },
    queryRange: async (expression, start, end, step) => {
      asked.push(expression);
      expect((end - start) / step).toBeLessThan(11_000);
      const range = Number(/\[(\d+)ms\]/.exec(expression)?.[1]);
      const points: { at: number; value: number }[] = [];
      for (let at = start; at <= end; at += step) {
        const value = times.filter((t) => t >= at - range && t <= at).length;
        if (value > 0) points.push({ at, value });
      }
      return { ok: true, value: points.length === 0 ? [] : [{ labels: {}, points }] };
    },
    data: async () => ({ ok: true, value: {} }),
  };
}

describe('readGaps', () => {
  it('finds exactly the pauses that all sample times show', async () => {
    // Odd distances stand among ordinary ones, which are most, as in life: so the limit stays the one that was asked for.
    const odd = fc.array(fc.integer({ min: 1, max: 2_000_000 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(odd, fc.constantFrom(60, 120, 300, 900), fc.nat(100_000), async (steps, longerThan, lead) => {
        const start = 1_772_366_400_000;
        const times: number[] = [];
        let at = start;
        for (const step of steps.flatMap((odd) => [odd, 15_000, 15_000, 15_000, 15_000])) {
          at += step;
          times.push(at);
        }
        const span = { from: start - lead, to: at + 1 };
        const gaps = await readGaps(storeOf(times, []), 'x{}', span, longerThan * 1000);
        expect(gaps).toEqual({ ok: true, value: pauses(span, times, longerThan * 1000) });
      }),
      { numRuns: 150 },
    );
  });

  it('asks little about two days that have no gap', async () => {
    const to = 1_772_366_400_000;
    const times = Array.from({ length: 11_520 }, (_, index) => to - (11_519 - index) * 15_000);
    const asked: string[] = [];
    expect(await readGaps(storeOf(times, asked), 'x{}', { from: to - 172_800_000, to }, 60_000)).toEqual({
      ok: true,
      value: [],
    });
    expect(asked.filter((expression) => expression.startsWith('max('))).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });
});
