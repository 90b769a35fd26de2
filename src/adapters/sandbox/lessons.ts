import { sourceOf } from '../../domain/success/metric.ts';
import { canonicalSelector } from '../../plan/promql/selector.ts';
import type { Spec } from '../../plan/spec.ts';
import { objectKey, SIMULATED_LABEL } from './kinds.ts';
import { parseSelector } from './matcher.ts';
import { seedObject } from './object-store.ts';
import { METRICS } from './series.ts';
import { sourceKey } from './success.ts';
import type { Lessons, WorldState } from './world-state.ts';

/**
 * Teaches the simulated company what a plan takes for granted: its metric names and latency thresholds, its success
 * metrics, what its smoke tests expect, and what Operations has provisioned. So a plan of any company can be rehearsed.
 */
export function teach(state: WorldState, spec: Spec): void {
  const selectors = spec.slos.flatMap((slo) => {
    const edge = edgeOf(slo.good);
    if (edge !== undefined) exportBucket(state, edge);
    return [
      lesson(slo.total, slo.service, 'all', 0),
      lesson(slo.good, slo.service, edge === undefined ? 'good' : 'fast', edge ?? 0),
    ].flatMap((each) => each ?? []);
  });
  const { lessons } = state;
  lessons.selectors = merged(lessons.selectors, selectors, (each) => each.selector);
  lessons.krs = merged(lessons.krs, spec.successMetrics.flatMap(kr), (each) => each.query);
  lessons.smokeTests = merged(
    lessons.smokeTests,
    spec.smokeTests.map(({ name, http, command }) => ({
      name,
      ...(http === undefined ? {} : { url: http.url, status: http.status }),
      ...(http?.contains === undefined ? {} : { contains: http.contains }),
      ...(http?.json === undefined ? {} : { body: bodyThatHolds(http.json, http.contains) }),
      ...(command === undefined ? {} : { command }),
    })),
    (each) => each.url ?? each.name,
  );
  const resources = spec.resources.map(({ environment, name, object, command, http, tcp }) => ({
    environment,
    name,
    ...(object === undefined
      ? {}
      : { object: { apiVersion: object.apiVersion, kind: object.kind, name: object.name } }),
    ...(command === undefined ? {} : { command }),
    ...(http === undefined ? {} : { url: http.url, status: http.status }),
    ...(tcp === undefined ? {} : { address: `${tcp.host} ${tcp.port}` }),
  }));
  lessons.resources = merged(lessons.resources, resources, (each) => `${each.environment}/${each.name}`);
  lessons.alerts = merged(
    lessons.alerts,
    spec.alerts.map(({ name, drill }) => ({ name, ...(drill === undefined ? {} : { drill }) })),
    (each) => each.name,
  );
  for (const resource of spec.resources) provision(state, resource);
  for (const variable of spec.environmentVariables) provisionKey(state, variable);
}

/** Only of selectors that the world does not model anyway. */
function lesson(
  text: string,
  service: string,
  counts: Lessons['selectors'][number]['counts'],
  le: number,
): Lessons['selectors'][number] | undefined {
  const selector = parseSelector(text);
  if (selector === undefined || isModelled(selector.metric)) return undefined;
  return { selector: canonicalSelector(selector), service, counts, le };
}

function isModelled(metric: string): boolean {
  return METRICS.some((known) => known === metric);
}

/** The latency threshold that a selector of good events names, in seconds. */
function edgeOf(text: string): number | undefined {
  const le = parseSelector(text)?.matchers.find((m) => m.label === 'le' && m.operator === '=');
  const edge = Number(le?.value);
  return Number.isFinite(edge) && edge > 0 ? edge : undefined;
}

/**
 * From now on pods export a bucket with this edge. What was counted before stays as it was: every series of requests
 * begins anew, unless the world has just been made.
 */
function exportBucket(state: WorldState, edge: number): void {
  const latest = state.buckets.at(-1)?.edges ?? [];
  if (latest.includes(edge)) return;
  const edges = [...latest, edge].sort((a, b) => a - b);
  if (state.now === state.start) {
    state.buckets = [{ from: 0, edges }];
    return;
  }
  state.buckets = [...state.buckets.filter((each) => each.from < state.now), { from: state.now, edges }];
  for (const history of Object.values(state.traffic)) {
    const last = history.at(-1);
    if (last !== undefined && last.at < state.now) history.push({ ...last, at: state.now });
  }
}

function kr(metric: Spec['successMetrics'][number]): Lessons['krs'] {
  const source = sourceOf(metric);
  if (source.kind === 'hand') return [];
  const baseline = metric.baseline ?? metric.target * (metric.direction === 'up' ? 0.9 : 1.1);
  return [{ name: metric.name, query: sourceKey(source), baseline, target: metric.target }];
}

/** What Operations pre-provisions is there, with the condition that the plan asks for. */
function provision(state: WorldState, resource: Spec['resources'][number]): void {
  const { object } = resource;
  if (object === undefined) return;
  for (const target of Object.values(state.targets)) {
    if (target.environment !== resource.environment || target.objects[objectKey(object, object.name)] !== undefined)
      continue;
    const conditions = object.condition === undefined ? [] : [{ type: object.condition, status: 'True' }];
    const { apiVersion, kind, name } = object;
    const labels = { [SIMULATED_LABEL]: 'true' };
    seedObject(state, target, { apiVersion, kind, metadata: { name, labels }, status: { conditions } }, state.now);
  }
}

/** Where the plan names a ConfigMap or Secret as the source of a variable, Operations have put its key there. */
function provisionKey(state: WorldState, { name, source, setIn }: Spec['environmentVariables'][number]): void {
  const [, kind, object] = /^(ConfigMap|Secret)[ /]+([a-z0-9][a-z0-9.-]*)$/.exec(source ?? '') ?? [];
  if (kind === undefined || object === undefined) return;
  const ref = { apiVersion: 'v1', kind };
  for (const target of Object.values(state.targets)) {
    if (!setIn.includes(target.environment)) continue;
    const stored = target.objects[objectKey(ref, object)]?.object as { data?: Record<string, string> } | undefined;
    const value = kind === 'Secret' ? 'c2ltdWxhdGVk' : 'simulated';
    if (stored === undefined) {
      const labels = { [SIMULATED_LABEL]: 'true' };
      seedObject(state, target, { ...ref, metadata: { name: object, labels }, data: { [name]: value } }, state.now);
    } else if (stored.data?.[name] === undefined) {
      stored.data = { ...stored.data, [name]: value };
    }
  }
}

type JsonCheck = NonNullable<NonNullable<Spec['smokeTests'][number]['http']>['json']>[number];

/** A JSON text in which each pointer finds its value; lists become objects, in which their indices are keys. */
function bodyThatHolds(checks: readonly JsonCheck[], contains: string | undefined): string {
  const root: Record<string, unknown> = contains === undefined ? {} : { simulated: contains };
  for (const { pointer, equals = true } of checks) {
    if (pointer === '') return JSON.stringify(equals);
    const keys = pointer.slice(1).split('/');
    let at = root;
    for (const key of keys.slice(0, -1)) {
      const next = at[key];
      const inner = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {};
      at[key] = inner;
      at = inner;
    }
    at[(keys.at(-1) ?? '').replaceAll('~1', '/').replaceAll('~0', '~')] = equals;
  }
  return JSON.stringify(root);
}

function merged<T>(old: readonly T[], next: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map([...old, ...next].map((item) => [keyOf(item), item])).values()];
}
