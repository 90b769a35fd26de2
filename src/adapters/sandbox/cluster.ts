import { createTwoFilesPatch } from 'diff';
import { stringify } from 'yaml';
import { RelctlError } from '../../errors.ts';
import { PLAIN_YAML } from '../../plan/plain-yaml.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cluster, KubeObject, ListQuery, Rehearsed } from '../../ports/cluster.ts';
import { faultOn } from './faults.ts';
import { objectKey } from './kinds.ts';
import { podLog } from './logs.ts';
import { fieldsAt } from './merge.ts';
import {
  applyObject,
  bare,
  createObject,
  listObjects,
  merge,
  readObject,
  removeObject,
  replaceObject,
  withDefaults,
} from './object-store.ts';
import { hiddenResource } from './pre-provisioned.ts';
import type { World } from './world.ts';
import type { TargetState, WorldState } from './world-state.ts';

/** A simulated cluster behind the port. `target` is its key in the world; `identity` and `context` as people know them. */
export function createSandboxCluster(
  world: World,
  clock: Clock,
  target: string,
  known: { readonly context: string; readonly namespace: string; readonly identity: string },
): Cluster {
  const within = (state: WorldState): TargetState => {
    const found = state.targets[target];
    if (found === undefined || faultOn(state, 'cluster-unreachable', { environment: found.environment })) {
      throw unreachable(`${known.context}/${known.namespace}`);
    }
    return found;
  };
  const list = (query: ListQuery): readonly KubeObject[] => {
    const state = world.read();
    const found = within(state);
    return listObjects(state, found, query).filter(
      (object) => !hiddenResource(state, found, { ...query, name: object.metadata.name }),
    );
  };
  return {
    name: `${known.context}/${known.namespace}`,
    namespace: known.namespace,
    async identity() {
      within(world.read());
      return known.identity;
    },
    access: async () => undefined,
    async get(ref) {
      const state = world.read();
      const found = within(state);
      const object = readObject(state, found, ref);
      return hiddenResource(state, found, ref) ? undefined : object;
    },
    async keys({ kind, name }) {
      const state = world.read();
      const found = within(state);
      const ref = { apiVersion: 'v1', kind, name };
      const object = hiddenResource(state, found, ref) ? undefined : readObject(state, found, ref);
      if (object === undefined) return undefined;
      const { data = {}, stringData = {} } = object as { data?: object; stringData?: object };
      return [...new Set([...Object.keys(data), ...Object.keys(stringData)])].sort();
    },
    list: async (query) => list(query),
    async *follow(queries, { every, signal }) {
      while (!signal.aborted) {
        yield queries.map((query) =>
          list(query).filter(({ metadata }) => metadata.name === (query.name ?? metadata.name)),
        );
        await clock.sleep(every, signal);
      }
    },
    glance: async (query) => list(query).filter(({ metadata }) => metadata.name === (query.name ?? metadata.name)),
    async create(object) {
      return world.change((state) => createObject(state, within(state), object));
    },
    async apply(object, guard) {
      return world.change((state) => applyObject(state, within(state), object, guard));
    },
    async replace(object, guard) {
      return world.change((state) => replaceObject(state, within(state), object, guard));
    },
    async remove(ref, guard) {
      world.change((state) => removeObject(state, within(state), ref, guard));
    },
    async diff(objects) {
      const found = within(world.read());
      return objects.map((object) => diffOf(found, object)).join('');
    },
    async rehearse(objects) {
      const found = within(world.read());
      return objects.map((object) => rehearsed(found, object));
    },
    managersOf: () => [],
    async sinceWritten({ apiVersion, kind, metadata: { name } }) {
      const found = within(world.read()).objects[objectKey({ apiVersion, kind }, name)];
      return found === undefined ? undefined : Math.max(0, clock.now() - found.changedAt);
    },
    async logs(pod, options) {
      const state = world.read();
      return podLog(state, within(state), pod, options);
    },
  };
}

function rehearsed(target: TargetState, object: KubeObject): Rehearsed {
  try {
    return { object: merge(target, object).merged };
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'cluster.rejected') return { refused: error.message };
    throw error;
  }
}

function unreachable(name: string): RelctlError {
  return new RelctlError('cluster.unreachable', `simulated: the API server of ${name} does not answer`, {
    why: 'Nothing was read and nothing was changed.',
    hints: ['relctl sandbox clear --name cluster-unreachable'],
  });
}

function diffOf(target: TargetState, object: KubeObject): string {
  const { before, merged } = merge(target, object);
  const title = `${object.apiVersion}/${object.kind}/${object.metadata.name}`;
  const masked = object.kind === 'Secret';
  const live = before === undefined ? undefined : comparable(before.object as KubeObject);
  const next = comparable(merged);
  if (masked) maskSecret(live, next);
  const [old, now] = [live === undefined ? '' : text(live), text(next)];
  if (old === now) return '';
  return createTwoFilesPatch(`live/${title}`, `merged/${title}`, old, now, '', '', { context: 3 });
}

function comparable(object: KubeObject): Record<string, unknown> {
  const fields = withDefaults(bare(object));
  const { namespace, ...metadata } = fieldsAt(fields, 'metadata');
  return { ...fields, metadata };
}

/** Shows which values of a Secret differ, and none of them, as kubectl does. */
function maskSecret(live: Record<string, unknown> | undefined, next: Record<string, unknown>): void {
  for (const field of ['data', 'stringData']) {
    const [before, after] = [{ ...fieldsAt(live, field) }, { ...fieldsAt(next, field) }];
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const same = before[key] === after[key];
      if (key in before) before[key] = same ? '***' : '*** (before)';
      if (key in after) after[key] = same ? '***' : '*** (after)';
    }
    if (live?.[field] !== undefined) live[field] = before;
    if (next[field] !== undefined) next[field] = after;
  }
}

function text(object: unknown): string {
  return stringify(object, { ...PLAIN_YAML, sortMapEntries: true, lineWidth: 0 });
}
