import type { HourOfEvents } from '../domain/hypercare/burn.ts';
import type { Counts } from '../domain/judge/look.ts';
import { countsByReplica, countsOf } from '../domain/judge/replicas.ts';
import type { Slo } from '../plan/spec.ts';
import type { HourGrowth, Increase, Metrics, Reading, Span } from '../ports/metrics.ts';

/** What an SLO's counters say of a span: bad and all events, and the same by replica where the metrics tell them apart. */
export interface SloCounts {
  readonly counts: Counts;
  readonly replicas: Readonly<Record<string, Counts>> | undefined;
  /** The same by whole hours, oldest first; only of a span that is longer than an hour. */
  readonly hours?: readonly HourOfEvents[];
}

/**
 * Counts good and bad events of an SLO. No good event at all is a zero where events were counted: an outage must not read as
 * missing data. Anything else that is missing is.
 */
export async function readSloCounts(
  metrics: Metrics,
  slo: Slo,
  matchers: readonly string[],
  span: Span,
): Promise<Reading<SloCounts>> {
  const [answered, total] = await Promise.all([
    metrics.increase(slo.good, matchers, span),
    metrics.increase(slo.total, matchers, span),
  ]);
  if (!total.ok) return total;
  const good = emptyIsZero(answered, total.value);
  if (!good.ok) return good;
  return {
    ok: true,
    value: {
      counts: countsOf(good.value.total, total.value.total),
      replicas: countsByReplica(good.value.series, total.value.series),
      hours: hoursOf(good.value.hours ?? [], total.value.hours ?? []),
    },
  };
}

function hoursOf(good: readonly HourGrowth[], total: readonly HourGrowth[]): readonly HourOfEvents[] {
  const answered = new Map(good.map((hour) => [hour.to, hour.total]));
  return total.map((hour) => ({ to: hour.to, ...countsOf(answered.get(hour.to) ?? 0, hour.total) }));
}

function emptyIsZero(good: Reading<Increase>, total: Increase): Reading<Increase> {
  const isZero = !good.ok && good.noData.reason === 'empty' && total.total > 0;
  return isZero ? { ok: true, value: { total: 0, series: new Map() } } : good;
}
