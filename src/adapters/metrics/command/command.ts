import * as z from 'zod';
import { RelctlError } from '../../../errors.ts';
import { durationSeconds } from '../../../plan/duration.ts';
import { durationSchema } from '../../../plan/spec/terms.ts';
import type { HourGrowth, Increase, Metrics, Span } from '../../../ports/metrics.ts';
import { noData } from '../../prometheus/api.ts';
import { seriesKey } from '../../prometheus/selector.ts';
import type { MetricGround, MetricStore } from '../store.ts';
import { askCounts, askValue, type Counted, type ProgramGround } from './program.ts';
import { Settled } from './settled.ts';

const settingsSchema = z.strictObject({
  store: z.literal('command'),
  command: z.array(z.string().min(1)).min(1),
  timeout: durationSchema.default('30s'),
  lag: durationSchema.default('2m'),
});

const HOUR = 3_600_000;

/** A metrics store behind a program: Datadog, CloudWatch, New Relic and whatever else counts events by time. */
export const commandStore: MetricStore = {
  open(given, ground) {
    const read = settingsSchema.safeParse(given);
    if (!read.success) throw wrongSettings(read.error.issues[0]);
    const { command, timeout, lag } = read.data;
    const { exec, cwd, env } = ground;
    const program = { command, exec, cwd, env, timeout: durationSeconds(timeout) * 1000 };
    return metricsOf(program, durationSeconds(lag) * 1000, ground);
  },
};

function metricsOf(program: ProgramGround, lag: number, { staleAfter, now = Date.now }: MetricGround): Metrics {
  const settled = new Settled();
  // What is newer may still change, and good and total would be of different times.
  const final = ({ from, to }: Span): Span => ({ from, to: Math.min(to, now() - lag) });
  const fresh = (counted: Counted, to: number): boolean => {
    const newest = Math.max(...counted.series.flatMap(({ counts }) => counts.map(({ at }) => at)));
    return newest > to - counted.interval - staleAfter * 1000;
  };
  return {
    async increase(selector, matchers, span) {
      const asked = final(span);
      if (asked.to <= asked.from) return noData('too-few-samples', `${selector} has no final count in the span yet`);
      const counted = await askCounts(program, selector, matchers, asked);
      if (!counted.ok) return counted;
      if (counted.value.series.length === 0) return noData('empty', `nothing was counted for ${selector}`);
      if (!fresh(counted.value, asked.to)) return noData('stale', `the last count of ${selector} is too old`);
      return { ok: true, value: growth(counted.value, span) };
    },
    async samples(selector, matchers, span) {
      const asked = final(span);
      if (asked.to <= asked.from) return { ok: true, value: [] };
      const counted = await askCounts(program, selector, matchers, asked);
      if (!counted.ok) return counted.noData.reason === 'empty' ? { ok: true, value: [] } : counted;
      return { ok: true, value: settled.counters([selector, ...matchers].join('\n'), counted.value, asked) };
    },
    async gaps(selector, matchers, span, longerThanSeconds) {
      const asked = final(span);
      const counted = await askCounts(program, selector, matchers, asked);
      if (!counted.ok) return counted;
      if (counted.value.series.length === 0) return noData('empty', `nothing was counted for ${selector}`);
      return { ok: true, value: gapsOf(counted.value, asked, longerThanSeconds * 1000) };
    },
    async scalar(query, at) {
      const read = await askValue(program, query, at);
      if (!read.ok) return read;
      const isOld = read.value.at < at - staleAfter * 1000 - lag;
      return isOld ? noData('stale', `the value of ${query} is too old`) : { ok: true, value: read.value.value };
    },
    // Whoever counts events knows of no targets.
    lostTargets: async () => ({ ok: true, value: [] }),
  };
}

function growth({ series }: Counted, span: Span): Increase {
  const totals = new Map(series.map(({ labels, counts }) => [seriesKey(labels), sum(counts.map((one) => one.count))]));
  const all = series.flatMap(({ counts }) => counts);
  return {
    total: sum([...totals.values()]),
    series: totals,
    ...(span.to - span.from > HOUR ? { hours: hoursOf(all, span) } : {}),
  };
}

/** Whole hours, counted back from the end of the span, oldest first. */
function hoursOf(counts: Counted['series'][number]['counts'], { from, to }: Span): readonly HourGrowth[] {
  const whole = Math.floor((to - from) / HOUR);
  return Array.from({ length: whole }, (_, index) => {
    const end = to - (whole - 1 - index) * HOUR;
    const within = counts.filter(({ at }) => at > end - HOUR && at <= end);
    return { to: end, total: sum(within.map((one) => one.count)) };
  });
}

function gapsOf({ interval, series }: Counted, { from, to }: Span, longerThan: number): readonly Span[] {
  const ends = [...new Set(series.flatMap(({ counts }) => counts.map(({ at }) => at)))].sort((a, b) => a - b);
  const edges = [from, ...ends, to];
  const limit = Math.max(longerThan, 1.5 * interval);
  return edges.flatMap((at, index) => {
    const next = edges[index + 1];
    return next === undefined || next - at <= limit ? [] : [{ from: at, to: next }];
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function wrongSettings(issue: z.core.$ZodIssue | undefined): RelctlError {
  const where = ['metrics', ...(issue?.path ?? [])].map(String).join('.');
  return new RelctlError('config.invalid', `${where} in relctl.yaml is not as it should be: ${issue?.message}`, {
    place: { file: 'relctl.yaml' },
    why: 'Without measurements nothing can be judged, and no data is never a pass.',
    hints: ['metrics: { store: command, command: [node, relctl/metrics/datadog.mjs] }'],
  });
}
