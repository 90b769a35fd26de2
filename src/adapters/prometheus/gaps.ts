import type { Reading, Span } from '../../ports/metrics.ts';
import { noData, type PrometheusApi } from './api.ts';

/** Prometheus refuses more than 11,000 points a series in one answer. */
const MAX_POINTS = 10_000;
/** With more stretches than this to look into, reading all samples by the hour is cheaper. */
const MAX_STRETCHES = 100;
const HOUR = 3_600_000;

/**
 * Spans in which no series of the selector had a sample, longer than a limit, exact to the millisecond.
 *
 * The span is cut into windows of half the limit, of which Prometheus is asked whether they hold any sample: a longer gap
 * must leave one empty. Only around empty windows are samples read. So two days without a gap are one question, answered
 * with one number a window, whatever the number of series and the scrape interval.
 *
 * A pause of one ordinary scrape interval is no gap even when the limit is shorter: the limit is at least one and a half
 * intervals, the interval being the lower quartile of the latest distances.
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
  const step = Math.max(1000, Math.floor(longerThan / 2));
  const filled = await readFilledWindows(api, selector, span, step);
  if (!filled.ok) return filled;
  const latest = filled.value.at(-1);
  if (latest === undefined) return noData('empty', `no series matches ${selector} in the span`);
  const recent = Math.min(HOUR / 2, Math.max(HOUR / 6, 10 * longerThan));
  const end = await readTimes(api, selector, { from: latest - recent, to: latest });
  if (!end.ok) return end;
  const limit = Math.max(longerThan, 1.5 * lowerQuartileDistance(end.value));

  const gaps: Span[] = [];
  for (const stretch of stretchesToRead(span, filled.value, step)) {
    const times = await readTimes(api, selector, stretch);
    if (!times.ok) return times;
    gaps.push(...pauses(stretch, times.value, limit));
  }
  const whole = gaps[0]?.from === span.from && gaps[0].to === span.to;
  return whole ? noData('empty', `no series matches ${selector} in the span`) : { ok: true, value: gaps };
}

/** Ends of the windows that hold a sample, ascending. The last window ends with the span, the first may begin before it. */
async function readFilledWindows(
  api: PrometheusApi,
  selector: string,
  span: Span,
  step: number,
): Promise<Reading<readonly number[]>> {
  const answers: number[][] = [];
  for (let end = span.to; end > span.from; end -= step * MAX_POINTS) {
    const windows = Math.min(MAX_POINTS, Math.ceil((end - span.from) / step));
    const start = end - (windows - 1) * step;
    const answer = await api.queryRange(`max(count_over_time(${selector}[${step}ms]))`, start, end, step);
    if (!answer.ok) return answer;
    answers.unshift(answer.value[0]?.points.map((point) => point.at) ?? []);
  }
  return { ok: true, value: answers.flat() };
}

/** Around each run of empty windows the stretch from the filled window before it to the end of the one after it. */
function stretchesToRead(span: Span, filled: readonly number[], step: number): readonly Span[] {
  const stretches: Span[] = [];
  // One window before the first and one after the last stand for the edges.
  const before = span.to - Math.ceil((span.to - span.from) / step) * step;
  for (const run of pauses({ from: before, to: span.to + step }, filled, step)) {
    stretches.push({ from: Math.max(span.from, run.from - step), to: Math.min(span.to, run.to) });
  }
  if (stretches.length <= MAX_STRETCHES) return stretches;
  return [span];
}

/** Times of all samples of all series within a span (its start excluded), ascending. */
async function readTimes(api: PrometheusApi, selector: string, span: Span): Promise<Reading<readonly number[]>> {
  const times = new Set<number>();
  for (let from = span.from; from < span.to; from += HOUR) {
    const to = Math.min(span.to, from + HOUR);
    const raw = await api.query(`${selector}[${to - from}ms]`, to);
    if (!raw.ok) return raw;
    for (const series of raw.value) for (const point of series.points) if (point.at > span.from) times.add(point.at);
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
