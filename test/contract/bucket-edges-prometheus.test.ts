import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrometheusMetrics } from '../../src/adapters/prometheus/metrics.ts';
import type { Slo } from '../../src/plan/spec.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { readSloCounts } from '../../src/usecases/slo/counts.ts';
import { openSloReader, readControl } from '../../src/usecases/slo/reader.ts';
import { haveBinaries, type PastSeries, type StartedServer, startPrometheus } from '../support/prometheus.ts';

const real = haveBinaries('prometheus', 'promtool');
const END = Date.UTC(2026, 10, 3, 15);
const SCRAPE_MS = 15_000;
const SCRAPES = 120;
const SPAN = { from: END - 15 * 60_000, to: END };
const CANARY = ['track="canary"'];
const STABLE = ['track="stable"'];

/** What each pod answers between two scrapes, of which one in twenty takes more than a second. */
const PODS = [
  ['canary', 'api-canary-1', 20],
  ['stable', 'api-1', 100],
  ['stable', 'api-2', 100],
] as const;

function seriesOf([track, pod, perScrape]: (typeof PODS)[number]): readonly PastSeries[] {
  const labels = { service: 'api', track, pod, instance: pod, job: 'api' };
  const counted = (share: number): PastSeries['samples'] =>
    Array.from({ length: SCRAPES + 1 }, (_, i) => [
      (END - (SCRAPES - i) * SCRAPE_MS) / 1000,
      Math.round(i * perScrape * share),
    ]);
  return [
    { name: 'took_count', labels, samples: counted(1) },
    // As Prometheus 3 stores the edge, whether the exporter calls it 1 or 1.0.
    { name: 'took_bucket', labels: { ...labels, le: '1.0' }, samples: counted(0.95) },
  ];
}

const slo = (le: string): Slo => ({
  name: 'api latency',
  service: 'api',
  objective: '99%',
  good: `took_bucket{service="api",le="${le}"}`,
  total: 'took_count{service="api"}',
});

describe.skipIf(!real)('a bucket edge that a real Prometheus has stored as 1.0', () => {
  let server: StartedServer;
  let metrics: Metrics;
  beforeAll(async () => {
    server = await startPrometheus({ history: PODS.flatMap(seriesOf) });
    metrics = createPrometheusMetrics({ url: server.url, staleAfter: 60, timeout: 20_000 });
  }, 120_000);
  afterAll(() => server?.stop());

  const sides = { canary: CANARY, control: STABLE };
  const reader = (le: string) =>
    openSloReader({ metrics, slo: slo(le), sides, began: SPAN.from, staleAfter: 60_000 }).read(END, new Set());
  const control = (le: string) =>
    readControl({ metrics, slo: slo(le), matchers: STABLE, span: SPAN, staleAfter: 60_000 }, 60_000);

  it.each(['1', '1.0', '1.00'])('is counted as le="%s": one in twenty is bad, and not all', async (le) => {
    for (const [matchers, total] of [
      [CANARY, 1200],
      [STABLE, 12_000],
    ] as const) {
      const counts = { bad: total / 20, total };
      expect(await readSloCounts(metrics, slo(le), matchers, SPAN)).toMatchObject({ ok: true, value: { counts } });
    }
  });

  it.each(['1', '1.0', '1.00'])('is judged as le="%s", look by look and before the canary', async (le) => {
    expect(await reader(le)).toEqual(await reader('1.0'));
    const judged = await reader(le);
    if (!judged.ok) throw new Error(judged.detail);
    expect(judged.canary.total).toBeCloseTo(1200, 0);
    for (const side of [judged.canary, judged.control]) expect(side.bad / side.total).toBeCloseTo(0.05, 3);
    expect(await control(le)).toMatchObject({ ok: true });
  });

  it('is not every other edge: what matches nothing says nothing, and never that all events are bad', async () => {
    expect(await readSloCounts(metrics, slo('2'), CANARY, SPAN)).toMatchObject({
      ok: false,
      noData: { reason: 'never-matched' },
    });
    expect(await reader('2')).toMatchObject({ ok: false });
    expect(await control('2')).toEqual({
      ok: false,
      reason: 'uncountable',
      detail: 'the histogram has no edge at 2; it has 1',
    });
  });
});
