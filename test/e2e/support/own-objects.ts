import { SNAPSHOT_LABEL } from '../../../src/domain/deployment/kept-snapshot.ts';
import type { KubeObject } from '../../../src/ports/cluster.ts';

/** True for what is a product's own: not what every namespace has, and not what relctl keeps of what ran before a release. */
export function isProductObject({ metadata }: KubeObject): boolean {
  return metadata.name !== 'kube-root-ca.crt' && metadata.labels?.[SNAPSHOT_LABEL] === undefined;
}
