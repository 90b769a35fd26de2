import type { Config } from '../../plan/config.ts';
import type { ServiceEndpoint } from '../../plan/endpoint.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { LEASE_NAME } from '../deployment/lease.ts';
import { apiGroup } from '../kubernetes/api-group.ts';

/**
 * What relctl asks of an API server, and so what it has to be allowed. test/e2e/runner.test.ts lets releases run with these rights alone
 * on a real server, and holds its audit log against them.
 */

/** A rule of a Role, as in rbac.authorization.k8s.io/v1. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly Verb[];
  readonly resourceNames?: readonly string[];
}
type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** Reading one, applying (a patch, for which the server asks for `create` too where there is none), putting back (an update), and removing what was not there before. */
const WRITE: readonly Verb[] = ['get', 'create', 'update', 'patch', 'delete'];
/** Beside that: a rollout is waited for, and clones that were lost are found by their marks. */
const WRITE_AND_LOOK: readonly Verb[] = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
const LOOK: readonly Verb[] = ['list', 'watch'];

/** Kinds that are always listed: for marks of a release whose snapshot was lost. */
const LISTED = ['apps/StatefulSet', 'apps/DaemonSet', '/Service'];

/**
 * Rights in a namespace that is released to.
 * @param objects everything that the manifests of production render, at the commit that is looked at
 */
export function targetRules(
  { services }: Pick<Config, 'services'>,
  objects: readonly KubeObject[],
): readonly PolicyRule[] {
  const traffic = Object.values(services).flatMap((service) =>
    service.traffic === undefined ? [] : [service.traffic],
  );
  const kinds = new Map<string, readonly Verb[]>([
    ['apps/Deployment', WRITE_AND_LOOK],
    // Configuration of a version, and the snapshot of what was there before.
    ['/ConfigMap', ['get', 'list', 'create', 'update', 'patch', 'delete']],
    // Migrations and smoke tests: made asleep and let run, which is an update.
    ['batch/Job', ['get', 'list', 'watch', 'create', 'update', 'delete']],
    ...LISTED.map((kind) => [kind, ['list']] as const),
  ]);
  const grant = (kind: string, verbs: readonly Verb[]) => {
    const known = kinds.get(kind) ?? [];
    kinds.set(kind, [...new Set([...known, ...verbs])]);
  };
  for (const { apiVersion, kind } of objects) {
    const name = `${apiGroup(apiVersion)}/${kind}`;
    grant(name, name.startsWith('apps/') ? WRITE_AND_LOOK : WRITE);
  }
  // Routes that divide the requests: changed and put back, or one more beside them.
  if (traffic.some((one) => one.httpRoute !== undefined))
    grant('gateway.networking.k8s.io/HTTPRoute', ['get', 'update', 'watch']);
  if (traffic.some((one) => one.grpcRoute !== undefined))
    grant('gateway.networking.k8s.io/GRPCRoute', ['get', 'update', 'watch']);
  if (traffic.some((one) => one.ingress !== undefined)) grant('networking.k8s.io/Ingress', WRITE);
  if (traffic.length > 0) grant('/Service', WRITE);
  return [
    // Whoever creates cannot be held to a name: the server does not know it yet.
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: [LEASE_NAME],
      verbs: ['get', 'update'],
    },
    // How pods are and what they print; and, by a dry run, whether the cluster would take one more.
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'create', 'patch', ...evicts(objects)] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    { apiGroups: ['apps'], resources: ['replicasets'], verbs: LOOK },
    // What would keep a rollout from ending.
    { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['list'] },
    { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['list'] },
    ...[...kinds].map(([kind, verbs]) => {
      const [group = '', name = ''] = kind.split('/');
      return { apiGroups: [group], resources: [resourceOf(name)], verbs };
    }),
  ];
}

/** A canary of these is one of their own pods, which is deleted so that its controller makes it anew. */
function evicts(objects: readonly KubeObject[]): readonly Verb[] {
  return objects.some(({ kind }) => kind === 'StatefulSet' || kind === 'DaemonSet') ? ['delete'] : [];
}

/**
 * Rights in the namespaces of Services that measure production and are asked through the API server (`via: kubectl`), by namespace: of
 * these Services, and no others. `create` is a query that is too long for a GET.
 */
export function proxyRules({ environments }: Pick<Config, 'environments'>): ReadonlyMap<string, readonly PolicyRule[]> {
  const { production } = environments;
  const endpoints = [production, ...production.regions].flatMap((target) => Object.values(target)).filter(isService);
  const rules = new Map<string, readonly PolicyRule[]>();
  for (const { namespace, scheme, service, port } of endpoints) {
    const name = `${scheme}:${service}:${port}`;
    const known = rules.get(namespace)?.flatMap(({ resourceNames = [] }) => resourceNames) ?? [];
    const resourceNames = [...new Set([...known, name])];
    rules.set(namespace, [{ apiGroups: [''], resources: ['services/proxy'], resourceNames, verbs: ['get', 'create'] }]);
  }
  return rules;
}

function isService(value: unknown): value is ServiceEndpoint {
  return typeof value === 'object' && value !== null && 'via' in value && value.via === 'kubectl';
}

/** Rights in the whole cluster: which one it is, is told by the UID of its first namespace. */
export const CLUSTER_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] },
];

/** Rights of the runner in its own namespace: a schedule leaves a run alone that has a Job which lives. */
export const HOME_RULES: readonly PolicyRule[] = [
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
];

/** Rights in the runner's namespace of those who hand over and look: none of them is the runner's own. */
export const HAND_OVER_RULES: readonly PolicyRule[] = [
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get', 'list', 'watch', 'create', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: LOOK },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
];

/** What a kind is called in the API, as Kubernetes itself guesses it (`UnsafeGuessKindToResource` of apimachinery). */
function resourceOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name === 'endpoints') return name;
  if (name.endsWith('s')) return `${name}es`;
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
}
