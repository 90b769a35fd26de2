import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Metrics, Reading, SamplePoint } from '../../src/ports/metrics.ts';

/** A world in which a counter has grown, as a subject of the contract. All times in milliseconds since the epoch. */
export interface MetricsWorld {
  readonly metrics: Metrics;
  /** A counter selector with traffic of canary and control, in series that differ in other labels too. */
  readonly selector: string;
  readonly canary: string;
  readonly control: string;
  /** At least ten minutes without a gap; the last sample is fresh at its end. */
  readonly span: { readonly from: number; readonly to: number };
  /** Distance of samples in seconds. */
  readonly interval: number;
  /** A query that gives one number at the end of the span, and that number. */
  readonly scalar: { readonly query: string; readonly value: number };
  /** A query that has several results there. */
  readonly severalValues?: string;
  stop?(): Promise<void>;
}

/** What every {@link Metrics} must do. */
export function describeMetricsContract(name: string, open: () => Promise<MetricsWorld>): void {
  describe(`metrics contract: ${name}`, () => {
    let world: MetricsWorld;
    beforeAll(async () => {
      world = await open();
    }, 60_000);
    afterAll(async () => {
      await world?.stop?.();
    });

    it('counts growth, and the total is the sum of its series', async () => {
      const { total, series } = value(await world.metrics.increase(world.selector, [], world.span));
      expect(total).toBeGreaterThan(0);
      expect([...series.values()].reduce((sum, grown) => sum + grown, 0)).toBeCloseTo(total, 6);
      expect(series.size).toBeGreaterThan(1);
    });

    it('is the same when it is asked twice', async () => {
      const first = value(await world.metrics.increase(world.selector, [world.canary], world.span));
      const second = value(await world.metrics.increase(world.selector, [world.canary], world.span));
      expect(second.total).toBe(first.total);
      expect([...second.series]).toEqual([...first.series]);
    });

    it('adds matchers to the selector: canary and control are disjoint parts of the whole', async () => {
      const all = value(await world.metrics.increase(world.selector, [], world.span));
      const canary = value(await world.metrics.increase(world.selector, [world.canary], world.span));
      const control = value(await world.metrics.increase(world.selector, [world.control], world.span));
      expect(canary.total).toBeGreaterThan(0);
      expect(control.total).toBeGreaterThan(0);
      expect(canary.total + control.total).toBeLessThanOrEqual(all.total + 1e-6);
      expect([...canary.series.keys()].filter((key) => control.series.has(key))).toEqual([]);
      for (const [key, grown] of canary.series) expect(all.series.get(key)).toBeCloseTo(grown, 6);
    });

    it('is additive: two adjoining spans grow by what the whole grows', async () => {
      const { from, to } = world.span;
      const middle = from + Math.round((to - from) / 2);
      const whole = value(await world.metrics.increase(world.selector, [world.control], { from, to }));
      const first = value(await world.metrics.increase(world.selector, [world.control], { from, to: middle }));
      const second = value(await world.metrics.increase(world.selector, [world.control], { from: middle, to }));
      expect(first.total + second.total).toBeCloseTo(whole.total, 6);
    });

    it('never shrinks as the span grows', async () => {
      const { from, to } = world.span;
      let before = 0;
      for (const part of [0.25, 0.5, 0.75, 1]) {
        const end = from + Math.round((to - from) * part);
        const { total } = value(await world.metrics.increase(world.selector, [world.canary], { from, to: end }));
        expect(total).toBeGreaterThanOrEqual(before);
        before = total;
      }
    });

    it('has no data for a counter that does not exist', async () => {
      expect(reason(await world.metrics.increase('relctl_no_such_counter_total', [], world.span))).toBe('empty');
    });

    it('has no data for an empty span', async () => {
      const { to } = world.span;
      expect((await world.metrics.increase(world.selector, [], { from: to, to })).ok).toBe(false);
    });

    it('has no data where samples have not come yet', async () => {
      const from = world.span.to + 7 * 86_400_000;
      expect((await world.metrics.increase(world.selector, [], { from, to: from + 600_000 })).ok).toBe(false);
    });

    it('gives the one number of a query', async () => {
      expect(value(await world.metrics.scalar(world.scalar.query, world.span.to))).toBeCloseTo(world.scalar.value, 6);
    });

    it('says which kind of no data a query gives', async () => {
      expect(reason(await world.metrics.scalar('relctl_no_such_gauge', world.span.to))).toBe('empty');
      if (world.severalValues !== undefined) {
        expect(reason(await world.metrics.scalar(world.severalValues, world.span.to))).toBe('several-values');
      }
    });

    it('finds no gap where samples came regularly', async () => {
      const gaps = value(await world.metrics.gaps(world.selector, [], world.span, 4 * world.interval));
      expect(gaps).toEqual([]);
    });

    it('gives raw samples, oldest first, that grow as it counts growth', async () => {
      const { from, to } = world.span;
      const samples = value(await world.metrics.samples(world.selector, [world.canary], { from, to }));
      expect(samples.length).toBeGreaterThan(0);
      for (const { labels, points } of samples) {
        expect(labels.track).toBe('canary');
        // One before the span at the most, and then each scrape within it.
        expect(points.filter(({ at }) => at <= from).length).toBeLessThanOrEqual(1);
        expect(points.at(-1)?.at).toBeGreaterThan(to - world.interval * 1000);
        expect(points.every(({ at, value: now }, index) => isAfter(points[index - 1], at, now))).toBe(true);
      }
      const first = Math.max(...samples.map(({ points }) => points[0]?.at ?? 0));
      const last = Math.min(...samples.map(({ points }) => points.at(-1)?.at ?? 0));
      const valueAt = (points: readonly SamplePoint[], at: number) => points.find((point) => point.at === at)?.value;
      const grown = samples.map(({ points }) => (valueAt(points, last) ?? 0) - (valueAt(points, first) ?? 0));
      const counted = value(
        await world.metrics.increase(world.selector, [world.canary], { from: first, to: last }),
      ).total;
      expect(grown.reduce((sum, one) => sum + one, 0)).toBeCloseTo(counted, 6);
    });

    it('gives the samples of a later span with the last one before it in front', async () => {
      const { from, to } = world.span;
      const middle = from + Math.round((to - from) / 2);
      const whole = value(await world.metrics.samples(world.selector, [world.canary], { from, to }));
      const later = value(await world.metrics.samples(world.selector, [world.canary], { from: middle, to }));
      const key = (labels: object) => JSON.stringify(Object.entries(labels).sort());
      for (const { labels, points } of later) {
        const all = whole.find((one) => key(one.labels) === key(labels))?.points ?? [];
        const before = all.findLast(({ at }) => at <= middle);
        expect(points).toEqual(all.filter((point) => point === before || point.at > middle));
      }
    });

    it('gives no samples of a counter that does not exist: that is an answer', async () => {
      expect(value(await world.metrics.samples('relctl_no_such_counter_total', [], world.span))).toEqual([]);
    });

    it('knows of no lost target where all are reached', async () => {
      expect(value(await world.metrics.lostTargets(world.span.to))).toEqual([]);
    });

    it('gives every no data a sentence for people', async () => {
      const reading = await world.metrics.increase('relctl_no_such_counter_total', [], world.span);
      expect(reading.ok ? '' : reading.noData.detail).toMatch(/\w+ \w+/);
    });
  });
}

function isAfter(before: SamplePoint | undefined, at: number, value: number): boolean {
  return before === undefined || (at > before.at && value >= before.value);
}

/** The value of a reading, or a failure that shows why there is none. */
export function value<T>(reading: Reading<T>): T {
  if (!reading.ok) throw new Error(`no data: ${reading.noData.reason}: ${reading.noData.detail}`);
  return reading.value;
}

/** Why a reading has no data, or `ok`. */
export function reason(reading: Reading<unknown>): string {
  return reading.ok ? 'ok' : reading.noData.reason;
}
