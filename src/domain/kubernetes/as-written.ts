import { canonicalJson, sha256 } from '../../plan/digest.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { apiGroup } from './api-group.ts';
import { unfenced, withoutServerFields } from './manifests.ts';
import { podTemplateOf } from './pods.ts';

/**
 * What tells that an object is still what a release has left, as the API server had it then: with its defaults, what webhooks have changed,
 * and what others had set before. Two answers of the server are compared, so none of that is a difference; an apply alone does not see what others
 * have added. The UID, which is random and stands in no repository, goes into each digest, so that nobody finds a short value again by trying.
 */

/** What `kubectl rollout restart` leaves: the same pods, started again. */
const RESTARTED = 'kubectl.kubernetes.io/restartedAt';
/** How an autoscaler of the first version of its API tells its status. */
const TOLD_BY_AUTOSCALERS = 'autoscaling.alpha.kubernetes.io/';

/** Groups of Kubernetes itself, whose controllers write no more than status into an object that was there; others' controllers may. */
const OWN_GROUPS: ReadonlySet<string> = new Set([
  '',
  'apps',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
]);

/** Digest of what the pods of a workload are made from; `undefined` for an object without a pod template. */
export function templateDigest(workload: KubeObject): string | undefined {
  const template = podTemplateOf(workload);
  if (template === undefined) return undefined;
  const { metadata, ...rest } = template as { readonly metadata?: Partial<KubeObject['metadata']> };
  const annotations = without(metadata?.annotations, (key) => key === RESTARTED);
  return digestOf(workload, { ...rest, metadata: { ...metadata, annotations } });
}

/**
 * Digest of an object as it was written, but for what others decide: how many pods there are, and how a canary among a workload's own pods
 * holds the others back. `undefined` for a kind whose controllers write into it themselves.
 */
export function writtenDigest(object: KubeObject): string | undefined {
  if (!OWN_GROUPS.has(apiGroup(object.apiVersion))) return undefined;
  const { metadata, spec, ...rest } = unfenced(withoutServerFields(object));
  const { replicas, updateStrategy, ...kept } = (spec ?? {}) as Readonly<Record<string, unknown>>;
  const annotations = without(metadata.annotations, (key) => key.startsWith(TOLD_BY_AUTOSCALERS));
  return digestOf(object, { ...rest, spec: kept, metadata: { ...metadata, annotations } });
}

function without(
  annotations: Readonly<Record<string, string>> | undefined,
  isLeftOut: (key: string) => boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !isLeftOut(key)));
}

function digestOf({ metadata }: KubeObject, content: unknown): string {
  return sha256(canonicalJson([metadata.uid ?? '', content]));
}
