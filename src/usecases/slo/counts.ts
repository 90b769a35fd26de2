import type { HourOfEvents } from '../../domain/hypercare/burn.ts';
import type { Counts } from '../../domain/judge/look.ts';
import { countsByReplica, countsOf } from '../../domain/judge/replicas.ts';
import { spellingsOf } from '../../domain/judge/spellings.ts';
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

/** How far back a good event is looked for before none at all is believed. */
const DAY_MS = 86_400_000;

/**
 * Counts good and bad events of an SLO. No good event at all is a zero where events were counted and good ones are known: an outage
 * must not read as missing data. A selector that has matched nothing for a day is wrong, and says nothing. Anything else that is missing
 * is missing.
 */
export async function readSloCounts(
  metrics: Metrics,
  slo: Slo,
  matchers: readonly string[],
  span: Span,
): Promise<Reading<SloCounts>> {
  const [answered, total] = await readTogether(metrics, slo, matchers, span);
  if (!total.ok) return total;
  const good = await emptyIsZero(metrics, slo, answered, total.value, span);
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
    const [good, total] = await Promise.all([
      readSpelled(metrics, slo.good, matchers, span),
      metrics.increase(slo.total, matchers, span),
    ]);
    if (!total.ok) return [good, total];
    // A pod that was just made is in one answer before it is in the other.
    const isEmpty = !good.ok && good.noData.reason === 'empty' && total.value.total > 0;
    if (!good.ok && (!isEmpty || reads > 1)) return [good, total];
    if (!good.ok) continue;
    if (areOfOneTime(good.value, total.value)) return [good, total];
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

/** The counter under the first spelling of its bucket edge that the store knows. */
async function readSpelled(
  metrics: Metrics,
  selector: string,
  matchers: readonly string[],
  span: Span,
): Promise<Reading<Increase>> {
  const [first = selector, ...others] = spellingsOf(selector);
  const answered = await metrics.increase(first, matchers, span);
  for (const other of others) {
    if (answered.ok || answered.noData.reason !== 'empty') return answered;
    const again = await metrics.increase(other, matchers, span);
    if (again.ok || again.noData.reason !== 'empty') return again;
  }
  return answered;
}

async function emptyIsZero(
  metrics: Metrics,
  slo: Slo,
  good: Reading<Increase>,
  total: Increase,
  span: Span,
): Promise<Reading<Increase>> {
  if (good.ok || good.noData.reason !== 'empty' || total.total <= 0) return good;
  const known = await readSpelled(metrics, slo.good, [], { from: span.to - DAY_MS, to: span.to });
  if (known.ok || known.noData.reason !== 'empty') return { ok: true, value: { total: 0, series: new Map() } };
  const detail = `no series has matched ${slo.good} for a day, though requests are counted: the selector is wrong, or spells a label in another way`;
  return { ok: false, noData: { reason: 'never-matched', detail } };
}
