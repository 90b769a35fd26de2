import type {
  HourGrowth,
  Increase,
  Metrics,
  NoData,
  Reading,
  SampledSeries,
  SamplePoint,
  Span,
} from '../../ports/metrics.ts';
import { formatSpan } from '../../text/figures.ts';
import { faultOn } from './faults.ts';
import { evaluateQuery, labelsOf } from './query.ts';
import { keyOf } from './random.ts';
import { none, resolve } from './selectors.ts';
import { type Growth, growth, type Labelling, unreachable } from './series.ts';
import type { WorldState } from './world-state.ts';

/** A series without a sample for longer than this before the end of a span is stale. */
const STALE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Every pod is sampled this often. */
const SCRAPE_MS = 15_000;
/** Moments of the interval at which pods are scraped, with the fault `scrape-phases`. */
const PHASES_MS = [0, 3_000, 6_000, 9_000, 12_000];

/** The metrics store of one environment of the simulated company. `read` gives the world as it is now. */
export function createSandboxMetrics(
  environment: 'staging' | 'production',
  labelling: Labelling,
  read: () => WorldState,
): Metrics {
  const grown = (selector: string, matchers: readonly string[], span: Span): Reading<Growth> =>
    growthOf(selector, matchers)(span);
  /** Growth of one selector over spans; it is read once for all of them. */
  const growthOf = (selector: string, matchers: readonly string[]): ((span: Span) => Reading<Growth>) => {
    const state = read();
    const wanted = resolve(state, selector, matchers);
    return (span) => {
      const trouble = unavailable(state, environment, span.to);
      if (trouble !== undefined) return trouble;
      if (!(span.from < span.to)) return none('too-few-samples', 'the span is empty');
      if (wanted === undefined) return none('error', `the selector ${selector} cannot be read`);
      return { ok: true, value: growth(state, environment, labelling, wanted.metric, wanted.matchers, span) };
    };
  };
  return {
    async increase(selector, matchers, span): Promise<Reading<Increase>> {
      const reading = grown(selector, matchers, span);
      if (!reading.ok) return reading;
      const { series, present } = reading.value;
      if (series.size === 0) return none('empty', `no series of ${selector} had a sample in the span`);
      const end = present.reduce((latest, each) => Math.max(latest, each.to), 0);
      if (span.to - end > STALE_MS) {
        return none('stale', `the last sample is ${formatSpan(span.to - end)} older than the end of the span`);
      }
      let total = 0;
      for (const count of series.values()) total += count;
      if (span.to - span.from <= HOUR_MS) return { ok: true, value: { total, series } };
      const whole = Math.floor((span.to - span.from) / HOUR_MS);
      return {
        ok: true,
        value: {
          total,
          series,
          // Counted when it is asked for: of a month, these are 720 counts, and most who ask want only the sum.
          get hours() {
            return Array.from({ length: whole }, (_, index) => hourTo(span.to - (whole - 1 - index) * HOUR_MS));
          },
        },
      };

      function hourTo(to: number): HourGrowth {
        const hour = grown(selector, matchers, { from: to - HOUR_MS, to });
        return { to, total: hour.ok ? [...hour.value.series.values()].reduce((sum, count) => sum + count, 0) : 0 };
      }
    },
    async samples(selector, matchers, span): Promise<Reading<readonly SampledSeries[]>> {
      const points = new Map<string, SamplePoint[]>();
      const over = growthOf(selector, matchers);
      const isApart = faultOn(read(), 'scrape-phases', { environment });
      for (const phase of isApart ? PHASES_MS : [0]) {
        const trouble = sample(phase);
        if (trouble !== undefined) return trouble;
      }
      return { ok: true, value: [...points].map(([key, known]) => ({ labels: labelsOf(key), points: known })) };

      /** Scrapes of the pods that are scraped at this moment of the interval. */
      function sample(phase: number): { readonly ok: false; readonly noData: NoData } | undefined {
        let before = Math.floor((span.from - phase) / SCRAPE_MS) * SCRAPE_MS + phase;
        for (let at = before; at <= span.to; at += SCRAPE_MS) {
          const fresh = over({ from: at === before ? at - SCRAPE_MS : before, to: at });
          if (!fresh.ok) return fresh;
          const own = [...fresh.value.series].filter(([key]) => isScrapedAt(key, phase));
          const whole = own.some(([key]) => !points.has(key)) ? over({ from: 0, to: at }) : undefined;
          if (whole?.ok === false) return whole;
          for (const [key, count] of own) {
            const known = points.get(key) ?? [];
            points.set(key, known);
            const last = known.at(-1)?.value;
            known.push({ at, value: last === undefined ? (whole?.value.series.get(key) ?? count) : last + count });
          }
          before = at;
        }
        return undefined;
      }

      function isScrapedAt(key: string, phase: number): boolean {
        return !isApart || PHASES_MS[keyOf(0, labelsOf(key).pod ?? '') % PHASES_MS.length] === phase;
      }
    },
    async lostTargets(at) {
      const state = read();
      return unavailable(state, environment, at) ?? { ok: true, value: unreachable(state, environment, labelling, at) };
    },
    async scalar(query, at) {
      const state = read();
      const trouble = unavailable(state, environment, at);
      return trouble ?? evaluateQuery(state, environment, labelling, query, at);
    },
    async gaps(selector, matchers, span, longerThanSeconds): Promise<Reading<readonly Span[]>> {
      const reading = grown(selector, matchers, span);
      if (!reading.ok) return reading;
      if (reading.value.present.length === 0) return none('empty', `no series of ${selector} had a sample in the span`);
      const holes = holesOf(reading.value.present, read().outages, span);
      return { ok: true, value: holes.filter((hole) => hole.to - hole.from > longerThanSeconds * 1000) };
    },
  };
}

function unavailable(
  state: WorldState,
  environment: 'staging' | 'production',
  at: number,
): { readonly ok: false; readonly noData: NoData } | undefined {
  if (faultOn(state, 'prometheus-down', { environment }))
    return none('unreachable', 'the metrics store does not answer');
  if (at > state.now + STALE_MS) return none('stale', 'the end of the span is in the future');
  return undefined;
}

/** The parts of a span in which nothing was present, or the store was down. */
function holesOf(
  present: readonly Span[],
  outages: readonly { readonly from: number; readonly to?: number | undefined }[],
  span: Span,
): readonly Span[] {
  const missing: Span[] = [];
  let at = span.from;
  for (const each of [...present].sort((a, b) => a.from - b.from)) {
    if (each.from > at) missing.push({ from: at, to: each.from });
    at = Math.max(at, each.to);
  }
  if (at < span.to) missing.push({ from: at, to: span.to });
  for (const outage of outages) {
    const from = Math.max(span.from, outage.from);
    const to = Math.min(span.to, outage.to ?? Number.POSITIVE_INFINITY);
    if (from < to) missing.push({ from, to });
  }
  missing.sort((a, b) => a.from - b.from);
  return missing.reduce<Span[]>((merged, each) => {
    const last = merged.at(-1);
    if (last !== undefined && each.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, each.to) };
    } else merged.push(each);
    return merged;
  }, []);
}
