import { readSelector, writeSelector } from '../../plan/promql/selector.ts';
import type { Metrics, Reading } from '../../ports/metrics.ts';
import { formatSpan } from '../../text/figures.ts';
import { noData, openPrometheus, type PrometheusAccess, type PrometheusApi } from './api.ts';
import { readGaps } from './gaps.ts';
import { readIncrease } from './increase.ts';
import { readLostTargets, readSamples } from './samples.ts';
import { selectorWith } from './selector.ts';

/** How to read a Prometheus. */
export interface PrometheusMetricsOptions extends PrometheusAccess {
  /** Seconds after which a sample no longer says how things are. */
  readonly staleAfter: number;
}

/**
 * The metrics port on the Prometheus HTTP API v1 (also Thanos and Mimir, which speak it). Whatever the server does or fails to do
 * is a typed NoData: nothing is thrown but `config.invalid`, at once, for a URL that carries a password.
 */
export function createPrometheusMetrics(options: PrometheusMetricsOptions): Metrics {
  const api = openPrometheus(options);
  const staleAfter = options.staleAfter * 1000;
  return {
    increase: (selector, matchers, span) =>
      withSelector(selector, matchers, (text) => readIncrease(api, text, span, staleAfter)),
    gaps: (selector, matchers, span, longerThanSeconds) =>
      withSelector(selector, matchers, (text) => readGaps(api, text, span, longerThanSeconds * 1000)),
    samples: (selector, matchers, span, isKnown) =>
      withSelector(selector, matchers, (text) => readSamples(api, text, span, isKnown)),
    lostTargets: (at) => readLostTargets(api, at, staleAfter),
    scalar: (query, at) => readScalar(api, query, at, staleAfter),
  };
}

async function withSelector<T>(
  selector: string,
  matchers: readonly string[],
  read: (text: string) => Promise<Reading<T>>,
): Promise<Reading<T>> {
  const parsed = selectorWith(selector, matchers);
  return typeof parsed === 'string'
    ? noData('error', `not a counter selector: ${parsed}`)
    : read(writeSelector(parsed));
}

/**
 * One number. An old sample is `stale`: where the query is a plain selector its time is asked for, and in other queries
 * selectors are told to look back no further (`lookback_delta`, which Prometheus before 2.44 ignores: there a sample may be
 * five minutes old, unless its target failed). Ranges that the query itself names are its author's.
 */
async function readScalar(api: PrometheusApi, query: string, at: number, staleAfter: number): Promise<Reading<number>> {
  const answer = await api.query(query, at, staleAfter);
  if (!answer.ok) return answer;
  const [only, ...others] = answer.value;
  if (only === undefined) {
    const older = await api.query(query, at);
    if (!older.ok) return older;
    return older.value.length === 0
      ? noData('empty', `${query} has no result`)
      : noData('stale', `what ${query} reads is older than ${formatSpan(staleAfter)}`);
  }
  if (others.length > 0) return noData('several-values', `${query} has ${answer.value.length} results, not one`);
  const value = only.points.at(-1)?.value;
  if (value === undefined || only.points.length > 1) return noData('error', `${query} gives a range, not a number`);
  if (!Number.isFinite(value)) return noData('not-a-number', `${query} is ${value}`);
  if (typeof readSelector(query) === 'string') return { ok: true, value };
  const sampled = await api.query(`timestamp(${query})`, at);
  if (!sampled.ok) return sampled;
  const sampledAt = (sampled.value[0]?.points[0]?.value ?? 0) * 1000;
  return sampledAt < at - staleAfter
    ? noData('stale', `the sample of ${query} is from ${new Date(sampledAt).toISOString()}`)
    : { ok: true, value };
}
