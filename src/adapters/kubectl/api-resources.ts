import { byName } from '../../text/by-name.ts';

/** Where objects of a kind live in the API. */
export interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

/**
 * Kinds that a release uses all the time, so that nobody has to ask the server for them. Where a version of a group is not served, a list
 * of it is refused as one of a kind that nobody knows: `listIfKnown` goes on with the next.
 */
const WELL_KNOWN: Readonly<Record<string, string>> = byName({
  'v1/ConfigMap': 'configmaps',
  'v1/Secret': 'secrets',
  'v1/Service': 'services',
  'v1/Pod': 'pods',
  'v1/PersistentVolumeClaim': 'persistentvolumeclaims',
  'v1/ServiceAccount': 'serviceaccounts',
  'apps/v1/Deployment': 'deployments',
  'apps/v1/ReplicaSet': 'replicasets',
  'apps/v1/StatefulSet': 'statefulsets',
  'apps/v1/DaemonSet': 'daemonsets',
  'batch/v1/Job': 'jobs',
  'autoscaling/v1/HorizontalPodAutoscaler': 'horizontalpodautoscalers',
  'policy/v1/PodDisruptionBudget': 'poddisruptionbudgets',
  'coordination.k8s.io/v1/Lease': 'leases',
});

/** The resource of a well-known kind; all of them are namespaced. */
export function wellKnownResource(apiVersion: string, kind: string): Resource | undefined {
  const plural = WELL_KNOWN[`${apiVersion}/${kind}`];
  return plural === undefined ? undefined : { plural, namespaced: true };
}

/** The API path of a group and version, such as `/apis/apps/v1`; the core group has no name and another root. */
export function groupPath(apiVersion: string): string {
  const root = apiVersion.includes('/') ? 'apis' : 'api';
  return `/${root}/${apiVersion.split('/').map(encodeURIComponent).join('/')}`;
}

/** Finds a kind in the server's answer to {@link groupPath} (an APIResourceList); `undefined` when it is not there. */
export function findResource(discovery: unknown, kind: string): Resource | undefined {
  const list = (discovery as { resources?: readonly { name: string; kind: string; namespaced: boolean }[] }).resources;
  // Names with a slash are subresources such as deployments/scale.
  const found = list?.find((resource) => resource.kind === kind && !resource.name.includes('/'));
  return found === undefined ? undefined : { plural: found.name, namespaced: found.namespaced };
}

/** The API path of all objects of a resource in a namespace, or of the one with a name. */
export function resourcePath(apiVersion: string, resource: Resource, namespace: string, name?: string): string {
  const scope = resource.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const item = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${groupPath(apiVersion)}${scope}/${resource.plural}${item}`;
}

/** True for a name that can stand in an API path: Kubernetes forbids the others, whatever the kind. */
export function isPathName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name);
}
