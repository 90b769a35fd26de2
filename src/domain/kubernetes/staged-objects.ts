import { scryptSync } from 'node:crypto';
import { createTwoFilesPatch } from 'diff';
import { canonicalJson } from '../../plan/digest.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { ownOf } from '../../text/by-name.ts';
import { toldApart } from './told-apart.ts';

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
 * Objects of a service as they are recorded: canonical, one field a line, values of Secrets hidden. That one of them changes is still seen
 * by the digest of them all.
 */
export function stagedObjects(environment: string, service: string, objects: readonly KubeObject[]): StagedObjects {
  return Object.fromEntries(
    [...toldApart(objects, (object) => object)].map(([name, object]) => [
      `${environment} ${service} ${name}`,
      `${JSON.stringify(JSON.parse(canonicalJson(withoutSecrets(object))), null, 2)}\n`,
    ]),
  );
}

/** What differs between what was staged and what would be deployed now, in the order of the names. */
export function stagedDifferences(before: StagedObjects, now: StagedObjects): readonly StagedDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((object) => {
    const [old, next] = [ownOf(before, object) ?? '', ownOf(now, object) ?? ''];
    if (old === next) return [];
    const diff = createTwoFilesPatch(`staged ${object}`, `now ${object}`, old, next, '', '', { context: 2 });
    return [{ object, diff: diff.slice(diff.indexOf('---')) }];
  });
}

/** The object with the values of a Secret hidden, and a digest by which other values are told from them. */
export function withoutSecrets(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const hidden = (values: unknown): unknown =>
    typeof values === 'object' && values !== null
      ? Object.fromEntries(Object.keys(values).map((key) => [key, '(hidden)']))
      : '(hidden)';
  const { data, stringData, ...rest } = object;
  if (data === undefined && stringData === undefined) return object;
  return {
    ...rest,
    ...(data === undefined ? {} : { data: hidden(data) }),
    ...(stringData === undefined ? {} : { stringData: hidden(stringData) }),
    hiddenDigest: secretDigest(object, canonicalJson({ data, stringData })),
  } as KubeObject;
}

/**
 * A digest of all values of a Secret together, keyed with its name and stretched with scrypt (RFC 7914; N 2^13, r 8, p 1): what is recorded
 * is committed, and a fast digest of a short value would let anybody who reads it try values until one fits.
 */
function secretDigest({ metadata }: KubeObject, values: string): string {
  const key = canonicalJson(['relctl secret', metadata.namespace ?? '', metadata.name]);
  return `scrypt:${scryptSync(values, key, 32, { N: 8192, r: 8, p: 1 }).toString('hex')}`;
}
