import type { Reading, Span } from '../../ports/metrics.ts';
import { noData, type PrometheusApi } from './api.ts';

/** Prometheus refuses more than 11,000 points a series in one answer. */
const MAX_POINTS = 10_000;
/** Below Prometheus's lookback of five minutes, so that the grid sees the last sample before a gap. */
const MAX_STEP = 240_000;

/**
 * Spans in which no series of the selector had a sample, longer than a limit.
 *
 * A grid of half the limit is asked for the time of the newest sample: one number a grid point, whatever the number of series
 * and the scrape interval. Where two neighbours lie further apart than the limit, the samples between them are read; there
 * are few, since that is what a gap is. The edges come out exact to the millisecond.
 *
 * A pause of one ordinary scrape interval is no gap even when the limit is shorter: the limit is at least one and a half
 * intervals, the interval being the lower quartile of the distances at the end of the span.
 *
 * @param selector as PromQL
 * @param longerThan milliseconds
 */
export async function readGaps(
  api: PrometheusApi,
  selector: string,
  span: Span,
  longerThan: number,
): Promise<Reading<readonly Span[]>> {
  if (span.to <= span.from) return noData('too-few-samples', `the span of ${selector} is empty`);
  const coarse = await readSampleTimes(api, selector, span, Math.min(MAX_STEP, Math.max(1000, longerThan / 2)));
  if (!coarse.ok) return coarse;
  if (coarse.value.length === 0) return noData('empty', `no series matches ${selector} in the span`);
  const limit = await readLimit(api, selector, coarse.value, longerThan);
  if (!limit.ok) return limit;
  const gaps: Span[] = [];
  for (const pause of pauses(span, coarse.value, limit.value)) {
    const raw = await readTimes(api, selector, pause);
    if (!raw.ok) return raw;
    gaps.push(...pauses(pause, raw.value, limit.value));
  }
  return { ok: true, value: gaps };
}

/**
 * The limit, stretched when samples ordinarily come further apart. The grid alone cannot tell: it skips samples that are
 * closer than its step. So where it looks as if they came slowly, the last twenty are read.
 */
async function readLimit(
  api: PrometheusApi,
  selector: string,
  coarse: readonly number[],
  longerThan: number,
): Promise<Reading<number>> {
  const seeming = lowerQuartileDistance(coarse);
  if (1.5 * seeming <= longerThan) return { ok: true, value: longerThan };
  const to = coarse.at(-1) ?? 0;
  const last = await readTimes(api, selector, { from: to - 20 * seeming, to: to + 1 });
  return last.ok ? { ok: true, value: Math.max(longerThan, 1.5 * lowerQuartileDistance(last.value)) } : last;
}

/** Times of all samples of all series strictly within a span, ascending. */
async function readTimes(api: PrometheusApi, selector: string, span: Span): Promise<Reading<readonly number[]>> {
  const raw = await api.query(`${selector}[${span.to - span.from}ms]`, span.to);
  if (!raw.ok) return raw;
  const times = new Set(raw.value.flatMap((series) => series.points.map((point) => point.at)));
  return { ok: true, value: [...times].filter((at) => at > span.from && at < span.to).sort((a, b) => a - b) };
}

/** Times of samples within the span, ascending: of each grid point the newest sample before it. */
async function readSampleTimes(
  api: PrometheusApi,
  selector: string,
  span: Span,
  step: number,
): Promise<Reading<readonly number[]>> {
  const times = new Set<number>();
  for (let end = span.to; end > span.from; end -= step * MAX_POINTS) {
    const points = Math.min(MAX_POINTS - 1, Math.ceil((end - span.from) / step));
    const answer = await api.queryRange(`max(timestamp(${selector}))`, end - points * step, end, step);
    if (!answer.ok) return answer;
    for (const { value } of answer.value[0]?.points ?? []) {
      const at = Math.round(value * 1000);
      if (at > span.from && at <= span.to) times.add(at);
    }
  }
  return { ok: true, value: [...times].sort((a, b) => a - b) };
}

/** Stretches of a span between neighbouring times, and between times and edges, that are longer than the limit. */
export function pauses(span: Span, times: readonly number[], limit: number): readonly Span[] {
  const found: Span[] = [];
  let from = span.from;
  for (const to of [...times, span.to]) {
    if (to - from > limit) found.push({ from, to });
    from = to;
  }
  return found;
}

/** The lower quartile of the distances, or 0 when there are too few to call any of them ordinary. */
function lowerQuartileDistance(times: readonly number[]): number {
  const distances = times.slice(1).map((at, index) => at - (times[index] ?? at));
  if (distances.length < 4) return 0;
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 4)] ?? 0;
}
