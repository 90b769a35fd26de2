import type { Increase, NoData, Reading, Span } from '../../ports/metrics.ts';
import { formatSpan } from '../../text/figures.ts';
import { noData, type Point, type PrometheusApi, type Series } from './api.ts';
import { Growth } from './growth.ts';
import { seriesKey } from './selector.ts';

/** A series seen this long before the span has its baseline there; Prometheus's own default for "still there". */
const LOOKBACK = 5 * 60_000;
/** A series seen this long ago was away and came back; it did not start from zero. */
const MEMORY = 24 * 3_600_000;
/** Longest stretch that is read sample by sample in one answer. */
const WINDOW = 3_600_000;

/**
 * The exact growth of a counter over a span, from what was sampled (see {@link Growth}).
 *
 * A span up to an hour is read sample by sample. Of a longer one only the beginning is; the rest is cut into hours of which
 * Prometheus is asked the first and the last sample and the number of resets, which give the same sum, and only hours with
 * a reset are read sample by sample. So 48 hours at 15 s cost a few hundred numbers a series, not 11,520.
 *
 * @param selector as PromQL
 * @param staleAfter milliseconds
 */
export async function readIncrease(
  api: PrometheusApi,
  selector: string,
  span: Span,
  staleAfter: number,
): Promise<Reading<Increase>> {
  if (span.to <= span.from) return noData('too-few-samples', `the span of ${selector} is empty`);
  const growth = new Growth();
  const hours = span.to - span.from <= WINDOW ? 0 : Math.floor((span.to - span.from) / WINDOW);
  const headEnd = span.to - hours * WINDOW;
  const problem =
    (await enterHead(api, selector, span.from, headEnd, growth)) ??
    (hours === 0 ? undefined : await enterHours(api, selector, headEnd, span.to, growth)) ??
    (hours === 0 ? undefined : await enterTail(api, selector, span.to, staleAfter, growth)) ??
    (await findOlderBaselines(api, selector, span.from, growth)) ??
    findSilence(selector, span, staleAfter, growth) ??
    (await findLostTargets(api, selector, span.to, staleAfter, growth));
  if (problem !== undefined) return { ok: false, noData: problem };
  const series = growth.totals();
  let total = 0;
  for (const grown of series.values()) total += grown;
  const sampledAt = lastSampled(growth);
  return { ok: true, value: { total, series, sampledAt, ...(hours === 0 ? {} : { hours: growth.stretches() }) } };
}

/** When each target was last seen, over all its series. */
function lastSampled(growth: Growth): ReadonlyMap<string, number> {
  const sampled = new Map<string, number>();
  for (const { labels, seenAt } of growth.all().values()) {
    if (seenAt === undefined) continue;
    const target = targetKey(labels);
    sampled.set(target, Math.max(seenAt, sampled.get(target) ?? seenAt));
  }
  return sampled;
}

/** Raw samples from the lookback to `end`: those up to `from` are baselines, the others count. */
async function enterHead(api: PrometheusApi, selector: string, from: number, end: number, growth: Growth) {
  const answer = await api.query(`${selector}[${end - from + LOOKBACK}ms]`, end);
  if (!answer.ok) return answer.noData;
  for (const series of answer.value) {
    const key = seriesKey(series.labels);
    for (const point of series.points) {
      if (!Number.isFinite(point.value)) return notANumber(selector, point);
      if (point.at <= from) growth.setBaseline(key, series.labels, point.value);
      else growth.enter(key, series.labels, point.value);
      growth.seen(key, series.labels, point.at);
    }
  }
  return undefined;
}

/** Whole hours from `start` to `end` by their first and last samples, and sample by sample where there was a reset. */
async function enterHours(api: PrometheusApi, selector: string, start: number, end: number, growth: Growth) {
  const ask = (expression: string) => api.queryRange(expression, start + WINDOW, end, WINDOW);
  const range = `${selector}[${WINDOW}ms]`;
  // Without a reset a counter never falls, so the smallest sample of an hour is its first.
  const firsts = await ask(`min_over_time(${range})`);
  if (!firsts.ok) return firsts.noData;
  const lasts = await ask(`last_over_time(${range})`);
  if (!lasts.ok) return lasts.noData;
  // The product is zero, unless a sample is NaN or infinite: then it is NaN, and so is the sum.
  const resets = await ask(`resets(${range}) + 0 * sum_over_time(${range})`);
  if (!resets.ok) return resets.noData;

  const first = byKeyAndTime(firsts.value);
  const reset = byKeyAndTime(resets.value);
  const hours = new Map<number, HourOfSeries[]>();
  for (const series of lasts.value) {
    const key = seriesKey(series.labels);
    for (const { at, value } of series.points) {
      const count = reset.get(key)?.get(at);
      const lowest = first.get(key)?.get(at);
      if (count === undefined || lowest === undefined) return changedMeanwhile(selector);
      if (!Number.isFinite(count)) return notANumber(selector, { at, value: count });
      const hour = hours.get(at) ?? [];
      hour.push({ key, labels: series.labels, first: lowest, last: value, calm: count === 0 });
      hours.set(at, hour);
    }
  }
  growth.mark(start);
  for (let at = start + WINDOW; at <= end; at += WINDOW) {
    const trouble = await enterHour(hours.get(at) ?? [], at);
    if (trouble !== undefined) return trouble;
    growth.mark(at);
  }
  return undefined;

  async function enterHour(all: readonly HourOfSeries[], at: number): Promise<NoData | undefined> {
    for (const { key, labels, first: lowest, last } of all.filter((series) => series.calm)) {
      growth.enter(key, labels, lowest);
      growth.enter(key, labels, last);
    }
    const restless = new Set(all.filter((series) => !series.calm).map((series) => series.key));
    if (restless.size === 0) return undefined;
    const raw = await api.query(range, at);
    if (!raw.ok) return raw.noData;
    for (const series of raw.value) {
      const key = seriesKey(series.labels);
      if (!restless.has(key)) continue;
      for (const { value } of series.points) growth.enter(key, series.labels, value);
    }
    return undefined;
  }
}

/** What Prometheus says of one series in one hour. */
interface HourOfSeries {
  readonly key: string;
  readonly labels: Series['labels'];
  readonly first: number;
  readonly last: number;
  /** No reset within the hour. */
  readonly calm: boolean;
}

/** Who was still being sampled when the span ended. */
async function enterTail(api: PrometheusApi, selector: string, to: number, staleAfter: number, growth: Growth) {
  const answer = await api.query(`${selector}[${staleAfter}ms]`, to);
  if (!answer.ok) return answer.noData;
  for (const series of answer.value) {
    const last = series.points.at(-1);
    if (last !== undefined) growth.seen(seriesKey(series.labels), series.labels, last.at);
  }
  return undefined;
}

/** A series that was away for longer than the lookback and came back has an older baseline; counted from zero it would bring its whole past along. */
async function findOlderBaselines(api: PrometheusApi, selector: string, from: number, growth: Growth) {
  const orphans = new Set(growth.withoutBaseline());
  if (orphans.size === 0) return undefined;
  const answer = await api.query(`last_over_time(${selector}[${MEMORY}ms])`, from);
  if (!answer.ok) return answer.noData;
  for (const series of answer.value) {
    const key = seriesKey(series.labels);
    const point = series.points[0];
    if (!orphans.has(key) || point === undefined) continue;
    if (!Number.isFinite(point.value)) return notANumber(selector, point);
    growth.setBaseline(key, series.labels, point.value);
  }
  return undefined;
}

/** No series at all, none within the span, or none that is fresh at its end. */
function findSilence(selector: string, span: Span, staleAfter: number, growth: Growth): NoData | undefined {
  const all = [...growth.all().values()];
  if (all.length === 0) return { reason: 'empty', detail: `no series matches ${selector}` };
  const newest = Math.max(...all.map((series) => series.seenAt ?? Number.NEGATIVE_INFINITY));
  if (newest < span.to - staleAfter) {
    const since = Number.isFinite(newest) ? `is from ${new Date(newest).toISOString()}, ` : 'is ';
    return {
      reason: 'stale',
      detail: `the last sample of ${selector} ${since}older than ${formatSpan(staleAfter)} at the end of the span`,
    };
  }
  if (all.every((series) => series.first === undefined)) {
    return {
      reason: 'too-few-samples',
      detail: `${selector} was not sampled between the start and the end of the span`,
    };
  }
  return undefined;
}

/**
 * A target that is still being scraped, in vain, hides what its series would say. One that was taken away (a pod of an older
 * ReplicaSet) has no `up` any more and is fine. Only series that stopped are asked about, by their `job` and `instance`.
 */
async function findLostTargets(api: PrometheusApi, selector: string, to: number, staleAfter: number, growth: Growth) {
  const stopped = new Set<string>();
  for (const { labels, seenAt } of growth.all().values()) {
    if (labels.job === undefined || labels.instance === undefined) continue;
    if (seenAt === undefined || seenAt < to - staleAfter) stopped.add(targetKey(labels));
  }
  if (stopped.size === 0) return undefined;
  const answer = await api.query(`max_over_time(up[${staleAfter}ms]) == 0 and up == 0`, to);
  if (!answer.ok) return answer.noData;
  const lost = answer.value.map((series) => targetKey(series.labels)).find((target) => stopped.has(target));
  if (lost === undefined) return undefined;
  return {
    reason: 'stale' as const,
    detail: `Prometheus has not reached the target ${lost} of ${selector} for ${formatSpan(staleAfter)}`,
  };
}

function targetKey(labels: Readonly<Record<string, string>>): string {
  return seriesKey({ instance: labels.instance ?? '', job: labels.job ?? '' });
}

function byKeyAndTime(all: readonly Series[]): ReadonlyMap<string, ReadonlyMap<number, number>> {
  return new Map(all.map((s) => [seriesKey(s.labels), new Map(s.points.map((p) => [p.at, p.value]))]));
}

function notANumber(selector: string, point: Point): NoData {
  return {
    reason: 'not-a-number',
    detail: `${selector} has a sample near ${new Date(point.at).toISOString()} that is not a finite number`,
  };
}

function changedMeanwhile(selector: string): NoData {
  return { reason: 'error', detail: `the history of ${selector} changed while it was being read` };
}
