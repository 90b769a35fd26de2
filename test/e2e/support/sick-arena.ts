import { LEASE_NAME } from '../../../src/domain/deployment/lease.ts';
import { KubeApiError, type Resource } from '../../cluster/kube-api.ts';
import { waitFor } from '../../cluster/wait.ts';
import type { Arena, Lab } from './lab.ts';
import { STABLE } from './lab-product.ts';

/** A production that people, and programs of theirs, change while nobody tells relctl. */
export interface SickArena {
  readonly lab: Lab;
  readonly arena: Arena;
  readonly namespace: string;
  /** Makes an object in the namespace, or outside of any: `deployments`, `resourcequotas`, … */
  make(resource: string, object: object): Promise<void>;
  /** Changes an object as `kubectl patch --type merge` does. */
  patch(resource: string, name: string, change: object): Promise<void>;
  /** Deletes an object; one that is not there is none. */
  remove(resource: string, name: string): Promise<void>;
  read(resource: string, name: string): Promise<Resource | undefined>;
  list(resource: string): Promise<readonly Resource[]>;
  /** Waits until as many stable pods are ready. */
  ready(pods: number): Promise<void>;
}

/** Where the API server keeps what the tests touch: the group, and whether it is in a namespace. */
const GROUPS: Readonly<Record<string, string>> = {
  configmaps: '/api/v1',
  services: '/api/v1',
  pods: '/api/v1',
  resourcequotas: '/api/v1',
  deployments: '/apis/apps/v1',
  leases: '/apis/coordination.k8s.io/v1',
  poddisruptionbudgets: '/apis/policy/v1',
  horizontalpodautoscalers: '/apis/autoscaling/v2',
  validatingwebhookconfigurations: '/apis/admissionregistration.k8s.io/v1',
};
const MERGE_PATCH = 'application/merge-patch+json';

/** What is done to an arena from outside of relctl. */
export function sickArena(lab: Lab, arena: Arena): SickArena {
  const { api } = lab.plane;
  const { namespace } = arena;
  const path = (resource: string, name?: string) => {
    const place = resource === 'validatingwebhookconfigurations' ? '' : `/namespaces/${namespace}`;
    return [`${GROUPS[resource]}${place}/${resource}`, ...(name === undefined ? [] : [name])].join('/');
  };
  const unlessGone = async <T>(work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      if (error instanceof KubeApiError && error.status === 404) return undefined;
      throw error;
    });
  return {
    lab,
    arena,
    namespace,
    async make(resource, object) {
      await api.call('POST', path(resource), object);
    },
    async patch(resource, name, change) {
      await api.call('PATCH', path(resource, name), change, MERGE_PATCH);
    },
    async remove(resource, name) {
      await unlessGone(api.call('DELETE', path(resource, name), { propagationPolicy: 'Background' }));
    },
    read: (resource, name) => unlessGone(api.call('GET', path(resource, name))),
    list: async (resource) => (await api.call<{ items: Resource[] }>('GET', path(resource))).items,
    ready: (pods) =>
      waitFor(() => lab.kubelet.endpoints(namespace, { track: 'stable' }).length === pods, {
        what: `${pods} ready pods in ${namespace}`,
      }),
  };
}

/** Makes a namespace what it was before any release: version 1.0.0 runs in it, and relctl has never been there. */
export async function renew(sick: SickArena): Promise<void> {
  const { lab, arena, namespace, patch, read, remove, list } = sick;
  // What a course that failed has left.
  await remove('validatingwebhookconfigurations', namespace);
  await remove('resourcequotas', 'pods');
  await remove('poddisruptionbudgets', 'web');
  await remove('horizontalpodautoscalers', 'web');
  const free = (name: string) => patch('deployments', name, { metadata: { finalizers: null } }).then(() => true);
  for (const one of await list('deployments')) {
    // The API server forgets a webhook a moment after it is gone.
    await waitFor(() => free(one.metadata.name), { what: `a write to ${one.metadata.name} in ${namespace}` });
    await remove('deployments', one.metadata.name);
  }
  for (const { metadata } of await list('configmaps')) {
    // The one of the namespace itself is made again at once.
    if (metadata.name !== 'kube-root-ca.crt') await remove('configmaps', metadata.name);
  }
  await remove('services', 'web');
  await remove('leases', LEASE_NAME);
  lab.kubelet.limit(namespace);
  await waitFor(async () => (await list('pods')).length === 0, {
    what: `the end of all pods in ${namespace}`,
    timeoutMs: 180_000,
  });
  for (const object of STABLE) await arena.cluster.apply(object, { absent: true });
  await sick.ready(3);
  await waitFor(async () => isObserved(await read('deployments', 'web')), { what: `a status of web in ${namespace}` });
}

function isObserved(object: Resource | undefined): boolean {
  const { availableReplicas } = (object?.status ?? {}) as { readonly availableReplicas?: number };
  return availableReplicas === 3;
}
