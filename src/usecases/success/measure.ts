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
import { readSource } from './read-source.ts';

/** Values that people give for one day, by the name of the metric. */
export interface GivenValues {
  /** `YYYY-MM-DD`, in the zone of the window. */
  readonly day: string;
  readonly values: ReadonlyMap<string, number>;
}

/**
 * Measures the days of the first week that are over and were not observed yet, with the same weekdays before. What a source
 * cannot say of the past is asked of the day that has just ended only; what people give is taken for its day.
 */
export async function measureNewDays(
  context: Context,
  release: Release,
  given: GivenValues | undefined,
): Promise<readonly ObservedDay[]> {
  const observed: ObservedDay[] = [];
  for (const metric of release.journal.plan.spec.successMetrics) {
    const days = daysOver(context, release);
    for (const day of days) {
      const value = given?.day === day.day ? given.values.get(metric.name) : undefined;
      const isLatest = day === days.at(-1);
      const seen = await observedAnew(context, release, metric, day, value, (source) =>
        readDay(context, source, day, isLatest),
      );
      if (seen !== undefined) observed.push(seen);
    }
  }
  return observed;
}

/** What people give for one day that is over, and nothing beside it; what is recorded like that already is left out. */
export async function givenDays(
  context: Context,
  release: Release,
  { day: wanted, values }: GivenValues,
): Promise<readonly ObservedDay[]> {
  const observed: ObservedDay[] = [];
  const day = daysOver(context, release).find((one) => one.day === wanted);
  for (const metric of release.journal.plan.spec.successMetrics) {
    const value = values.get(metric.name);
    if (day === undefined || value === undefined) continue;
    const seen = await observedAnew(context, release, metric, day, value, async () => undefined);
    if (seen !== undefined) observed.push(seen);
  }
  return observed;
}

/** The days of the first week that are over. */
export function daysOver(
  { clock }: Pick<Context, 'clock'>,
  { journal }: Pick<Release, 'journal'>,
): readonly SuccessDay[] {
  const { plan, state } = journal;
  const completedAt = state.deployment?.completedAt;
  return completedAt === undefined ? [] : successDays(timeOf(completedAt), clock.now(), plan.spec.window.timeZone);
}

/** A day of a metric where it says something new: a value that a person gives, or what is read where there is none yet. */
async function observedAnew(
  context: Context,
  { journal: { plan, state } }: Release,
  metric: SuccessMetric,
  day: SuccessDay,
  value: number | undefined,
  read: (source: MetricSource) => Promise<Reading<number> | undefined>,
): Promise<ObservedDay | undefined> {
  const before = observedDays(state.successDays, metric.name).find((one) => one.day === day.day);
  // What a person gives for a day that has a value already corrects it; both stay in the history.
  if (typeof before?.value === 'number' && (value === undefined || value === before.value)) return undefined;
  const reading = value === undefined ? await read(sourceOf(metric)) : { ok: true as const, value };
  // Data may come late, so a day without any is asked again; that it still has none says nothing new.
  if (reading === undefined || (!reading.ok && before !== undefined)) return undefined;
  const completedAt = timeOf(state.deployment?.completedAt ?? '');
  const baseline = await baselineOf(context, metric, day, completedAt, plan.spec.window.timeZone);
  const seen = reading.ok ? { value: reading.value } : { missing: `no data: ${reading.noData.detail}` };
  const seenDay = observeDay(metric, day.day, seen, baseline);
  return typeof before?.value === 'number'
    ? { ...seenDay, detail: `${seenDay.detail}; corrected, it was ${before.value}` }
    : seenDay;
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
  context: Pick<Context, 'environments' | 'repository' | 'signing' | 'workspace'>,
  source: MetricSource,
  day: SuccessDay,
  isLatest: boolean,
): Promise<Reading<number> | undefined> {
  if (source.kind === 'hand' || !(isLatest || knowsThePast(source))) return undefined;
  if (source.kind === 'prometheus') {
    // The day is over at its end; a moment before it, so that the sample of midnight belongs to the next day.
    return context.environments.metrics('production').scalar(source.query, day.to - 1);
  }
  return readSource(context, source, day);
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
