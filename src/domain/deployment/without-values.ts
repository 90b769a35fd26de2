import { sha256 } from '../../plan/digest.ts';

/**
 * Where objects of Kubernetes carry plain values that people use for passwords, tokens and addresses with both in them: environment
 * variables, programs with their arguments, what ConfigMaps hold, headers of probes, and annotations, in which tools repeat all of it.
 */
const VALUE_FIELDS: ReadonlySet<string> = new Set([
  'value',
  'command',
  'args',
  'data',
  'binaryData',
  'annotations',
  'sha256',
]);

/**
 * A copy in which each such value is its digest: it can still be told whether two are the same, and not what they are.
 * @param source.salt goes into every digest, so that a short value cannot be found by trying; it is left out of the copy
 */
export function withoutValues<T extends { readonly salt: string }>({ salt, ...source }: T): object {
  return mapped(source, false, salt) as object;
}

function mapped(value: unknown, isHidden: boolean, salt: string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapped(item, isHidden, salt));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, mapped(item, isHidden || VALUE_FIELDS.has(key), salt)]),
    );
  }
  return isHidden && typeof value === 'string' && value !== '' ? `sha256:${sha256(`${salt} ${value}`)}` : value;
}
