import type { KubeObject } from '../../ports/cluster.ts';
import { apiGroup } from './api-group.ts';

/**
 * Objects by names of which no two are the same: `Service/web`, and where several kinds of one name have an object of that name, with their groups
 * (`Service.serving.knative.dev/web`). By kind and name alone the last would hide the others: from who reads what changes, and from what is compared.
 * What stands twice all the same is numbered.
 */
export function toldApart<T>(items: readonly T[], objectOf: (item: T) => KubeObject): ReadonlyMap<string, T> {
  const groups = new Map<string, Set<string>>();
  for (const item of items) {
    const { apiVersion, kind, metadata } = objectOf(item);
    const title = `${kind}/${metadata.name}`;
    groups.set(title, (groups.get(title) ?? new Set()).add(apiGroup(apiVersion)));
  }
  const found = new Map<string, T>();
  for (const item of items) {
    const { apiVersion, kind, metadata } = objectOf(item);
    const group = apiGroup(apiVersion);
    const title = `${kind}/${metadata.name}`;
    const isAlone = group === '' || (groups.get(title)?.size ?? 0) < 2;
    const name = isAlone ? title : `${kind}.${group}/${metadata.name}`;
    let number = 1;
    while (found.has(numbered(name, number))) number += 1;
    found.set(numbered(name, number), item);
  }
  return found;
}

function numbered(name: string, number: number): string {
  return number === 1 ? name : `${name} (${number})`;
}
