import { createTwoFilesPatch } from 'diff';
import { canonicalJson } from '../../plan/digest.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { nameOf } from './manifests.ts';

/** Objects as text, by environment and name (`production web Deployment/web`): what is recorded when a candidate is staged. */
export type StagedObjects = Readonly<Record<string, string>>;

/** An object that is not what it was. */
export interface StagedDifference {
  /** Environment, service and object. */
  readonly object: string;
  /** Unified diff from what was staged to what is there now. */
  readonly diff: string;
}

/**
 * Objects of a service as they are recorded: canonical, one field a line, values of Secrets hidden. That a Secret changes is still
 * seen, because its name ends in the hash of what it holds.
 */
export function stagedObjects(environment: string, service: string, objects: readonly KubeObject[]): StagedObjects {
  return Object.fromEntries(
    objects.map((object) => [
      `${environment} ${service} ${nameOf(object)}`,
      `${JSON.stringify(JSON.parse(canonicalJson(withoutSecrets(object))), null, 2)}\n`,
    ]),
  );
}

/** What differs between what was staged and what would be deployed now, in the order of the names. */
export function stagedDifferences(before: StagedObjects, now: StagedObjects): readonly StagedDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((object) => {
    const [old, next] = [before[object] ?? '', now[object] ?? ''];
    if (old === next) return [];
    const diff = createTwoFilesPatch(`staged ${object}`, `now ${object}`, old, next, '', '', { context: 2 });
    return [{ object, diff: diff.slice(diff.indexOf('---')) }];
  });
}

/** The object with the values of a Secret hidden. */
export function withoutSecrets(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const hidden = (values: unknown): unknown =>
    values === undefined
      ? undefined
      : Object.fromEntries(Object.keys(values as object).map((key) => [key, '(hidden)']));
  const { data, stringData, ...rest } = object;
  return {
    ...rest,
    ...(data === undefined ? {} : { data: hidden(data) }),
    ...(stringData === undefined ? {} : { stringData: hidden(stringData) }),
  } as KubeObject;
}
