import { strategyOf } from '../../domain/deployment/strategies/strategies.ts';
import type { Counts } from '../../domain/judge/look.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Metrics, Reading, Span } from '../../ports/metrics.ts';
import type { Run } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';
import { readSloCounts, type SloCounts } from '../slo/counts.ts';

/** Whose series are compared: label matchers of disjoint groups, which are added up on each side. */
export interface Sides {
  readonly canary: readonly string[];
  readonly control: readonly string[];
}

/** Canary pods against stable ones, or the first region against all others. */
export function sidesOf(run: Run): Sides {
  const { config } = run.context;
  const { spec } = run.release.journal.plan;
  return strategyOf(spec).canary === 'region'
    ? regionSides(run.context, [spec.canary.region ?? ''])
    : { canary: [config.metrics.canaryMatcher], control: [config.metrics.controlMatcher] };
}

/** Regions that run the candidate against those that do not yet. */
export function regionSides({ config }: Pick<Context, 'config'>, done: readonly string[]): Sides {
  const { regions } = config.environments.production;
  const matchers = (wanted: boolean) =>
    regions.filter((region) => done.includes(region.name) === wanted).map((region) => region.matcher);
  return { canary: matchers(true), control: matchers(false) };
}

/** Counts of an SLO on one side; a group without data leaves the whole side without. */
export async function readSide(
  metrics: Metrics,
  slo: Slo,
  groups: readonly string[],
  span: Span,
): Promise<Reading<SloCounts>> {
  const readings = await Promise.all(groups.map((matcher) => readSloCounts(metrics, slo, [matcher], span)));
  const read: SloCounts[] = [];
  for (const reading of readings) {
    if (!reading.ok) return reading;
    read.push(reading.value);
  }
  return { ok: true, value: { counts: sum(read.map((one) => one.counts)), replicas: replicasOf(read) } };
}

function sum(counts: readonly Counts[]): Counts {
  return counts.reduce((all, one) => ({ bad: all.bad + one.bad, total: all.total + one.total }), { bad: 0, total: 0 });
}

/** Replicas of all groups; those of different regions may have the same name. */
function replicasOf(groups: readonly SloCounts[]): Readonly<Record<string, Counts>> | undefined {
  const [only] = groups;
  if (groups.length === 1) return only?.replicas;
  const named: [string, Counts][] = [];
  for (const [index, { replicas }] of groups.entries()) {
    if (replicas === undefined) return undefined;
    for (const [name, counts] of Object.entries(replicas)) named.push([`${index} ${name}`, counts]);
  }
  return Object.fromEntries(named);
}
