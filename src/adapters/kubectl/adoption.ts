import type { KubeObject } from '../../ports/cluster.ts';

/** One line of `metadata.managedFields`: who set which fields, and how. */
interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
}

/** The field manager of `kubectl apply` without `--server-side`. */
const BY_HAND = 'kubectl-client-side-apply';

/**
 * The JSON patch that makes the fields of a plain `kubectl apply` those of a server-side apply by `manager`; `undefined` where
 * there is nothing to adopt, which includes an object that `manager` has applied before.
 *
 * Without it, whatever the hand-applied manifest had and the new one has not (a variable that was removed) would stay for
 * ever, since server-side apply removes only what its own manager set. It is what `kubectl apply --server-side` does for its
 * own manager (KEP-555, "migrating from client-side apply"). The patch holds only at the version of `object`. The annotation of
 * the plain apply is left to the apply that follows, which does not have it: removed here it would be one more generation of a
 * Deployment, whose controller would write its status between the two.
 */
export function adoptionPatch(object: KubeObject, manager: string): readonly object[] | undefined {
  const entries = (object.metadata.managedFields ?? []) as readonly ManagedFields[];
  const isOurs = (entry: ManagedFields) => entry.manager === manager && entry.operation === 'Apply';
  const index = entries.findIndex((entry) => entry.manager === BY_HAND && (entry.subresource ?? '') === '');
  if (index === -1 || entries.some(isOurs)) return undefined;
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion },
    { op: 'replace', path: `/metadata/managedFields/${index}/manager`, value: manager },
    { op: 'replace', path: `/metadata/managedFields/${index}/operation`, value: 'Apply' },
  ];
}
