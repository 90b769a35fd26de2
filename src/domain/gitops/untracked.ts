import type { KubeObject } from '../../ports/cluster.ts';
import { APPLICATIONS } from './registry.ts';

/** Marks by which reconcilers know what is theirs: an object that bears one of another's may be claimed, and pruned. */
const MARKS = [
  /^(kustomize|helm|source)\.toolkit\.fluxcd\.io\//,
  /^argocd\.argoproj\.io\//,
  /^meta\.helm\.sh\//,
  /^kubectl\.kubernetes\.io\/last-applied-configuration$/,
  // Argo CD's label of what it tracks, until version 3.
  /^app\.kubernetes\.io\/(instance|managed-by)$/,
];

/**
 * An object without the marks of those who keep it, so that a copy of it under another name is nobody's but relctl's. The pod template stays
 * as it is: pods belong to whoever owns them.
 */
export function untracked(object: KubeObject, kinds = APPLICATIONS): KubeObject {
  const keys = Object.values(kinds).flatMap(({ marks }) =>
    marks.flatMap(({ key, namespace = key }) => [key, namespace]),
  );
  const withoutMarks = (map: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(map).filter(([key]) => !keys.includes(key) && MARKS.every((mark) => !mark.test(key))),
    );
  const { labels, annotations, ownerReferences: _owners, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(labels === undefined ? {} : { labels: withoutMarks(labels) }),
      ...(annotations === undefined ? {} : { annotations: withoutMarks(annotations) }),
    },
  };
}
