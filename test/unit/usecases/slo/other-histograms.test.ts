import { describe, expect, it } from 'vitest';
import type { Slo } from '../../../../src/plan/spec.ts';
import type { Metrics, SampledSeries } from '../../../../src/ports/metrics.ts';
import { openSloReader } from '../../../../src/usecases/slo/reader.ts';

const BEGAN = 1_000_000_000_000;
const SIDES = { canary: ['track="canary"'], control: ['track="stable"'] };
const SLO = {
  name: 'latency',
  service: 'web',
  objective: '99%',
  good: 'seconds_bucket{le="1"}',
  total: 'seconds_count',
} as Slo;

/** Ten requests a second at each pod, all of them quicker than 0.25 s; the canary's client has edges of its own. */
function store(canaryEdges: readonly string[]): Pick<Metrics, 'samples'> {
  return {
    samples: async (selector, matchers, span) => {
      const isCanary = matchers.includes('track="canary"');
      const edges = isCanary ? canaryEdges : ['0.25', '0.5', '1'];
      const asked = /le="([^"]+)"/.exec(selector)?.[1];
      const named = selector.includes('count')
        ? [undefined]
        : edges.filter((le) => asked === undefined || le === asked);
      const value: SampledSeries[] = (isCanary ? ['c'] : ['s1', 's2', 's3']).flatMap((pod) =>
        named.map((le) => {
          const points: { at: number; value: number }[] = [];
          for (let at = BEGAN - 600_000; at <= span.to; at += 15_000) {
            if (at > span.from - 60_000) points.push({ at, value: (at - BEGAN + 600_000) / 100 });
          }
          return { labels: { pod, ...(le === undefined ? {} : { le }) }, points };
        }),
      );
      return { ok: true, value };
    },
  };
}

async function readingWith(edges: readonly string[]) {
  const reader = openSloReader({ metrics: store(edges), slo: SLO, sides: SIDES, began: BEGAN, staleAfter: 60_000 });
  return reader.read(BEGAN + 120_000, new Set());
}

describe('a canary whose client has other edges than stable', () => {
  it('is no data where the threshold is not among them, and not a canary whose every request is slow', async () => {
    expect(await readingWith(['0.25', '0.5', '2'])).toEqual({
      ok: false,
      detail: 'canary: the histogram has no edge at 1; it has 0.25, 0.5, 2',
    });
  });

  it('is compared at the edges that both have, however they are spelled', async () => {
    for (const edges of [
      ['0.25', '0.5', '1.0'],
      ['0.250', '1.0', '3'],
    ]) {
      const reading = await readingWith(edges);
      if (!reading.ok) throw new Error(reading.detail);
      expect(reading.canary.bad, edges.join()).toBe(0);
      expect(reading.canary.total).toBeGreaterThan(1000);
      expect(reading.edges?.map(({ canary }) => canary.bad).filter((bad) => bad > 0)).toEqual([]);
      expect(reading.edges?.map(({ le }) => le)).toEqual(
        edges.length === 3 && edges[1] === '0.5' ? ['0.25', '0.5'] : ['0.25'],
      );
    }
  });
});
