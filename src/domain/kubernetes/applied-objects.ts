import type { KubeObject } from '../../ports/cluster.ts';
import { apiGroup } from './api-group.ts';
import type { EnvironmentObjects } from './environment-objects.ts';

/** An object that a release applies, and the service that it belongs to; the product when left out. */
export interface Applied {
  readonly service?: string;
  readonly object: KubeObject;
}

/** Everything that a release of some services applies. */
export function appliedObjects(whole: EnvironmentObjects, services: readonly string[]): readonly Applied[] {
  const own = services.flatMap((name) => {
    const answer = whole.services.get(name);
    return answer?.ok ? [answer.workload, ...answer.others].map((object) => ({ service: name, object })) : [];
  });
  return [...own, ...whole.product.map((object) => ({ object }))];
}

/** What tells one object of a namespace from another; versions of one group are views of the same object. */
export function identityOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `${apiGroup(apiVersion)} ${kind}/${metadata.name}`;
}
