import { canonicalJson } from '../../plan/digest.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { ownOf } from '../../text/by-name.ts';
import { withoutServerFields } from './manifests.ts';

/**
 * Says field by field how an object differs from what it was, server-set fields aside: also of fields that no manifest names, which a
 * dry run of the manifest leaves as they are.
 * @returns sentences such as `spec.paused is true, and was not set`
 */
export function differingFields(now: KubeObject, before: KubeObject): readonly string[] {
  return differences(withoutServerFields(now), withoutServerFields(before), '');
}

function differences(now: unknown, before: unknown, path: string): readonly string[] {
  if (isMap(now) && isMap(before)) {
    const keys = [...new Set([...Object.keys(now), ...Object.keys(before)])];
    return keys.flatMap((key) =>
      differences(ownOf(now, key), ownOf(before, key), path === '' ? key : `${path}.${key}`),
    );
  }
  if (canonicalJson(now ?? null) === canonicalJson(before ?? null)) return [];
  const was = before === undefined ? 'was not set' : `was ${JSON.stringify(before)}`;
  return [`${path} ${now === undefined ? 'is not set' : `is ${JSON.stringify(now)}`}, and ${was}`];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
