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
  const series = new Map<string, number>();
  const present: { from: number; to: number }[] = [];
  const prefix = trafficKey(environment, '');
  const isCoarse = faultOn(state, 'coarse-buckets');
  const question = `${metric} ${isCoarse} ${matchers.map((m) => `${m.label}${m.operator}${m.value}`).join(',')}`;
  for (const [key, history] of Object.entries(state.traffic)) {
    if (!key.startsWith(prefix)) continue;
    const service = key.slice(prefix.length);
    for (const { point, from, to } of servedBetween(history, span.from, span.to)) {
      for (const group of point.serving) {
        if (group.effects.includes('no-data')) continue;
        const serving = servingKey(state, environment, service, point, group);
        const counters = countersOf(labelling, `${question} ${serving}`, () => {
          const slices = slicesOf(metric, edgesFrom(state, point.at), matchers);
          const usual = slices.filter(({ labels }) => !isCoarse || isUsual(labels.le));
          return countersFor(group, { service, job: service, ...labelling(group) }, usual, matchers);
        });
        if (counters.length === 0) continue;
        extend(present, from, to);
        const begin = requestsUntil(state, serving, point, group, from);
        const end = requestsUntil(state, serving, point, group, to);
        for (const { slot, classes, name } of counters) {
          let grown = 0;
          for (const index of classes) grown += (end[slot]?.[index] ?? 0) - (begin[slot]?.[index] ?? 0);
          series.set(name, (series.get(name) ?? 0) + grown);
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
function slicesOf(metric: string, edges: readonly number[], matchers: readonly Matcher[]): readonly Slice[] {
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
  const own = matchers.filter(isOfSlice).map((m) => (m.label === 'le' ? plainNumber(m) : m));
  return all.filter(({ labels }) => matches(labels, own));
}

function isOfSlice({ label }: Matcher): boolean {
  return label === 'code' || label === 'le';
}

/** `le="1.0"` and `le="1"` are the same edge. */
function plainNumber(matcher: Matcher): Matcher {
  const number = Number(matcher.value);
  return Number.isFinite(number) && !matcher.operator.endsWith('~') ? { ...matcher, value: String(number) } : matcher;
}

/** A series: what it counts, of which pod of a group. */
interface Counter {
  readonly slot: number;
  readonly classes: readonly number[];
  readonly name: string;
}

/** The counters of a group's pods that match and can be reached. */
function countersFor(
  group: Serving,
  labels: Labels,
  slices: readonly Slice[],
  matchers: readonly Matcher[],
): readonly Counter[] {
  const ofPod = matchers.filter((m) => !isOfSlice(m));
  const reached = group.effects.includes('lost-target') ? 1 : 0;
  return Array.from({ length: group.pods }, (_, slot) => slot)
    .slice(reached)
    .flatMap((slot) => {
      const pod = group.names?.[slot] ?? podName(group.deployment, group.hash, slot);
      const own = { ...labels, pod, instance: pod };
      if (!matches(own, ofPod)) return [];
      return slices.map((slice) => ({ slot, classes: slice.classes, name: seriesName({ ...own, ...slice.labels }) }));
    });
}

/** Counters that were asked for before: to match and sort labels for each pod and query anew takes longer than counting. */
const known = new WeakMap<Labelling, Map<string, readonly Counter[]>>();
const KNOWN_AT_MOST = 1000;

/** @param question metric and matchers, and what serves, as {@link servingKey} gives it */
function countersOf(labelling: Labelling, question: string, make: () => readonly Counter[]): readonly Counter[] {
  let all = known.get(labelling);
  if (all === undefined || all.size >= KNOWN_AT_MOST) {
    all = new Map();
    known.set(labelling, all);
  }
  const counters = all.get(question) ?? make();
  all.set(question, counters);
  return counters;
}

function extend(spans: { from: number; to: number }[], from: number, to: number): void {
  const last = spans.at(-1);
  if (last !== undefined && from <= last.to && to >= last.from) {
    last.from = Math.min(last.from, from);
    last.to = Math.max(last.to, to);
  } else spans.push({ from, to });
}
