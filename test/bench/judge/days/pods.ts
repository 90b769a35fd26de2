import type { SampledSeries } from '../../../../src/ports/metrics.ts';
import type { Random } from '../random.ts';

/** Seconds between two scrapes of a pod. */
export const SCRAPE_SECONDS = 15;

/** Something that changes at moments and holds in between: from each moment (seconds since the bake began) on, a value. */
export type Steps = readonly (readonly [from: number, value: number])[];

/** The mean of it between two moments; before the first step it has the first value. */
function meanOver(steps: Steps, from: number, to: number): number {
  let sum = 0;
  for (const [index, [begins, value]] of steps.entries()) {
    const start = Math.max(from, index === 0 ? Number.NEGATIVE_INFINITY : begins);
    const end = Math.min(to, steps[index + 1]?.[0] ?? Number.POSITIVE_INFINITY);
    if (end > start) sum += value * (end - start);
  }
  return to > from ? sum / (to - from) : 0;
}

type Labels = Readonly<Record<string, string>>;

/** How a simulated pod behaves. */
export interface PodBehaviour {
  readonly name: string;
  /** Requests a second, and by what they are multiplied over time. */
  readonly rate: number;
  readonly load?: Steps;
  /** Bad ratio over time. */
  readonly bad: Steps;
  /** When it begins and ends to be scraped, seconds since the bake began. */
  readonly from: number;
  readonly until?: number;
  /** Of a latency SLO: the share of requests slower than each edge of the histogram; one of them is the threshold. */
  readonly edges?: Readonly<Record<string, number>>;
  /** Draws counts of one stretch; independent requests when left out. */
  readonly draw?: (requests: number, ratio: number, random: Random) => { readonly bad: number; readonly total: number };
}

/** A pod with all that is ever sampled of it; times in seconds since the bake began. */
export interface SimulatedPod {
  readonly name: string;
  /** Labels of its counters, and of each edge of its histogram: the same objects for every sample, as a store that interns them has. */
  readonly labels: Labels;
  readonly edgeLabels: Readonly<Record<string, Labels>>;
  readonly times: readonly number[];
  readonly total: readonly number[];
  readonly good: readonly number[];
  /** Requests within an edge, cumulative. */
  readonly within: Readonly<Record<string, readonly number[]>>;
}

/** Simulates the scrapes of a pod up to a moment; each pod is scraped at a phase of its own. */
export function simulatePod(behaviour: PodBehaviour, until: number, random: Random): SimulatedPod {
  const end = Math.min(until, behaviour.until ?? until);
  const times: number[] = [];
  const total: number[] = [];
  const good: number[] = [];
  const within: Record<string, number[]> = {};
  const edges = Object.entries(behaviour.edges ?? {}).sort(([a], [b]) => Number(a) - Number(b));
  for (const [edge] of edges) within[edge] = [];
  let before = behaviour.from;
  let [all, wrong] = [0, 0];
  // Whole milliseconds, as a store keeps them.
  const first = Math.round((behaviour.from + random.uniform() * SCRAPE_SECONDS) * 1000);
  for (let at = first / 1000; at <= end; at = (Math.round(at * 1000) + SCRAPE_SECONDS * 1000) / 1000) {
    const requests = behaviour.rate * (at - before) * meanOver(behaviour.load ?? [[0, 1]], before, at);
    const ratio = Math.min(1, meanOver(behaviour.bad, before, at));
    const drawn = (behaviour.draw ?? independent)(requests, ratio, random);
    all += drawn.total;
    wrong += drawn.bad;
    times.push(at);
    total.push(all);
    good.push(all - wrong);
    drawEdges(edges, drawn.total, within, random);
    before = at;
  }
  const labels = { pod: behaviour.name, instance: behaviour.name };
  const edgeLabels = Object.fromEntries(Object.keys(within).map((le) => [le, { ...labels, le }]));
  return { name: behaviour.name, labels, edgeLabels, times, total, good, within };
}

/** From edge to edge: of the requests that are slower than one, some are slower than the next. */
function drawEdges(
  edges: readonly (readonly [le: string, slower: number])[],
  requests: number,
  within: Record<string, number[]>,
  random: Random,
): void {
  let left = requests;
  let share = 1;
  for (const [name, slower] of edges) {
    const own = Math.min(share, slower);
    left = share > 0 ? random.binomial(left, own / share) : 0;
    share = own;
    const sums = within[name] ?? [];
    sums.push((sums.at(-1) ?? 0) + requests - left);
  }
}

/** Independent requests. */
function independent(
  requests: number,
  ratio: number,
  random: Random,
): { readonly bad: number; readonly total: number } {
  const total = random.poisson(requests);
  return { total, bad: Math.min(total, random.poisson(total * ratio)) };
}

/** The samples of a counter of a pod between two moments, as a store gives them; times as milliseconds. */
export function series(
  pod: SimulatedPod,
  values: readonly number[],
  span: { readonly from: number; readonly to: number },
  labels: Labels = pod.labels,
): SampledSeries {
  const points: { at: number; value: number }[] = [];
  for (let index = indexAfter(pod.times, span.from); index < pod.times.length; index += 1) {
    const at = pod.times[index] ?? 0;
    if (at > span.to) break;
    points.push({ at: Math.round(at * 1000), value: values[index] ?? 0 });
  }
  return { labels, points };
}

/** Index of the first time after a moment. */
function indexAfter(times: readonly number[], moment: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) > moment) high = middle;
    else low = middle + 1;
  }
  return low;
}
