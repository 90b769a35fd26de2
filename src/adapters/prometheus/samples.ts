import type { IsKnown, Reading, SampledSeries, Span } from '../../ports/metrics.ts';
import type { PrometheusApi } from './api.ts';
import { noData } from './api.ts';
import { seriesKey } from './selector.ts';

/** A series seen this long before the span has its baseline there; Prometheus's own default for "still there". */
const LOOKBACK = 5 * 60_000;
/** A series seen this long ago was away and came back; it did not start from zero. */
const MEMORY = 24 * 3_600_000;

/**
 * Raw samples of a selector (as PromQL) within a span, each series with its last sample before it, which is looked for only where a series is not known:
 * of a bake that is read look by look the span is a few seconds, and what lies before it would be twenty times as much.
 */
export async function readSamples(
  api: PrometheusApi,
  selector: string,
  span: Span,
  isKnown?: IsKnown,
): Promise<Reading<readonly SampledSeries[]>> {
  if (span.to <= span.from) return noData('too-few-samples', `the span of ${selector} is empty`);
  if (isKnown !== undefined) {
    const fresh = await readRange(api, selector, span.to - span.from, span.to);
    if (!fresh.ok || fresh.value.every(({ labels }) => isKnown(labels))) return fresh;
  }
  const answer = await readRange(api, selector, span.to - span.from + LOOKBACK, span.to);
  if (!answer.ok) return answer;
  const series = answer.value.map(({ labels, points }) => ({ labels, points: fromLastBefore(points, span.from) }));
  const orphans = series.filter(({ points }) => (points[0]?.at ?? 0) > span.from);
  if (orphans.length === 0) return { ok: true, value: series };
  const older = await api.query(`last_over_time(${selector}[${MEMORY}ms])`, span.from);
  if (!older.ok) return older;
  const before = new Map(older.value.map((one) => [seriesKey(one.labels), one.points[0]]));
  return {
    ok: true,
    value: series.map((one) => {
      const known = (one.points[0]?.at ?? 0) > span.from ? before.get(seriesKey(one.labels)) : undefined;
      return known === undefined ? one : { ...one, points: [{ at: span.from, value: known.value }, ...one.points] };
    }),
  };
}

async function readRange(
  api: PrometheusApi,
  selector: string,
  length: number,
  to: number,
): Promise<Reading<readonly SampledSeries[]>> {
  const answer = await api.query(`${selector}[${length}ms]`, to);
  if (!answer.ok) return answer;
  const bad = answer.value.flatMap(({ points }) => points).find(({ value }) => !Number.isFinite(value));
  if (bad === undefined) return answer;
  const when = new Date(bad.at).toISOString();
  return noData('not-a-number', `${selector} has a sample near ${when} that is not a finite number`);
}

/**
 * Targets that are scraped in vain: `up` is 0 now and was not 1 for a while. One that was taken away has no `up` now, although its failed
 * scrapes are still in the range.
 */
export async function readLostTargets(
  api: PrometheusApi,
  at: number,
  staleAfter: number,
): Promise<Reading<readonly Readonly<Record<string, string>>[]>> {
  const answer = await api.query(`max_over_time(up[${staleAfter}ms]) == 0 and up == 0`, at);
  return answer.ok ? { ok: true, value: answer.value.map(({ labels }) => labels) } : answer;
}

function fromLastBefore<T extends { readonly at: number }>(points: readonly T[], from: number): readonly T[] {
  let first = 0;
  while (first + 1 < points.length && (points[first + 1]?.at ?? 0) <= from) first += 1;
  return points.slice(first);
}
