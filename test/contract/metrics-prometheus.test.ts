import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrometheusMetrics } from '../../src/adapters/prometheus/metrics.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { haveBinaries, type PastSeries, type StartedServer, startPrometheus } from '../support/prometheus.ts';
import { describeMetricsContract, reason, value } from './metrics.contract.ts';

const real = haveBinaries('prometheus', 'promtool');
/** All history is around this moment, whole seconds since the epoch. */
const T0 = Date.parse('2026-03-01T12:00:00Z') / 1000;
const MINUTE = 60;
const HOUR = 3600;

function at(seconds: number): number {
  return (T0 + seconds) * 1000;
}

/** Samples each `every` seconds within [from, to], relative to T0. */
function steady(from: number, to: number, every: number, valueAt: (seconds: number) => number): PastSeries['samples'] {
  const samples: [number, number][] = [];
  for (let t = from; t <= to; t += every) samples.push([T0 + t, valueAt(t)]);
  return samples;
}

function counter(name: string, labels: Record<string, string>, samples: PastSeries['samples']): PastSeries {
  return { name, labels, samples };
}

const requests = (track: string, code: string, rate: number) =>
  counter(
    'http_requests_total',
    { service: 'web', track, code },
    steady(-HOUR, HOUR, 15, (t) => 5000 + rate * (t + HOUR)),
  );

describe.skipIf(!real)('the metrics port on a real Prometheus', () => {
  let server: StartedServer;
  let metrics: Metrics;
  const day2 = 48 * HOUR;

  const history: PastSeries[] = [
    requests('stable', '200', 100),
    requests('stable', '500', 1),
    requests('canary', '200', 2),
    // Restarts at +100 s and again at +400 s, each time from zero.
    counter(
      'restarting_total',
      { pod: 'a' },
      steady(-600, 600, 15, (t) => (t < 100 ? 9000 + t : t < 400 ? t - 90 : t - 395)),
    ),
    // First seen within the span, with its first error already counted.
    counter(
      'errors_total',
      { pod: 'old' },
      steady(-600, 600, 15, () => 40),
    ),
    counter(
      'errors_total',
      { pod: 'new' },
      steady(300, 600, 15, (t) => (t < 450 ? 1 : 3)),
    ),
    // Away for twenty minutes around the start of the span, then back with its old count.
    counter('away_total', { pod: 'a' }, [
      ...steady(-3000, -1200, 15, (t) => 100_000 + t),
      ...steady(60, 600, 15, (t) => 100_000 + t),
    ]),
    // Stops five minutes before the end.
    counter(
      'stopping_total',
      { pod: 'a' },
      steady(-600, 300, 15, (t) => 600 + t),
    ),
    // One sample just before the span and none in it.
    counter('sparse_total', { pod: 'a' }, [[T0 - 5, 7]]),
    counter('broken_total', { pod: 'a' }, [
      ...steady(-600, 60, 15, (t) => t + 600),
      [T0 + 75, 'NaN'],
      ...steady(90, 600, 15, (t) => t),
    ]),
    counter('endless_total', { pod: 'a' }, [...steady(-600, 585, 15, (t) => t + 600), [T0 + 600, '+Inf']]),
    counter(
      'zero',
      {},
      steady(-600, 600, 15, () => 0),
    ),
    // Scraped each 15 s, with holes of 10 and 3 minutes, by two targets of which one is late.
    ...['a', 'b'].map((pod) =>
      counter(
        'holes_total',
        { pod },
        steady(-HOUR, HOUR, 15, (t) => t + HOUR)
          .map(([t, v]) => [t + (pod === 'b' ? 7 : 0), v] as const)
          .filter(([t]) => !(t > T0 + 600 && t < T0 + 1200) && !(t > T0 + 1800 && t < T0 + 1980)),
      ),
    ),
    counter(
      'slow_total',
      { pod: 'a' },
      steady(-HOUR, HOUR, 120, (t) => t + HOUR),
    ),
    // Two days at 15 s with a restart every 5 h on one pod, and a pod that comes in the second night.
    counter(
      'long_total',
      { pod: 'calm' },
      steady(-HOUR, day2, 15, (t) => t + HOUR),
    ),
    counter(
      'long_total',
      { pod: 'restless' },
      steady(-HOUR, day2, 15, (t) => (t + HOUR) % (5 * HOUR)),
    ),
    counter(
      'long_total',
      { pod: 'late' },
      steady(30 * HOUR + 5, day2, 15, (t) => t - 30 * HOUR),
    ),
    counter(
      'lost_total',
      { job: 'web', instance: 'one:80' },
      steady(-600, 600, 15, (t) => t + 600),
    ),
    counter(
      'lost_total',
      { job: 'web', instance: 'two:80' },
      steady(-600, 300, 15, (t) => t + 600),
    ),
    counter(
      'up',
      { job: 'web', instance: 'one:80' },
      steady(-600, 600, 15, () => 1),
    ),
    counter(
      'up',
      { job: 'web', instance: 'two:80' },
      steady(-600, 600, 15, (t) => (t <= 300 ? 1 : 0)),
    ),
    // A pod that was taken away: its `up` stops with it.
    counter(
      'gone_total',
      { job: 'api', instance: 'one:80' },
      steady(-600, 600, 15, (t) => t + 600),
    ),
    counter(
      'gone_total',
      { job: 'api', instance: 'two:80' },
      steady(-600, 300, 15, (t) => t + 600),
    ),
    counter(
      'up',
      { job: 'api', instance: 'two:80' },
      steady(-600, 300, 15, () => 1),
    ),
  ];

  beforeAll(async () => {
    server = await startPrometheus({ history });
    metrics = createPrometheusMetrics({ url: server.url, staleAfter: 60, timeout: 20_000 });
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
  });

  describeMetricsContract('Prometheus', async () => ({
    metrics,
    selector: 'http_requests_total{service="web"}',
    canary: 'track="canary"',
    control: 'track="stable"',
    span: { from: at(0), to: at(15 * MINUTE) },
    interval: 15,
    scalar: { query: 'sum(rate(http_requests_total{track="stable"}[5m]))', value: 101 },
    severalValues: 'http_requests_total',
  }));

  const span = { from: at(0), to: at(600) };
  const increase = (selector: string, within = span) => metrics.increase(selector, [], within);

  it('counts exactly, without extrapolation to the edges of the span', async () => {
    const off = { from: at(7), to: at(609) };
    // Samples at 0 (the baseline) and up to 600; PromQL's increase() would say 60,200 or so.
    expect(value(await metrics.increase('http_requests_total{code="200"}', ['track="stable"'], off)).total).toBe(
      60_000,
    );
  });

  it('takes a reset as a restart from zero', async () => {
    // 9000 at 0 to 9090 at 90, then 15 at 105 to 300 at 390, then 10 at 405 to 205 at 600.
    expect(value(await increase('restarting_total')).total).toBe(90 + 300 + 205);
  });

  it('counts the first error of a series that appears within the span', async () => {
    const { total, series } = value(await increase('errors_total'));
    expect(total).toBe(3);
    expect(Object.fromEntries(series)).toEqual({ '{pod="new"}': 3, '{pod="old"}': 0 });
  });

  it('does not count the past of a series that was away and came back', async () => {
    expect(value(await increase('away_total')).total).toBe(600 + 1200);
  });

  it('adds a span of 48 hours exactly, restarts and late series included', async () => {
    const { series } = value(await metrics.increase('long_total', [], { from: at(0), to: at(day2) }));
    // 49 h of growth with a restart each 5 h (at 4 h, 9 h, …, 44 h): nine times 17,985 at the last sample before, then the rest.
    const restless = 17_985 - HOUR + 8 * 17_985 + 4 * HOUR;
    expect(Object.fromEntries(series)).toEqual({
      '{pod="calm"}': day2,
      '{pod="late"}': 18 * HOUR - 10,
      '{pod="restless"}': restless,
    });
  });

  it('gives the same for a long span as for its hours one by one', async () => {
    const end = 7 * HOUR + 1234;
    const whole = value(await metrics.increase('long_total', [], { from: at(-1700), to: at(end) }));
    let sum = 0;
    for (let from = -1700; from < end; from += 1800) {
      const to = Math.min(end, from + 1800);
      sum += value(await metrics.increase('long_total', [], { from: at(from), to: at(to) })).total;
    }
    expect(whole.total).toBe(sum);
  });

  it('is stale when the last sample is too old at the end of the span', async () => {
    expect(reason(await increase('stopping_total'))).toBe('stale');
    expect(reason(await increase('stopping_total', { from: at(0), to: at(350) }))).toBe('ok');
    expect(reason(await increase('stopping_total', { from: at(-5 * HOUR), to: at(600) }))).toBe('stale');
  });

  it('has too few samples when none was taken within the span', async () => {
    expect(reason(await increase('sparse_total', { from: at(0), to: at(10) }))).toBe('too-few-samples');
  });

  it('refuses samples that are no number, in short and in long spans', async () => {
    expect(reason(await increase('broken_total'))).toBe('not-a-number');
    expect(reason(await increase('broken_total', { from: at(-2 * HOUR), to: at(600) }))).toBe('not-a-number');
    expect(reason(await increase('endless_total'))).toBe('not-a-number');
    expect(reason(await increase('endless_total', { from: at(-2 * HOUR), to: at(600) }))).toBe('not-a-number');
  });

  it('has no data while a target of the selector cannot be reached, but a pod that was taken away is fine', async () => {
    expect(reason(await increase('lost_total'))).toBe('stale');
    expect(reason(await increase('lost_total', { from: at(-2 * HOUR), to: at(600) }))).toBe('stale');
    expect(value(await increase('gone_total')).total).toBe(600 + 300);
  });

  it('names a target that is scraped in vain, and none that was taken away', async () => {
    expect(value(await metrics.lostTargets(at(600)))).toEqual([{ job: 'web', instance: 'two:80' }]);
    expect(value(await metrics.lostTargets(at(300)))).toEqual([]);
  });

  it('gives the samples of a series that was away with what it had before in front', async () => {
    const [series] = value(await metrics.samples('away_total', [], span));
    expect(series?.points.slice(0, 2)).toEqual([
      { at: at(0), value: 100_000 - 1200 },
      { at: at(60), value: 100_060 },
    ]);
    expect(series?.points.at(-1)).toEqual({ at: at(600), value: 100_600 });
  });

  it('gives new samples only of series that are known, and all of them whole where one is not', async () => {
    const late = { from: at(590), to: at(600) };
    const [known] = value(await metrics.samples('away_total', [], late, () => true));
    expect(known?.points).toEqual([{ at: at(600), value: 100_600 }]);
    const [unknown] = value(await metrics.samples('away_total', [], late, () => false));
    expect(unknown?.points).toEqual(value(await metrics.samples('away_total', [], late))[0]?.points);
    expect(unknown?.points.length).toBe(2);
  });

  it('reads what a query gives: 0/0, infinity, text, a range, an old value, nonsense', async () => {
    const scalar = (query: string, when = at(600)) => metrics.scalar(query, when).then(reason);
    expect(await scalar('zero / zero')).toBe('not-a-number');
    expect(await scalar('1 / 0')).toBe('not-a-number');
    expect(await scalar('sum(zero) + 1')).toBe('ok');
    expect(await scalar('vector(3)')).toBe('ok');
    expect(await scalar('"text"')).toBe('error');
    expect(await scalar('zero[1m]')).toBe('error');
    expect(await scalar('stopping_total')).toBe('stale');
    expect(await scalar('sum(')).toBe('error');
    expect(await scalar('errors_total')).toBe('several-values');
    expect(await scalar('no_such_thing')).toBe('empty');
  });

  it('finds the gaps with exact edges, also over two days', async () => {
    const seen = [
      { from: at(600), to: at(1200) },
      { from: at(1800), to: at(1980) },
    ];
    expect(value(await metrics.gaps('holes_total', [], { from: at(0), to: at(HOUR) }, 60))).toEqual(seen);
    expect(value(await metrics.gaps('holes_total', ['pod="a"'], { from: at(0), to: at(HOUR) }, 300))).toEqual([
      { from: at(600), to: at(1200) },
    ]);
    const twoDays = { from: at(HOUR - day2), to: at(HOUR + 600) };
    expect(value(await metrics.gaps('holes_total', ['pod="a"'], twoDays, 60))).toEqual([
      { from: twoDays.from, to: at(-HOUR) },
      ...seen,
      { from: at(HOUR), to: twoDays.to },
    ]);
  });

  it('does not take an ordinary scrape interval for a gap', async () => {
    expect(value(await metrics.gaps('slow_total', [], { from: at(0), to: at(HOUR) }, 60))).toEqual([]);
  });

  it('has no gaps to tell of a counter that is not there', async () => {
    expect(reason(await metrics.gaps('no_such_total', [], span, 60))).toBe('empty');
  });

  it('cannot be made to run another query by a selector or a matcher', async () => {
    for (const [selector, matchers] of [
      ['http_requests_total{service="web"} or vector(1)', []],
      ['sum(http_requests_total)', []],
      ['http_requests_total', ['track="canary"} or vector(1) or x{a="b"']],
      ['http_requests_total', ['']],
      ['', []],
    ] as const) {
      expect(reason(await metrics.increase(selector, matchers, span))).toBe('error');
    }
    const hostile = 'track="canary\\"} or vector(1) #"';
    expect(reason(await metrics.increase('http_requests_total', [hostile], span))).toBe('empty');
  });

  it('is a time-out when the server is stopped and never answers, and recovers', async () => {
    const hasty = createPrometheusMetrics({ url: server.url, staleAfter: 60, timeout: 300 });
    await server.suspend();
    try {
      expect(reason(await hasty.increase('errors_total', [], span))).toBe('timeout');
      expect(reason(await hasty.scalar('1', at(0)))).toBe('timeout');
      expect(reason(await hasty.gaps('errors_total', [], span, 60))).toBe('timeout');
    } finally {
      server.resume();
    }
    expect(reason(await increase('errors_total'))).toBe('ok');
  });
});
