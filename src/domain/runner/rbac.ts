import type { Config } from '../../plan/config.ts';
import type { KubernetesRunner } from '../../plan/runner.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { CLUSTER_RULES, HAND_OVER_RULES, HOME_RULES, type PolicyRule, proxyRules, targetRules } from './rights.ts';

/** Roles for the service account of the runner, and for those who hand over to it. */

const API = 'rbac.authorization.k8s.io/v1';
const LABELS = { 'app.kubernetes.io/name': 'relctl', 'app.kubernetes.io/managed-by': 'relctl' };

/**
 * The objects that an administrator applies once, and again when kinds of objects are added to the manifests.
 * @param objects everything that the manifests of production render
 */
export function rbacObjects(
  config: Pick<Config, 'services' | 'environments'>,
  settings: KubernetesRunner,
  objects: readonly KubeObject[],
): readonly KubeObject[] {
  const { production } = config.environments;
  const home = settings.namespace ?? production.namespace;
  const account = settings.serviceAccount;
  const subject = { kind: 'ServiceAccount', name: account, namespace: home };
  const targets = [production, ...production.regions].filter(({ clusterUid }) => clusterUid === production.clusterUid);
  const namespaces = [...new Set(targets.map(({ namespace }) => namespace))];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace: home, labels: LABELS } },
    // Named by its home too, since names of cluster roles are the cluster's: two teams have two.
    clusterRole(`${account}-${home}-identity`, CLUSTER_RULES),
    clusterBinding(`${account}-${home}-identity`, subject),
    ...namespaces.flatMap((namespace) => [
      role(account, namespace, targetRules(config, objects)),
      binding(account, namespace, subject),
    ]),
    ...[...proxyRules(config)].flatMap(([namespace, rules]) => [
      role(`${account}-metrics`, namespace, rules),
      binding(`${account}-metrics`, namespace, subject),
    ]),
    role(`${account}-look`, home, HOME_RULES),
    binding(`${account}-look`, home, subject),
    // Bound to nobody: who may hand over is the company's to say.
    role(`${account}-hand-over`, home, HAND_OVER_RULES),
  ];
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

function role(name: string, namespace: string, rules: readonly PolicyRule[]): KubeObject {
  return { apiVersion: API, kind: 'Role', metadata: { name, namespace, labels: LABELS }, rules };
}

function binding(name: string, namespace: string, subject: Subject): KubeObject {
  return {
    apiVersion: API,
    kind: 'RoleBinding',
    metadata: { name, namespace, labels: LABELS },
    subjects: [subject],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
  };
}

function clusterRole(name: string, rules: readonly PolicyRule[]): KubeObject {
  return { apiVersion: API, kind: 'ClusterRole', metadata: { name, labels: LABELS }, rules };
}

function clusterBinding(name: string, subject: Subject): KubeObject {
  return {
    apiVersion: API,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: LABELS },
    subjects: [subject],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
  };
}
