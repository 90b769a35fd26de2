import { describe, expect, it } from 'vitest';
import type { Slo } from '../../../../src/plan/spec.ts';
import type { Metrics, SampledSeries, Span } from '../../../../src/ports/metrics.ts';
import { openSloReader } from '../../../../src/usecases/slo/reader.ts';

const SLO = { name: 'availability', service: 'web', objective: '99%', good: 'good', total: 'total' } as Slo;
const BEGAN = 1_000_000_000_000;
const SIDES = { canary: ['track="canary"'], control: ['track="stable"'] };
const PODS = ['web-0', 'web-1', 'web-2'];

/** A store of pods that are scraped every 15 s, ten requests a second each, of which one in a hundred is bad; `behind` milliseconds. */
function store(behind: number, behindOf: Readonly<Record<string, number>> = {}) {
  const asked: (Span & { readonly of: 'canary' | 'stable' })[] = [];
  const samples: Metrics['samples'] = async (selector, matchers, span, isKnown) => {
    asked.push({ ...span, of: matchers.includes('track="canary"') ? 'canary' : 'stable' });
    const pods = matchers.includes('track="canary"') ? ['canary-0'] : PODS;
    const value: SampledSeries[] = pods.flatMap((pod, index) => {
      const labels = { pod };
      const to = span.to - behind - (behindOf[pod] ?? 0);
      // What lies before the span only where the series is not known, as the contract says.
      const from = isKnown?.(labels) === true ? span.from : span.from - 60_000;
      const points: { at: number; value: number }[] = [];
      for (let at = BEGAN - 600_000 + index * 4000; at <= to; at += 15_000) {
        const seconds = (at - BEGAN + 600_000) / 1000;
        if (at > from) points.push({ at, value: seconds * 1000 * (selector === 'good' ? 0.99 : 1) });
      }
      return points.length === 0 ? [] : [{ labels, points }];
    });
    return { ok: true, value };
  };
  return { asked, metrics: { samples } as unknown as Metrics };
}

const open = (metrics: Metrics, staleAfter: number) =>
  openSloReader({ metrics, slo: SLO, sides: SIDES, began: BEGAN, staleAfter });

describe('an SLO that is read look by look', () => {
  it('is asked for what is new only, and counts as if all had been asked for at once', async () => {
    const { asked, metrics } = store(0);
    const reader = open(metrics, 60_000);
    for (let at = 15_000; at < 300_000; at += 15_000) await reader.read(BEGAN + at, new Set());
    const reading = await reader.read(BEGAN + 300_000, new Set());
    const whole = await open(store(0).metrics, 60_000).read(BEGAN + 300_000, new Set());
    // A minute more is looked back for series that nobody knows yet: of the canary always, of its many stable pods at one look in four.
    const spans = (of: string) => asked.slice(-32).flatMap((one) => (one.of === of ? one.to - one.from : []));
    expect(Math.max(...spans('canary'))).toBeLessThanOrEqual(90_000);
    expect(spans('stable').filter((span) => span > 30_000)).toHaveLength(4);
    expect(reading).toMatchObject({ ok: true, moment: 285 });
    if (!reading.ok || !whole.ok) throw new Error('no reading');
    expect(reading.canary.total).toBeCloseTo(whole.canary.total, 6);
    expect(reading.canary.total).toBeCloseTo(285_000, 6);
    expect(reading.canary.bad / reading.canary.total).toBeCloseTo(0.01, 9);
    // At the last scrape of the canary that all pods have passed.
    expect(reading.control.total).toBeCloseTo(3 * 285_000, 6);
  });

  it('asks for the stable pods only when the canary was scraped again, and counts the same', async () => {
    const { asked, metrics } = store(0);
    const reader = open(metrics, 60_000);
    const moments = new Set<number | undefined>();
    for (let at = 1000; at < 300_000; at += 1000) {
      const reading = await reader.read(BEGAN + at, new Set());
      if (reading.ok) moments.add(reading.moment);
    }
    // Of each look two questions are about the canary; each scrape of it is waited for until a quorum of the pods has passed it.
    expect(moments.size).toBe(19);
    expect(asked.length).toBeLessThan(2 * 300 + 2 * 19 * 10);
    const reading = await reader.read(BEGAN + 300_000, new Set());
    const whole = await open(store(0).metrics, 60_000).read(BEGAN + 300_000, new Set());
    if (!reading.ok || !whole.ok) throw new Error('no reading');
    expect(reading.moment).toBe(whole.moment);
    expect(reading.canary.total).toBeCloseTo(whole.canary.total, 6);
    expect(reading.control.total).toBeCloseTo(whole.control.total, 6);
  });

  it('tells of a canary that is not scraped any more, though there is nothing new of it', async () => {
    const behindOf: Record<string, number> = {};
    const reader = open(store(0, behindOf).metrics, 60_000);
    for (let at = 5000; at <= 120_000; at += 5000) await reader.read(BEGAN + at, new Set());
    behindOf['canary-0'] = 10_000_000;
    const readings = [];
    for (let at = 125_000; at <= 200_000; at += 5000) readings.push(await reader.read(BEGAN + at, new Set()));
    expect(readings[0]).toMatchObject({ ok: true, moment: 105 });
    expect(readings.at(-1)).toMatchObject({ ok: false, detail: expect.stringContaining('not sampled for 1 min') });
  });

  it('reads on where a store is behind by minutes: what it has is new, however old', async () => {
    const { metrics } = store(150_000);
    const reader = open(metrics, 240_000);
    for (let at = 15_000; at <= 600_000; at += 15_000) await reader.read(BEGAN + at, new Set());
    expect(await reader.read(BEGAN + 615_000, new Set())).toMatchObject({ ok: true, moment: 450 });
  });

  it('reads again what a series that is behind may still bring, and does not wait for one that has ended', async () => {
    for (const [behind, longest] of [
      [40_000, 75_000],
      [90_000, 30_000],
    ] as const) {
      const { asked, metrics } = store(0, { 'web-1': behind });
      const reader = open(metrics, 60_000);
      for (let at = 15_000; at <= 600_000; at += 15_000) await reader.read(BEGAN + at, new Set());
      const usual = Math.min(...asked.slice(-32).flatMap(({ of, from, to }) => (of === 'stable' ? to - from : [])));
      expect(usual).toBeLessThanOrEqual(longest);
      expect(usual >= 40_000).toBe(behind === 40_000);
    }
  });

  it('counts the errors of a canary that a store of several parts has later than its other requests at each look', async () => {
    const samples: Metrics['samples'] = async (selector, matchers, span, isKnown) => {
      const [pod, from] = matchers.includes('track="canary"') ? ['canary-0', BEGAN] : ['web-0', BEGAN - 600_000];
      const value = (selector === 'good' ? ['200'] : ['200', '500']).flatMap((code): readonly SampledSeries[] => {
        const labels = { pod, code };
        // Scraped 4 s before each look; the errors are there 8 s later.
        const [share, behind] = code === '200' ? [0.9, 0] : [0.1, 8000];
        const since = isKnown?.(labels) === true ? span.from : span.from - 60_000;
        const times = Array.from({ length: 100 }, (_, index) => BEGAN - 600_000 + 11_000 + index * 15_000);
        const points = times
          .filter((at) => at >= from && at > since && at <= span.to - behind)
          .map((at) => ({ at, value: ((at - from) / 100) * share }));
        return points.length === 0 ? [] : [{ labels, points }];
      });
      // As the contract says: where all are known, only what is within the span.
      const fresh = value.map((one) => ({ ...one, points: one.points.filter(({ at }) => at > span.from) }));
      const within = fresh.filter(({ points }) => points.length > 0);
      return { ok: true, value: isKnown && within.every(({ labels }) => isKnown(labels)) ? within : value };
    };
    const reader = open({ samples } as unknown as Metrics, 60_000);
    for (let at = 15_000; at < 300_000; at += 15_000) await reader.read(BEGAN + at, new Set());
    const reading = await reader.read(BEGAN + 300_000, new Set());
    if (!reading.ok) throw new Error(reading.detail);
    expect(reading.canary.bad / reading.canary.total).toBeCloseTo(0.1, 2);
    expect(reading.moment).toBe(281);
  });
});
