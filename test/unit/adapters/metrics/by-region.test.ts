import { describe, expect, it } from 'vitest';
import { createRegionalMetrics } from '../../../../src/adapters/metrics/by-region.ts';
import type { Metrics, Reading } from '../../../../src/ports/metrics.ts';

const HOUR = 3_600_000;
const span = { from: 0, to: 2 * HOUR };
const none = (reason: 'empty' | 'unreachable') => ({
  ok: false as const,
  noData: { reason, detail: `it is ${reason}` },
});

/** A store that counted so much, and notes what it was asked. */
function store(total: number | 'empty' | 'unreachable') {
  const asked: string[] = [];
  const answer = <T>(selector: string, matchers: readonly string[], value: T): Promise<Reading<T>> => {
    asked.push([selector, ...matchers].join(' '));
    return Promise.resolve(typeof total === 'string' ? none(total) : { ok: true, value });
  };
  const grown = Number(total);
  const metrics: Metrics = {
    increase: (selector, matchers) =>
      answer(selector, matchers, {
        total: grown,
        series: new Map([['{pod="web-0"}', grown]]),
        sampledAt: new Map([['{instance="web-0"}', grown]]),
        hours: [
          { to: HOUR, total: 0 },
          { to: 2 * HOUR, total: grown },
        ],
      }),
    samples: (selector, matchers) =>
      answer(selector, matchers, [{ labels: { pod: 'web-0' }, points: [{ at: 1, value: grown }] }]),
    lostTargets: () => answer('up', [], [{ instance: `of-${total}` }]),
    scalar: (query) => answer(query, [], grown),
    gaps: (selector, matchers) => answer(selector, matchers, [{ from: grown, to: grown + 10 }]),
  };
  return { asked, metrics };
}

function open(eu: ReturnType<typeof store>, us: ReturnType<typeof store>, whole?: ReturnType<typeof store>) {
  return createRegionalMetrics(whole?.metrics, [
    { name: 'eu', matcher: 'region="eu"', metrics: eu.metrics },
    { name: 'us', matcher: 'region = "us"', metrics: us.metrics },
  ]);
}

describe('metrics of regions with stores of their own', () => {
  it('are asked of the region whose matcher is given, however it is spelled, without the matcher', async () => {
    const [eu, us] = [store(1), store(2)];
    const metrics = open(eu, us);
    expect(await metrics.increase('total', ['pod=~"web-.*",region="us"'], span)).toMatchObject({ value: { total: 2 } });
    expect(await metrics.samples('total', ['track="canary"', "region='eu'"], span)).toMatchObject({ ok: true });
    expect({ eu: eu.asked, us: us.asked }).toEqual({ eu: ['total track="canary"'], us: ['total pod=~"web-.*"'] });
  });

  it('are added up where no region is named, and series of the same labels are told apart', async () => {
    const metrics = open(store(1), store(2));
    expect(await metrics.increase('total', [], span)).toEqual({
      ok: true,
      value: {
        total: 3,
        series: new Map([
          ['{relctl_region="eu",pod="web-0"}', 1],
          ['{relctl_region="us",pod="web-0"}', 2],
        ]),
        sampledAt: new Map([
          ['{relctl_region="eu",instance="web-0"}', 1],
          ['{relctl_region="us",instance="web-0"}', 2],
        ]),
        hours: [
          { to: HOUR, total: 0 },
          { to: 2 * HOUR, total: 3 },
        ],
      },
    });
    expect(await metrics.samples('total', [], span)).toMatchObject({
      value: [{ labels: { relctl_region: 'eu' } }, { labels: { relctl_region: 'us' } }],
    });
    expect(await metrics.gaps('total', [], span, 5)).toEqual({ ok: true, value: [{ from: 1, to: 12 }] });
    expect(await metrics.lostTargets(1)).toEqual({ ok: true, value: [{ instance: 'of-1' }, { instance: 'of-2' }] });
  });

  it('come from the store of the environment where it has one, and so do regions without their own', async () => {
    const [eu, us, whole] = [store(1), store(2), store(9)];
    const metrics = open(eu, us, whole);
    expect(await metrics.increase('total', [], span)).toMatchObject({ value: { total: 9 } });
    expect(await metrics.increase('total', ['region="asia"'], span)).toMatchObject({ value: { total: 9 } });
    expect(await metrics.scalar('sum(up)', 1)).toEqual({ ok: true, value: 9 });
    expect(whole.asked).toEqual(['total', 'total region="asia"', 'sum(up)']);
    expect([...eu.asked, ...us.asked]).toEqual([]);
  });

  it.each([
    ['unreachable', store('unreachable'), store(2), 'unreachable', 'eu: it is unreachable'],
    ['without series, beside one that has them', store('empty'), store(2), 'error', 'eu: it is empty'],
    ['without series, beside one that is unreachable', store('empty'), store('unreachable'), 'unreachable', 'us: '],
    ['without series, as the other', store('empty'), store('empty'), 'empty', 'us: it is empty'],
  ] as const)('are no data when one region is %s', async (_, eu, us, reason, detail) => {
    const metrics = open(eu, us);
    for (const reading of [
      await metrics.increase('total', [], span),
      await metrics.samples('total', [], span),
      await metrics.gaps('total', [], span, 5),
    ]) {
      expect(reading).toMatchObject({ ok: false, noData: { reason, detail: expect.stringContaining(detail) } });
    }
  });

  it('have no one number of a query', async () => {
    expect(await open(store(1), store(2)).scalar('sum(up)', 1)).toMatchObject({
      ok: false,
      noData: { reason: 'several-values', detail: expect.stringContaining('eu, us') },
    });
  });
});
