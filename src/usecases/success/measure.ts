import { timeOf } from '../../domain/schedule/calendar.ts';
import { baselineDays, type SuccessDay, successDays } from '../../domain/success/days.ts';
import { observeDay } from '../../domain/success/judge.ts';
import {
  knowsThePast,
  type MetricSource,
  type ObservedDay,
  type SuccessMetric,
  sourceOf,
} from '../../domain/success/metric.ts';
import type { EventData } from '../../plan/events.ts';
import type { Reading } from '../../ports/metrics.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';

/**
 * Measures the days of the first week that are over and were not observed yet, with the same weekdays before. What a source
 * cannot say of the past is asked of the day that has just ended only; what people give is taken for that day.
 * @param given values by the name of the metric, for the latest day
 */
export async function measureNewDays(
  context: Context,
  release: Release,
  given: ReadonlyMap<string, number>,
): Promise<readonly ObservedDay[]> {
  const { plan, state } = release.journal;
  const completedAt = state.deployment?.completedAt;
  if (completedAt === undefined) return [];
  const { timeZone } = plan.spec.window;
  const days = successDays(timeOf(completedAt), context.clock.now(), timeZone);
  const observed: ObservedDay[] = [];
  for (const metric of plan.spec.successMetrics) {
    const known = new Map(observedDays(state.successDays, metric.name).map((day) => [day.day, day]));
    for (const day of days) {
      const before = known.get(day.day);
      const isLatest = day === days.at(-1);
      const value = isLatest ? given.get(metric.name) : undefined;
      // What a person gives for a day that has a value already corrects it; both stay in the history.
      if (typeof before?.value === 'number' && (value === undefined || value === before.value)) continue;
      const reading: Reading<number> | undefined =
        value === undefined ? await readDay(context, sourceOf(metric), day, isLatest) : { ok: true, value };
      // Data may come late, so a day without any is asked again; that it still has none says nothing new.
      if (reading === undefined || (!reading.ok && before !== undefined)) continue;
      const baseline = await baselineOf(context, metric, day, timeOf(completedAt), timeZone);
      const seen = reading.ok ? { value: reading.value } : { missing: `no data: ${reading.noData.detail}` };
      const seenDay = observeDay(metric, day.day, seen, baseline);
      observed.push(
        typeof before?.value === 'number'
          ? { ...seenDay, detail: `${seenDay.detail}; corrected, it was ${before.value}` }
          : seenDay,
      );
    }
  }
  return observed;
}

/** What was observed of a metric, day by day; of a day that was looked at again the last word, since data may come late. */
export function observedDays(
  recorded: readonly { readonly data: EventData<'success.observed'> }[],
  metric: string,
): readonly ObservedDay[] {
  const byDay = new Map<string, ObservedDay>();
  for (const event of recorded) {
    for (const day of event.data.days) if (day.metric === metric) byDay.set(day.day, day);
  }
  return [...byDay.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** `undefined` where nothing can be said of that day: then it is no day of this metric, rather than one without data. */
async function readDay(
  context: Pick<Context, 'environments'>,
  source: MetricSource,
  day: SuccessDay,
  isLatest: boolean,
): Promise<Reading<number> | undefined> {
  if (source.kind === 'hand' || !(isLatest || knowsThePast(source))) return undefined;
  if (source.kind === 'prometheus') {
    // The day is over at its end; a moment before it, so that the sample of midnight belongs to the next day.
    return context.environments.metrics('production').scalar(source.query, day.to - 1);
  }
  return context.environments.success.read(source, day);
}

async function baselineOf(
  context: Context,
  metric: SuccessMetric,
  day: SuccessDay,
  completedAt: number,
  zone: string,
): Promise<readonly number[]> {
  const source = sourceOf(metric);
  if (!knowsThePast(source)) return [];
  const readings = await Promise.all(
    baselineDays(day, completedAt, zone).map((before) => readDay(context, source, before, false)),
  );
  return readings.flatMap((reading) => (reading?.ok === true ? [reading.value] : []));
}
