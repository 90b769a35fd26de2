import type { Matcher } from '../../plan/promql/selector.ts';
import { faultOn } from './faults.ts';
import { type Labels, matches, seriesName } from './matcher.ts';
import { podName } from './pods.ts';
import { edgesFrom, requestsUntil, servingKey } from './requests.ts';
import { servedBetween, trafficKey } from './traffic.ts';
import type { Serving, WorldState } from './world-state.ts';

/** The counters that the pods of the simulated company export, as functions of who served what over time. */

/** Names of the metrics there are. */
export const METRICS = [
  'http_requests_total',
  'http_request_duration_seconds_bucket',
  'http_request_duration_seconds_count',
] as const;

/** How labels are given to what serves, from the configuration. */
export type Labelling = (serving: Serving) => Labels;

/** How far a counter grew, by series, and from when to when the series were there within the span. */
export interface Growth {
  readonly series: ReadonlyMap<string, number>;
  /** Spans in which at least one of the series was there, merged, in order; milliseconds since the epoch. */
  readonly present: readonly { readonly from: number; readonly to: number }[];
}

/** Growth of the series of a metric that match, over a span (milliseconds since the epoch). */
export function growth(
  state: WorldState,
  environment: string,
  labelling: Labelling,
  metric: string,
  matchers: readonly Matcher[],
  span: { readonly from: number; readonly to: number },
): Growth {
  const split = (label: string) => matchers.filter((m) => m.label === label);
  const ofPod = matchers.filter((m) => m.label !== 'code' && m.label !== 'le');
  const slicesByEdges = new Map<readonly number[], readonly Slice[]>();
  const series = new Map<string, number>();
  const present: { from: number; to: number }[] = [];
  const prefix = trafficKey(environment, '');
  const isCoarse = faultOn(state, 'coarse-buckets');
  for (const [key, history] of Object.entries(state.traffic)) {
    if (!key.startsWith(prefix)) continue;
    const service = key.slice(prefix.length);
    for (const { point, from, to } of servedBetween(history, span.from, span.to)) {
      const edges = edgesFrom(state, point.at);
      const slices =
        slicesByEdges.get(edges) ??
        slicesOf(metric, edges, split('code'), split('le')).filter(({ labels }) => !isCoarse || isUsual(labels.le));
      slicesByEdges.set(edges, slices);
      if (slices.length === 0) continue;
      for (const group of point.serving) {
        if (group.effects.includes('no-data')) continue;
        const labels = { service, job: service, ...labelling(group) };
        const reached = group.effects.includes('lost-target') ? 1 : 0;
        const pods = matchingPods(group, labels, ofPod).filter(({ slot }) => slot >= reached);
        if (pods.length === 0) continue;
        extend(present, from, to);
        const key = servingKey(state, environment, service, point, group);
        const begin = requestsUntil(state, key, point, group, from);
        const end = requestsUntil(state, key, point, group, to);
        for (const pod of pods) {
          for (const slice of slices) {
            let grown = 0;
            for (const index of slice.classes) {
              grown += (end[pod.slot]?.[index] ?? 0) - (begin[pod.slot]?.[index] ?? 0);
            }
            const name = nameOf(labelling, environment, pod.labels, slice.labels);
            series.set(name, (series.get(name) ?? 0) + grown);
          }
        }
      }
    }
  }
  return { series, present };
}

/** Targets that are to be scraped at a time and cannot be. */
export function unreachable(
  state: WorldState,
  environment: string,
  labelling: Labelling,
  at: number,
): readonly Labels[] {
  const prefix = trafficKey(environment, '');
  return Object.entries(state.traffic)
    .filter(([key]) => key.startsWith(prefix))
    .flatMap(([key, history]) => {
      const point = history.findLast((one) => one.at <= at);
      const service = key.slice(prefix.length);
      return (point?.serving ?? [])
        .filter(({ effects }) => effects.includes('lost-target'))
        .map((group) => {
          const { job = service } = labelling(group);
          return { job, instance: podName(group.deployment, group.hash, 0) };
        });
    });
}

/** The edges that client libraries have unless somebody says otherwise. */
const USUAL_EDGES: ReadonlySet<string> = new Set(['0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf']);

function isUsual(le: string | undefined): boolean {
  return le === undefined || USUAL_EDGES.has(le);
}

interface Slice {
  readonly labels: Labels;
  /** Indexes of the request classes that it counts. */
  readonly classes: readonly number[];
}

/** The series that each pod has of a metric, as far as their own labels match. */
function slicesOf(
  metric: string,
  edges: readonly number[],
  code: readonly Matcher[],
  le: readonly Matcher[],
): readonly Slice[] {
  const successes = [...edges, Number.POSITIVE_INFINITY].map((_, index) => index);
  const notFound = successes.length;
  const errors = notFound + 1;
  const all: Slice[] = [];
  if (metric === 'http_requests_total') {
    all.push({ labels: { code: '200' }, classes: successes });
    all.push({ labels: { code: '404' }, classes: [notFound] });
    all.push({ labels: { code: '500' }, classes: [errors] });
  } else if (metric === 'http_request_duration_seconds_count') {
    all.push({ labels: {}, classes: [...successes, notFound, errors] });
  } else if (metric === 'http_request_duration_seconds_bucket') {
    for (const index of successes) {
      const edge = index < edges.length ? String(edges[index]) : '+Inf';
      all.push({ labels: { le: edge }, classes: [...successes.slice(0, index + 1), notFound, errors] });
    }
  }
  return all.filter(({ labels }) => matches(labels, code) && matches(labels, le.map(plainNumber)));
}

/** `le="1.0"` and `le="1"` are the same edge. */
function plainNumber(matcher: Matcher): Matcher {
  const number = Number(matcher.value);
  return Number.isFinite(number) && !matcher.operator.endsWith('~') ? { ...matcher, value: String(number) } : matcher;
}

function matchingPods(
  group: Serving,
  labels: Labels,
  matchers: readonly Matcher[],
): readonly { readonly slot: number; readonly labels: Labels }[] {
  const byPod = matchers.some((m) => m.label === 'pod' || m.label === 'instance');
  const rest = matchers.filter((m) => m.label !== 'pod' && m.label !== 'instance');
  if (!matches(labels, rest)) return [];
  return Array.from({ length: group.pods }, (_, slot) => {
    const pod = group.names?.[slot] ?? podName(group.deployment, group.hash, slot);
    return { slot, labels: { ...labels, pod, instance: pod } };
  }).filter((each) => !byPod || matches(each.labels, matchers));
}

/** Names that were made before, by what they are made from: to sort labels for each pod and query anew takes longer than counting. */
const names = new WeakMap<Labelling, Map<string, string>>();
const NAMES_AT_MOST = 100_000;

function nameOf(labelling: Labelling, environment: string, pod: Labels, slice: Labels): string {
  let known = names.get(labelling);
  if (known === undefined || known.size >= NAMES_AT_MOST) {
    known = new Map();
    names.set(labelling, known);
  }
  // Within an environment, a pod's name and what tells its targets apart fix all of its labels.
  const key = `${environment} ${pod.pod} ${pod.region ?? ''} ${pod.namespace ?? ''} ${pod.version} ${slice.code ?? ''} ${slice.le ?? ''}`;
  let name = known.get(key);
  if (name === undefined) {
    name = seriesName({ ...pod, ...slice });
    known.set(key, name);
  }
  return name;
}

function extend(spans: { from: number; to: number }[], from: number, to: number): void {
  const last = spans.at(-1);
  if (last !== undefined && from <= last.to && to >= last.from) {
    last.from = Math.min(last.from, from);
    last.to = Math.max(last.to, to);
  } else spans.push({ from, to });
}
