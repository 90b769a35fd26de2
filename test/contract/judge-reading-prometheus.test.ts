import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrometheusMetrics } from '../../src/adapters/prometheus/metrics.ts';
import type { SloReading } from '../../src/domain/judge/look.ts';
import type { Slo } from '../../src/plan/spec.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { lostInstances, openSloReader } from '../../src/usecases/slo/reader.ts';
import { canaryPod, type Day, type SimulatedDay, simulateDay, stablePods, steady } from '../bench/judge/days/day.ts';
import type { SimulatedPod } from '../bench/judge/days/pods.ts';
import { historyOf, openReader } from '../bench/judge/days/run.ts';
import { createRandom } from '../bench/judge/random.ts';
import { haveBinaries, type PastSeries, type StartedServer, startPrometheus } from '../support/prometheus.ts';

const real = haveBinaries('prometheus', 'promtool');
/** The bake of every day begins here, whole seconds since the epoch. */
const T0 = Date.parse('2026-03-01T12:00:00Z') / 1000;

/** Days of the bench in small: each has something that a store could give otherwise than the bench does. */
const DAYS: Readonly<Record<string, Partial<Day> & Pick<Day, 'pods'>>> = {
  quiet: { pods: () => ({ canary: [canaryPod(100, steady(0.05))], stable: stablePods(100, steady(0.05)) }) },
  latency: {
    threshold: '0.5',
    pods: () => ({
      canary: [canaryPod(100, steady(0), { edges: { 0.1: 0.4, 0.5: 0.1, 2: 0.01 } })],
      stable: stablePods(100, steady(0)).map((pod) => ({ ...pod, edges: { 0.1: 0.3, 0.5: 0.05, 2: 0.01 } })),
    }),
  },
  lost: {
    pods: () => ({
      canary: [canaryPod(100, steady(0.05))],
      stable: stablePods(100, steady(0.05), [{ until: 100 }, { until: -40 }]),
      lost: ['stable-0'],
    }),
  },
  scaled: {
    pods: () => ({
      canary: [canaryPod(100, steady(0.05)), canaryPod(100, steady(0.05), { name: 'canary-1', from: 90 })],
      stable: stablePods(100, steady(0.05), [{ from: 70 }, { from: -20 }]),
    }),
  },
};

/** The judge's readings are the bench's and production's alike: otherwise what the bench measures says nothing of production. */
describe.skipIf(!real)('an SLO read from a real Prometheus, look by look', () => {
  let server: StartedServer;
  let metrics: Metrics;
  const days = new Map<string, SimulatedDay>();

  beforeAll(async () => {
    const history: PastSeries[] = [];
    for (const [name, day] of Object.entries(DAYS)) {
      const [simulated] = simulateDay(
        { section: '', name, rate: 100, aim: { kind: 'not-passed', atMost: 1 }, ...day },
        createRandom(7),
        () => 1,
      );
      if (simulated === undefined) continue;
      days.set(name, simulated);
      for (const track of ['canary', 'stable'] as const)
        history.push(...simulated[track].flatMap((pod) => seriesOf(name, track, pod)));
    }
    server = await startPrometheus({ history });
    metrics = createPrometheusMetrics({ url: server.url, staleAfter: 60, timeout: 20_000 });
  }, 120_000);
  afterAll(() => server?.stop());

  for (const [name, { threshold }] of Object.entries(DAYS)) {
    it(`gives the judge what the bench gives it: ${name}`, async () => {
      const day = days.get(name);
      if (day === undefined) throw new Error(name);
      const bench = openReader(day, threshold);
      const reader = openSloReader({
        metrics,
        slo: sloOf(name, threshold),
        sides: { canary: ['track="canary"'], control: ['track="stable"'] },
        began: T0 * 1000,
        staleAfter: 60_000,
      });
      expect(rounded(await reader.history(15_000))).toEqual(rounded(historyOf(day, threshold)));
      const lost = lostInstances(day.lost.map((instance) => ({ instance })));
      let seen = 0;
      let moment: number | undefined;
      for (let at = 5; at <= 300; at += at < 60 ? 5 : 15) {
        const [own, expected]: readonly SloReading[] = [await reader.read((T0 + at) * 1000, lost), bench(at)];
        // Of a moment that it has seen the judge takes nothing more, so the stable pods are not read for it.
        if (own?.ok === true && own.moment === moment)
          expect(expected, `at ${at} s`).toMatchObject({ ok: true, moment });
        else expect(rounded(own), `at ${at} s`).toEqual(rounded(expected));
        moment = own?.ok === true ? own.moment : undefined;
        if (own?.ok === true) seen += 1;
      }
      expect(seen).toBeGreaterThan(15);
    });
  }
});

function sloOf(day: string, threshold: string | undefined): Slo {
  const good = threshold === undefined ? `${day}_good_total` : `${day}_bucket{le="${threshold}"}`;
  return { name: day, service: 'web', objective: '99%', good, total: `${day}_total` };
}

function seriesOf(day: string, track: string, pod: SimulatedPod): readonly PastSeries[] {
  const one = (name: string, values: readonly number[], labels: Readonly<Record<string, string>> = {}): PastSeries => ({
    name,
    labels: { pod: pod.name, instance: pod.name, track, ...labels },
    samples: pod.times.map((at, index) => [Number((T0 + at).toFixed(3)), values[index] ?? 0]),
  });
  const edges = Object.entries(pod.within).map(([le, values]) => one(`${day}_bucket`, values, { le }));
  return [one(`${day}_total`, pod.total), ...(edges.length > 0 ? edges : [one(`${day}_good_total`, pod.good)])];
}

/** Interpolated counts, to a millionth. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, each) => (typeof each === 'number' ? Number(each.toFixed(6)) : each)));
}
