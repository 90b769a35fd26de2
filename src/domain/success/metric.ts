import type { EventData } from '../../plan/events.ts';
import type { Spec } from '../../plan/spec.ts';

/** A success metric of the plan. */
export type SuccessMetric = Spec['successMetrics'][number];
/** What was judged of it. */
export type JudgedMetric = EventData<'success.judged'>['metrics'][number];
/** What was observed of it on one day. */
export type ObservedDay = EventData<'success.observed'>['days'][number];
/** Where its value comes from. */
export type MetricSource = NonNullable<SuccessMetric['source']>;

/** Where a metric's value comes from: its source, the query that is short for one, or people. */
export function sourceOf(metric: Pick<SuccessMetric, 'source' | 'query'>): MetricSource {
  if (metric.source !== undefined) return metric.source;
  return metric.query === undefined ? { kind: 'hand' } : { kind: 'prometheus', query: metric.query };
}

/**
 * True for a source that can be asked about any day of the past, not only about now: Prometheus and files always, a database
 * or a service only where the query or URL names the day.
 */
export function knowsThePast(source: MetricSource): boolean {
  switch (source.kind) {
    case 'prometheus':
    case 'csv':
      return true;
    case 'sql':
      return /\$[12](?!\d)/.test(source.query);
    case 'http':
      return /\{(day|from|to)\}/.test(source.url);
    case 'hand':
      return false;
  }
}

/** The number that somebody wrote for a metric; `undefined` where it is none. */
export function writtenNumber(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** True when a value is at a bound or on its good side. */
export function reaches(metric: Pick<SuccessMetric, 'direction'>, value: number, bound: number): boolean {
  return metric.direction === 'up' ? value >= bound : value <= bound;
}
