import { merged } from '../../domain/schedule/intervals.ts';
import { type Matcher, readMatchers, writeMatcher } from '../../plan/promql/selector.ts';
import type { Increase, IsKnown, Metrics, NoData, Reading, SampledSeries, Span } from '../../ports/metrics.ts';
import { noData } from '../prometheus/api.ts';

/** A region with a metrics store of its own. */
export interface RegionStore {
  readonly name: string;
  /** What stands for the region in questions; in its own store no series has it. */
  readonly matcher: string;
  readonly metrics: Metrics;
}

/** Tells the series of one region from those of another that have the same labels. */
const REGION_LABEL = 'relctl_region';

/**
 * The metrics of an environment whose regions have stores of their own. What is asked with the matcher of a region is asked of its
 * store; what is asked of all goes to the store of the environment, or where it has none to every region, and is put together. One region
 * that does not answer leaves no data: the others are not the whole.
 * @param whole the store of the environment, which also answers for regions without one of their own
 */
export function createRegionalMetrics(whole: Metrics | undefined, regions: readonly RegionStore[]): Metrics {
  const known = regions.map((region) => ({ region, matchers: textsOf(region.matcher) }));

  /** Asks whoever answers for the matchers. */
  async function ask<T>(
    matchers: readonly string[],
    read: (metrics: Metrics, matchers: readonly string[], region?: string) => Promise<Reading<T>>,
    together: (answers: readonly FromRegion<T>[]) => T,
  ): Promise<Reading<T>> {
    const given = new Set(matchers.flatMap(textsOf));
    const asked = known
      .filter(({ matchers: own }) => own.length > 0 && own.every((one) => given.has(one)))
      .sort((a, b) => b.matchers.length - a.matchers.length)[0];
    if (asked !== undefined) {
      return read(
        asked.region.metrics,
        [...given].filter((one) => !asked.matchers.includes(one)),
      );
    }
    if (whole !== undefined) return read(whole, matchers);
    const answers = await Promise.all(regions.map(({ name, metrics }) => read(metrics, matchers, name)));
    const missing = answers.flatMap((answer, index) =>
      answer.ok ? [] : [{ name: regions[index]?.name ?? '', noData: answer.noData }],
    );
    if (missing.length > 0) return { ok: false, noData: whyNone(missing, regions.length) };
    const all = answers.flatMap((answer, index) =>
      answer.ok ? [{ region: regions[index]?.name ?? '', value: answer.value }] : [],
    );
    return { ok: true, value: together(all) };
  }

  return {
    increase: (selector, matchers, span) =>
      ask(matchers, (metrics, own) => metrics.increase(selector, own, span), addIncreases),
    samples: (selector, matchers, span, isKnown) =>
      ask(
        matchers,
        (metrics, own, region) => metrics.samples(selector, own, span, isKnown && knownIn(isKnown, region)),
        addSamples,
      ),
    gaps: (selector, matchers, span, longerThanSeconds) =>
      ask(matchers, (metrics, own) => metrics.gaps(selector, own, span, longerThanSeconds), addGaps),
    async lostTargets(at) {
      const stores = [...(whole === undefined ? [] : [whole]), ...regions.map(({ metrics }) => metrics)];
      const answers = await Promise.all(stores.map((metrics) => metrics.lostTargets(at)));
      const failed = answers.find((answer) => !answer.ok);
      return failed ?? { ok: true, value: answers.flatMap((answer) => (answer.ok ? answer.value : [])) };
    },
    async scalar(query, at) {
      if (whole !== undefined) return whole.scalar(query, at);
      return noData(
        'several-values',
        `${query} would have a value in each of ${regions.map(({ name }) => name).join(', ')}: name a store of the environment that sees all regions`,
      );
    },
  };
}

interface FromRegion<T> {
  readonly region: string;
  readonly value: T;
}

/** One spelling of each matcher in a text; of what is none, the text itself, which a store will refuse. */
function textsOf(text: string): readonly string[] {
  const matchers: readonly Matcher[] | string = readMatchers(text);
  return typeof matchers === 'string' ? [text] : matchers.map(writeMatcher);
}

/** Why there is no answer; where some regions have series and others none, that is an error of its own and not an empty answer. */
function whyNone(missing: readonly { readonly name: string; readonly noData: NoData }[], of: number): NoData {
  const [first] = missing.filter(({ noData: { reason } }) => reason !== 'empty').concat(missing);
  const reason = first?.noData.reason ?? 'error';
  const detail = missing.map(({ name, noData }) => `${name}: ${noData.detail}`).join('; ');
  return { reason: reason === 'empty' && missing.length < of ? 'error' : reason, detail };
}

function addIncreases(answers: readonly FromRegion<Increase>[]): Increase {
  const series = new Map<string, number>();
  const sampledAt = new Map<string, number>();
  const hours = new Map<number, number>();
  for (const { region, value } of answers) {
    for (const [key, grown] of value.series) series.set(inRegion(key, region), grown);
    for (const [key, at] of value.sampledAt ?? []) sampledAt.set(inRegion(key, region), at);
    for (const { to, total } of value.hours ?? []) hours.set(to, (hours.get(to) ?? 0) + total);
  }
  const tells = answers.every(({ value }) => value.sampledAt !== undefined);
  return {
    total: answers.reduce((sum, { value }) => sum + value.total, 0),
    series,
    ...(tells ? { sampledAt } : {}),
    ...(hours.size === 0 ? {} : { hours: [...hours].sort(([a], [b]) => a - b).map(([to, total]) => ({ to, total })) }),
  };
}

/** A label set as PromQL writes it, with the region in front. */
function inRegion(key: string, region: string): string {
  const label = `${REGION_LABEL}=${JSON.stringify(region)}`;
  return key === '{}' ? `{${label}}` : `{${label},${key.slice(1)}`;
}

function addSamples(answers: readonly FromRegion<readonly SampledSeries[]>[]): readonly SampledSeries[] {
  return answers.flatMap(({ region, value }) =>
    value.map(({ labels, points }) => ({ labels: labelledIn(labels, region), points })),
  );
}

function labelledIn(labels: SampledSeries['labels'], region: string): SampledSeries['labels'] {
  return { ...labels, [REGION_LABEL]: region };
}

/** Who asked knows the series of a region that was put together with others by its label. */
function knownIn(isKnown: IsKnown, region: string | undefined): IsKnown {
  return region === undefined ? isKnown : (labels) => isKnown(labelledIn(labels, region));
}

/** A gap in one region is a gap. */
function addGaps(answers: readonly FromRegion<readonly Span[]>[]): readonly Span[] {
  const all = answers.flatMap(({ value }) => value.map(({ from, to }) => ({ start: from, end: to })));
  return merged(all).map(({ start, end }) => ({ from: start, to: end }));
}
