import type { Counts } from './look.ts';

/**
 * Counts by replica from two counters as the metrics port gives them: growth of good and of all events by series, keyed by
 * label sets such as `{code="200",pod="web-1"}`. Series are added up over everything but the label that tells replicas apart.
 *
 * @param labels names of that label, the first that a series has counts: `pod`, then `instance`
 * @returns counts by replica, or `undefined` when series carry no such label: then the null is not known
 */
export function countsByReplica(
  good: ReadonlyMap<string, number>,
  total: ReadonlyMap<string, number>,
  labels: readonly string[] = ['pod', 'instance'],
): Readonly<Record<string, Counts>> | undefined {
  const totals = sumBy(total, labels);
  const goods = sumBy(good, labels);
  if (totals === undefined || goods === undefined) return undefined;
  const replicas: [string, Counts][] = [];
  for (const [name, all] of totals) replicas.push([name, countsOf(goods.get(name) ?? 0, all)]);
  return Object.fromEntries(replicas);
}

/**
 * Counts from good and all events. The two counters of one scrape may differ by requests in flight, so a few more good
 * events than events are taken as none bad; more than that stays negative, and the judge calls it no data.
 */
export function countsOf(good: number, total: number): Counts {
  const bad = total - good;
  return { bad: bad < 0 && -bad <= Math.max(IN_FLIGHT, total * IN_FLIGHT_SHARE) ? 0 : bad, total };
}

const IN_FLIGHT = 2;
const IN_FLIGHT_SHARE = 0.001;

function sumBy(series: ReadonlyMap<string, number>, labels: readonly string[]): Map<string, number> | undefined {
  const sums = new Map<string, number>();
  for (const [key, value] of series) {
    const name = labels.map((label) => labelValue(key, label)).find((found) => found !== undefined);
    if (name === undefined) return undefined;
    sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return sums;
}

function labelValue(key: string, label: string): string | undefined {
  return new RegExp(`(?:^|[{,\\s])${label}="((?:[^"\\\\]|\\\\.)*)"`).exec(key)?.[1];
}
