import type { KubeObject } from '../../ports/cluster.ts';

/**
 * True when an object as the cluster has it contains all that was asked for: what a server adds (defaults, status, fields of
 * others) does not count. It may miss a match where the server rewrites a value (a quantity `1000m` becomes `1`); then a
 * write counts as not seen, never the other way round.
 */
export function containsObject(actual: KubeObject, wanted: KubeObject): boolean {
  const { stringData, data, ...rest } = wanted;
  const { resourceVersion, uid, ...metadata } = wanted.metadata;
  const encoded = Object.entries((stringData ?? {}) as Record<string, string>).map(
    ([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')] as const,
  );
  const merged = { ...((data ?? {}) as Record<string, unknown>), ...Object.fromEntries(encoded) };
  const hasData = data !== undefined || stringData !== undefined;
  return contains(actual, { ...rest, ...(hasData ? { data: merged } : {}), metadata });
}

function contains(actual: unknown, wanted: unknown): boolean {
  if (isEmpty(wanted)) return isEmpty(actual) || typeof actual === 'object';
  if (Array.isArray(wanted)) return Array.isArray(actual) && containsAll(actual, wanted);
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof actual !== 'object' || actual === null) return false;
    return Object.entries(wanted).every(([key, value]) => contains((actual as Record<string, unknown>)[key], value));
  }
  return Object.is(actual, wanted);
}

/** Lists of named things (containers, variables, ports) may have others between; other lists are whole. */
function containsAll(actual: readonly unknown[], wanted: readonly unknown[]): boolean {
  const names = wanted.map(nameOf);
  if (names.every((name) => name !== undefined)) {
    return wanted.every((item, index) => actual.some((one) => nameOf(one) === names[index] && contains(one, item)));
  }
  return actual.length === wanted.length && wanted.every((item, index) => contains(actual[index], item));
}

function nameOf(item: unknown): string | undefined {
  const name = (item as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? name : undefined;
}

/** An API server leaves out what is null or empty. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
