import { canonicalJson } from '../../plan/digest.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { byName, ownOf } from '../../text/by-name.ts';
import { apiGroup } from './api-group.ts';

/**
 * What an API server takes when an object is made and refuses to change afterwards, whoever asks.
 * Source: the `Validate…Update` functions of Kubernetes (pkg/apis/…/validation); the contract of the cluster port tries most of these rules on
 * a real API server; not those of Pods, PersistentVolumes and kinds without a namespace.
 */

/** Fields by their path, or all below a path but a few. */
interface Rule {
  /** Paths, each with what the server fills in where nothing is written. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly allOf?: string;
  readonly but?: readonly string[];
}

const SELECTOR: Rule = { fields: { 'spec.selector': undefined } };
const ROLE: Rule = { fields: { roleRef: undefined } };

/** By API group (empty for the core) and kind. */
const RULES: Readonly<Record<string, Rule>> = byName<Rule>({
  'apps/Deployment': SELECTOR,
  'apps/DaemonSet': SELECTOR,
  'apps/ReplicaSet': SELECTOR,
  'apps/StatefulSet': {
    fields: {
      'spec.selector': undefined,
      'spec.serviceName': undefined,
      'spec.volumeClaimTemplates': undefined,
      'spec.podManagementPolicy': 'OrderedReady',
    },
  },
  'batch/Job': {
    fields: {
      'spec.template': undefined,
      'spec.selector': undefined,
      'spec.completions': 1,
      'spec.completionMode': 'NonIndexed',
      'spec.podFailurePolicy': undefined,
      'spec.successPolicy': undefined,
      'spec.backoffLimitPerIndex': undefined,
      'spec.managedBy': undefined,
    },
  },
  '/Pod': {
    allOf: 'spec',
    but: [
      'activeDeadlineSeconds',
      'containers',
      'initContainers',
      'ephemeralContainers',
      'terminationGracePeriodSeconds',
      'tolerations',
      'nodeName',
      'schedulingGates',
    ],
  },
  '/PersistentVolumeClaim': {
    fields: {
      'spec.accessModes': undefined,
      'spec.storageClassName': undefined,
      'spec.volumeMode': 'Filesystem',
      'spec.selector': undefined,
      'spec.dataSource': undefined,
    },
  },
  '/PersistentVolume': {
    allOf: 'spec',
    but: [
      'capacity',
      'accessModes',
      'persistentVolumeReclaimPolicy',
      'storageClassName',
      'mountOptions',
      'claimRef',
      'nodeAffinity',
      'volumeAttributesClassName',
      'volumeMode',
    ],
  },
  '/Secret': { fields: { type: 'Opaque' } },
  '/ResourceQuota': { fields: { 'spec.scopes': undefined } },
  'rbac.authorization.k8s.io/RoleBinding': ROLE,
  'rbac.authorization.k8s.io/ClusterRoleBinding': ROLE,
  'storage.k8s.io/StorageClass': {
    fields: {
      provisioner: undefined,
      parameters: undefined,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    },
  },
  'scheduling.k8s.io/PriorityClass': { fields: { value: undefined, preemptionPolicy: 'PreemptLowerPriority' } },
  'networking.k8s.io/IngressClass': { fields: { 'spec.controller': undefined } },
  'node.k8s.io/RuntimeClass': { fields: { handler: undefined } },
  'discovery.k8s.io/EndpointSlice': { fields: { addressType: undefined } },
});

/**
 * The fields in which an object would have to change, and cannot. Both are of the same kind and name.
 * @param before as it is there
 * @param after as it is to be
 * @returns paths such as `spec.template`; none where the change is possible
 */
export function immutableChanges(before: KubeObject, after: KubeObject): readonly string[] {
  const rule = ownOf(RULES, `${apiGroup(after.apiVersion)}/${after.kind}`);
  const changed = [...fixedPaths(rule, before, after)]
    .filter(([path, usual]) => !isSame(at(before, path) ?? usual, at(after, path) ?? usual))
    .map(([path]) => path);
  return [...changed, ...sealedContent(before, after), ...serviceAddress(before, after)];
}

function fixedPaths(rule: Rule | undefined, before: KubeObject, after: KubeObject): readonly [string, unknown][] {
  if (rule?.allOf === undefined) return Object.entries(rule?.fields ?? {});
  const { allOf, but = [] } = rule;
  const keys = [before, after].flatMap((object) => Object.keys(fieldsOf(at(object, allOf))));
  return [...new Set(keys)].filter((key) => !but.includes(key)).map((key) => [`${allOf}.${key}`, undefined]);
}

/** A ConfigMap or Secret with `immutable: true` keeps its content, and stays immutable. */
function sealedContent(before: KubeObject, after: KubeObject): readonly string[] {
  if ((after.kind !== 'ConfigMap' && after.kind !== 'Secret') || before.immutable !== true) return [];
  const contentOf = ({ data, binaryData, stringData }: KubeObject) => ({ data, binaryData, stringData });
  const keys = Object.keys(contentOf(after)).filter((key) => !isSame(before[key], after[key]));
  return after.immutable === true ? keys : [...keys, 'immutable'];
}

/** An address that a Service names must be the one that it has; one that it does not name is left as it is. */
function serviceAddress(before: KubeObject, after: KubeObject): readonly string[] {
  if (after.kind !== 'Service' || apiGroup(after.apiVersion) !== '') return [];
  const [was, is] = [fieldsOf(before.spec), fieldsOf(after.spec)];
  if (was.type === 'ExternalName' || is.type === 'ExternalName') return [];
  return is.clusterIP === undefined || is.clusterIP === '' || isSame(was.clusterIP, is.clusterIP)
    ? []
    : ['spec.clusterIP'];
}

function at(object: KubeObject, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => ownOf(fieldsOf(value), key), object);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** The same to a server: what is empty is not there, and the type of a template of claims goes without saying. */
function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(written(a) ?? null) === canonicalJson(written(b) ?? null);
}

function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => written(one) ?? null);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const entries = Object.entries(value)
    .filter(([key, one]) => !isType(key, one))
    .map(([key, one]) => [key, written(one)] as const)
    .filter(([, one]) => one !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function isType(key: string, value: unknown): boolean {
  return (key === 'kind' && value === 'PersistentVolumeClaim') || (key === 'apiVersion' && value === 'v1');
}
