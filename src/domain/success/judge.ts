import { FEWEST_VALUES, meanInterval } from './interval.ts';
import { type JudgedMetric, type ObservedDay, reaches, type SuccessMetric } from './metric.ts';

/** What is known of a metric when it is judged. */
export interface MetricEvidence {
  /** Its observed days, in order. */
  readonly days: readonly ObservedDay[];
  /** One value for the whole week that a person gave. */
  readonly given?: number;
}

/**
 * Judges a success metric over the first week.
 *
 * With values of at least three days the 95% interval of their mean decides: all of it at the target or beyond is met, all of it
 * short of the target is missed, anything else is inconclusive. The guardrail comes first, since users are hurt whatever the
 * target says: it is broken when the mean lies beyond it. A value that a person gave for the whole week has no interval; it is
 * compared as it is, and the detail says so.
 */
export function judgeMetric(metric: SuccessMetric, { days, given }: MetricEvidence): JudgedMetric {
  if (given !== undefined) return judgeGiven(metric, given);
  const { name } = metric;
  const measured = days.flatMap((day) => (day.value === null ? [] : [day.value]));
  const baseline = meanOf(days.flatMap((day) => day.baseline));
  const common = { days: measured.length, ...(baseline === undefined ? {} : { baseline }) };
  const interval = meanInterval(measured);
  if (interval === undefined) {
    const last = days.findLast((day) => day.value === null);
    const missing = last === undefined ? '' : `; ${last.day}: ${last.detail}`;
    return {
      name,
      value: meanOf(measured) ?? null,
      verdict: 'inconclusive',
      detail: `${measured.length} of at least ${FEWEST_VALUES} daily values${missing}`,
      ...common,
    };
  }
  const { mean, low, high } = interval;
  const [worst, best] = metric.direction === 'up' ? [low, high] : [high, low];
  const detail = `${number(mean)} a day (95% interval ${number(low)} to ${number(high)}, ${measured.length} days) against ${aim(metric, baseline)}`;
  const value = { name, value: mean, interval: [low, high] as [number, number], ...common };
  if (metric.guardrail !== undefined && !reaches(metric, mean, metric.guardrail)) {
    return { ...value, verdict: 'guardrail-broken', detail: `${detail}; the guardrail is ${metric.guardrail}` };
  }
  if (reaches(metric, worst, metric.target)) return { ...value, verdict: 'met', detail };
  if (!reaches(metric, best, metric.target)) return { ...value, verdict: 'missed', detail };
  return { ...value, verdict: 'inconclusive', detail: `${detail}; the interval holds the target` };
}

function judgeGiven(metric: SuccessMetric, value: number): JudgedMetric {
  const { name, guardrail } = metric;
  const detail = `${number(value)}, entered by hand for the whole week (no confidence interval), against ${aim(metric, undefined)}`;
  if (guardrail !== undefined && !reaches(metric, value, guardrail)) {
    return { name, value, verdict: 'guardrail-broken', detail: `${detail}; the guardrail is ${guardrail}` };
  }
  return { name, value, verdict: reaches(metric, value, metric.target) ? 'met' : 'missed', detail };
}

function aim(metric: SuccessMetric, measured: number | undefined): string {
  const from =
    measured !== undefined
      ? `; the same weekdays before had ${number(measured)}`
      : metric.baseline === undefined
        ? ''
        : `, from ${metric.baseline}`;
  return `a target of ${metric.direction === 'up' ? 'at least' : 'at most'} ${metric.target}${from}`;
}

/** Says of one day whether users are being hurt. */
export function observeDay(
  metric: SuccessMetric,
  day: string,
  reading: { readonly value: number } | { readonly missing: string },
  baseline: readonly number[],
): ObservedDay {
  const common = { day, metric: metric.name, baseline: [...baseline] };
  if ('missing' in reading) return { ...common, value: null, state: 'no-data', detail: reading.missing };
  const { value } = reading;
  const broken = metric.guardrail !== undefined && !reaches(metric, value, metric.guardrail);
  const before = meanOf(baseline);
  const against = before === undefined ? '' : `, ${number(before)} on the same weekdays before`;
  return {
    ...common,
    value,
    state: broken ? 'guardrail-broken' : 'ok',
    detail: `${number(value)}${against}${broken ? `; the guardrail is ${metric.guardrail}` : ''}`,
  };
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Four significant digits: more than a week of daily values can tell. */
function number(value: number): string {
  return String(Number(value.toPrecision(4)));
}
