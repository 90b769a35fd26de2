import type { HourOfEvents } from '../../domain/hypercare/burn.ts';
import type { Counts } from '../../domain/judge/look.ts';
import { countsByReplica, countsOf } from '../../domain/judge/replicas.ts';
import type { Slo } from '../../plan/spec.ts';
import type { HourGrowth, Increase, Metrics, Reading, Span } from '../../ports/metrics.ts';

/** What an SLO's counters say of a span: bad and all events, and the same by replica where the metrics tell them apart. */
export interface SloCounts {
  readonly counts: Counts;
  readonly replicas: Readonly<Record<string, Counts>> | undefined;
  /** The same by whole hours, oldest first; only of a span that is longer than an hour. */
  readonly hours?: readonly HourOfEvents[];
}

/** How often both counters are read before it is said that they do not agree. */
const READS = 4;

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
  const [good, total] = await readTogether(metrics, slo, matchers, span);
  if (!total.ok) return total;
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

/**
 * Reads both counters from the same scrapes. They are two questions, and a scrape that is stored between them is in one answer
 * only: its requests would look bad in their thousands. So both are asked again until they agree on when each target was last
 * sampled, or two times in a row say the same, as recorded series of different age do.
 */
async function readTogether(
  metrics: Metrics,
  slo: Slo,
  matchers: readonly string[],
  span: Span,
): Promise<readonly [good: Reading<Increase>, total: Reading<Increase>]> {
  let before: string | undefined;
  for (let reads = 1; ; reads += 1) {
    const [answered, total] = await Promise.all([
      metrics.increase(slo.good, matchers, span),
      metrics.increase(slo.total, matchers, span),
    ]);
    if (!total.ok) return [answered, total];
    const good = emptyIsZero(answered, total.value);
    if (!good.ok || areOfOneTime(good.value, total.value)) return [good, total];
    const said = JSON.stringify([good.value, total.value].map((one) => [one.total, [...(one.sampledAt ?? [])]]));
    if (said === before) return [good, total];
    before = said;
    if (reads === READS) {
      const detail = `good and total of ${slo.name} were of different scrapes, ${READS} times in a row`;
      return [{ ok: false, noData: { reason: 'error', detail } }, total];
    }
  }
}

/** Every target of the one was last sampled when it was in the other. */
function areOfOneTime(good: Increase, total: Increase): boolean {
  const targets = total.sampledAt;
  if (targets === undefined) return true;
  return [...targets].every(([target, at]) => good.sampledAt?.get(target) === at);
}

function hoursOf(good: readonly HourGrowth[], total: readonly HourGrowth[]): readonly HourOfEvents[] {
  const answered = new Map(good.map((hour) => [hour.to, hour.total]));
  return total.map((hour) => ({ to: hour.to, ...countsOf(answered.get(hour.to) ?? 0, hour.total) }));
}

function emptyIsZero(good: Reading<Increase>, total: Increase): Reading<Increase> {
  const isZero = !good.ok && good.noData.reason === 'empty' && total.total > 0;
  return isZero ? { ok: true, value: { total: 0, series: new Map() } } : good;
}
