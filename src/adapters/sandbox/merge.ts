import { isDeepStrictEqual } from 'node:util';
import { byName, ownOf } from '../../text/by-name.ts';

/** JSON fields. */
export type Fields = Record<string, unknown>;

/**
 * Server-side apply for one field manager, as far as relctl meets it: a three-way merge. Fields that the manager applied
 * last and no longer names are removed, those that it names are set, all others stay.
 *
 * Lists are merged by key where Kubernetes' API conventions say so, else they are taken whole; label selectors are whole too.
 * Unlike the real thing, a field that two managers set to the same value counts as ours alone.
 */
export function mergeApplied(live: Fields, applied: Fields | undefined, wanted: Fields): Fields {
  return mergeFields(live, applied ?? {}, wanted);
}

/** What of the last applied fields is still as it was applied, after somebody else wrote the object. */
export function stillApplied(applied: Fields | undefined, live: Fields): Fields | undefined {
  if (applied === undefined) return undefined;
  const kept: Fields = {};
  for (const [key, value] of Object.entries(applied)) {
    const now = ownOf(live, key);
    if (isFields(value) && isFields(now)) put(kept, key, stillApplied(value, now));
    else if (isDeepStrictEqual(value, now)) put(kept, key, value);
  }
  return kept;
}

/** True for a JSON object. */
export function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The fields at a path, or none. */
export function fieldsAt(value: unknown, ...path: readonly string[]): Fields {
  let here: unknown = value;
  for (const key of path) here = isFields(here) ? ownOf(here, key) : undefined;
  return isFields(here) ? here : {};
}

/** Lists that are maps, by the field that holds them, with the field that is their key (API conventions, patchMergeKey). */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = byName({
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  ports: ['containerPort', 'port'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  imagePullSecrets: ['name'],
  ownerReferences: ['uid'],
  conditions: ['type'],
});

/** Maps that are taken whole. */
const WHOLE = new Set(['selector', 'nodeSelector', 'matchLabels']);

/** A field whatever it is called: `__proto__` is a key of a ConfigMap like any other. */
function put(fields: Fields, key: string, value: unknown): void {
  Object.defineProperty(fields, key, { value, writable: true, enumerable: true, configurable: true });
}

function mergeFields(live: Fields, applied: Fields, wanted: Fields): Fields {
  const merged: Fields = { ...live };
  for (const key of Object.keys(applied)) {
    if (ownOf(wanted, key) === undefined && Object.hasOwn(merged, key)) {
      const rest = without(merged[key], applied[key], key);
      if (rest === undefined) delete merged[key];
      else put(merged, key, rest);
    }
  }
  for (const [key, value] of Object.entries(wanted)) {
    if (value === undefined) continue;
    const now = ownOf(merged, key);
    if (isFields(value) && isFields(now) && !WHOLE.has(key)) {
      put(merged, key, mergeFields(now, fieldsAt(applied[key]), value));
    } else if (Array.isArray(value) && Array.isArray(now) && listKey(key, value) !== undefined) {
      put(merged, key, mergeList(now, applied[key], value, key));
    } else put(merged, key, value);
  }
  return merged;
}

/** What is left of a value when the fields that were applied are taken out; `undefined` when nothing is. */
function without(live: unknown, applied: unknown, name: string): unknown {
  if (!isFields(live) || !isFields(applied) || WHOLE.has(name)) return undefined;
  const rest = mergeFields(live, applied, {});
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function mergeList(live: readonly unknown[], applied: unknown, wanted: readonly unknown[], name: string): unknown[] {
  const key = listKey(name, wanted) ?? 'name';
  const byKey = (list: unknown) =>
    new Map((Array.isArray(list) ? list : []).map((item) => [fieldsAt(item)[key], fieldsAt(item)]));
  const before = byKey(applied);
  const now = byKey(live);
  const next = byKey(wanted);
  const kept = live.flatMap((entry) => {
    const item = fieldsAt(entry);
    const id = item[key];
    const want = next.get(id);
    if (want !== undefined) return [mergeFields(item, before.get(id) ?? {}, want)];
    return before.has(id) ? [] : [item];
  });
  return [...kept, ...[...next].filter(([id]) => !now.has(id)).map(([, item]) => item)];
}

function listKey(name: string, items: readonly unknown[]): string | undefined {
  return LIST_KEYS[name]?.find((key) => items.every((item) => isFields(item) && item[key] !== undefined));
}
