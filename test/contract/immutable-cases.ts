import type { KubeObject } from '../../src/ports/cluster.ts';

/** Changes of objects that an API server refuses, and changes beside them that it takes: the object as it is made, and as it is to be. */
export interface ChangeCase {
  readonly what: string;
  readonly before: KubeObject;
  readonly after: KubeObject;
  /** The first minor version of Kubernetes 1.x of which this is known; an older one has no such field, or says no. */
  readonly since?: number;
}

type Fields = Readonly<Record<string, unknown>>;

const template = (labels: Fields, image = 'registry.example/web:1', more: Fields = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'web', image }], ...more },
});
const object = (kind: string, name: string, fields: Fields): KubeObject => ({
  apiVersion: ['StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(kind)
    ? 'apps/v1'
    : kind === 'Job'
      ? 'batch/v1'
      : kind === 'RoleBinding'
        ? 'rbac.authorization.k8s.io/v1'
        : 'v1',
  kind,
  metadata: { name },
  ...fields,
});

function changes(kind: string, what: string, before: Fields, after: Fields): ChangeCase {
  const name = `contract-${what.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  return { what, before: object(kind, name, before), after: object(kind, name, after) };
}

const claim = (name: string, size: string) => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
});
const set = (more: Fields = {}) => ({
  spec: {
    replicas: 0,
    serviceName: 'one',
    selector: { matchLabels: { app: 'set' } },
    template: template({ app: 'set' }),
    ...more,
  },
});
const pods = (kind: 'DaemonSet' | 'ReplicaSet', app: string) => ({
  spec: {
    ...(kind === 'ReplicaSet' ? { replicas: 0 } : {}),
    selector: { matchLabels: { app } },
    template: template({ app }, 'registry.example/web:1', { nodeSelector: { nowhere: 'x' } }),
  },
});
const job = (more: Fields = {}, image?: string) => ({
  spec: { parallelism: 0, template: template({ app: 'job' }, image, { restartPolicy: 'Never' }), ...more },
});
const volume = (more: Fields = {}) => ({
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'none-such',
    resources: { requests: { storage: '1Gi' } },
    ...more,
  },
});
const roleOf = (name: string) => ({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name } });
const sealed = (value: string, more: Fields = { immutable: true }) => ({ data: { key: value }, ...more });
const quota = (scopes: readonly string[], count: string) => ({ spec: { scopes, hard: { pods: count } } });
const ports = { ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }] };

/** Refused by every API server. */
export const REFUSED: readonly ChangeCase[] = [
  changes('StatefulSet', 'set selector', set(), {
    spec: { ...set().spec, selector: { matchLabels: { app: 'other' } }, template: template({ app: 'other' }) },
  }),
  changes('StatefulSet', 'set serviceName', set(), set({ serviceName: 'two' })),
  changes(
    'StatefulSet',
    'set volumeClaimTemplates',
    set({ volumeClaimTemplates: [claim('data', '1Gi')] }),
    set({ volumeClaimTemplates: [claim('data', '2Gi')] }),
  ),
  changes('StatefulSet', 'set podManagementPolicy', set(), set({ podManagementPolicy: 'Parallel' })),
  changes('DaemonSet', 'daemons selector', pods('DaemonSet', 'a'), pods('DaemonSet', 'b')),
  changes('ReplicaSet', 'replicas selector', pods('ReplicaSet', 'a'), pods('ReplicaSet', 'b')),
  changes('Job', 'job template', job(), job({}, 'registry.example/web:2')),
  changes('Job', 'job completions', job(), job({ completions: 3 })),
  changes('Job', 'job completionMode', job({ completions: 2 }), job({ completions: 2, completionMode: 'Indexed' })),
  changes('PersistentVolumeClaim', 'claim storageClassName', volume(), volume({ storageClassName: 'other' })),
  changes('PersistentVolumeClaim', 'claim accessModes', volume(), volume({ accessModes: ['ReadOnlyMany'] })),
  changes('PersistentVolumeClaim', 'claim volumeMode', volume(), volume({ volumeMode: 'Block' })),
  changes('RoleBinding', 'binding roleRef', roleOf('one'), roleOf('two')),
  changes('ConfigMap', 'sealed map', sealed('1'), sealed('2')),
  changes('ConfigMap', 'unsealed map', sealed('1'), sealed('1', {})),
  changes('Secret', 'secret type', { type: 'Opaque' }, { type: 'example.com/other' }),
  changes('ResourceQuota', 'quota scopes', quota(['BestEffort'], '99'), quota(['NotBestEffort'], '99')),
  changes('Service', 'service clusterIP', { spec: ports }, { spec: { ...ports, clusterIP: 'None' } }),
];

/** Taken by every API server of the version and newer. */
export const TAKEN: readonly ChangeCase[] = [
  changes(
    'StatefulSet',
    'set replicas and template',
    set(),
    set({ template: template({ app: 'set', more: 'x' }, 'registry.example/web:2') }),
  ),
  { ...changes('StatefulSet', 'set minReadySeconds', set(), set({ minReadySeconds: 1 })), since: 22 },
  changes('StatefulSet', 'set that says the usual', set(), set({ podManagementPolicy: 'OrderedReady' })),
  changes('Job', 'job that says the usual', job(), job({ backoffLimit: 2 })),
  { ...changes('Job', 'job of the usual mode', job(), job({ completionMode: 'NonIndexed' })), since: 21 },
  changes('PersistentVolumeClaim', 'claim that says the usual', volume(), volume({ volumeMode: 'Filesystem' })),
  changes('ConfigMap', 'map that is sealed now', sealed('1', {}), sealed('2')),
  changes('Secret', 'secret of no type', { data: { key: 'eA==' } }, { data: { key: 'eQ==' }, type: 'Opaque' }),
  changes('ResourceQuota', 'quota', quota(['BestEffort'], '99'), quota(['BestEffort'], '98')),
  // Tried on 1.20.2, which says no, and on 1.36.3.
  {
    ...changes('Service', 'service without an address', { spec: { ...ports, clusterIP: 'None' } }, { spec: ports }),
    since: 21,
  },
];
