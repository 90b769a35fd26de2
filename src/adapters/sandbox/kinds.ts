import { immutableChanges } from '../../domain/kubernetes/immutable-fields.ts';
import { RelctlError } from '../../errors.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { fieldsAt } from './merge.ts';

/** What the simulated API server knows of kinds, and what it refuses. */

/** Groups of kinds that are not built in, but that many clusters have. */
const USUAL_GROUPS = new Set(['monitoring.coreos.com', 'cert-manager.io', 'external-secrets.io', 'keda.sh']);
const BUILT_IN = new Set(['v1', 'apps', 'batch', 'autoscaling', 'policy', 'extensions']);
/** Kinds whose main endpoint ignores `status`. */
const WITH_STATUS = new Set([
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'GRPCRoute',
  'HTTPRoute',
  'Pod',
  'Service',
]);
/** Kinds without a `spec`, which have no generation. */
const WITHOUT_GENERATION = new Set(['ConfigMap', 'Secret', 'Lease', 'Service', 'ServiceAccount', 'Pod', 'Namespace']);

/** On what the sandbox has made up because a plan names it. */
export const SIMULATED_LABEL = 'relctl.dev/simulated';

/** Key of an object in a target. */
export function objectKey(ref: { readonly apiVersion: string; readonly kind: string }, name: string): string {
  return `${groupOf(ref.apiVersion)}/${ref.kind}/${name}`;
}

/** The API group of an apiVersion; `v1` for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : apiVersion;
}

/** True when the main endpoint of the kind ignores `status`. */
export function hasStatusEndpoint(kind: string): boolean {
  return WITH_STATUS.has(kind);
}

/** True when the cluster counts the generations of the kind's spec. */
export function hasGeneration(kind: string): boolean {
  return !WITHOUT_GENERATION.has(kind);
}

/** Refuses a kind that the cluster does not know. `installed` are keys of kinds that were installed by seeding. */
export function requireKnownKind(
  ref: { readonly apiVersion: string; readonly kind: string },
  installed: (group: string, kind: string) => boolean,
): void {
  const group = groupOf(ref.apiVersion);
  const known = BUILT_IN.has(group) || group.endsWith('.k8s.io') || USUAL_GROUPS.has(group);
  if (known || installed(group, ref.kind)) return;
  throw rejected(
    `${ref.kind} in ${ref.apiVersion}`,
    'the simulated cluster has no such kind; kinds that the company uses come with what it already runs',
  );
}

/** Refuses an object that a real API server would refuse. `before` is the object that it replaces. */
export function requireValid(object: KubeObject, before: KubeObject | undefined, namespace: string): void {
  const { name, namespace: own } = object.metadata;
  const title = `${object.kind} ${name}`;
  // Roles and their bindings may be called `system:node` or `default_view`: anything that can stand in a path (kubernetes.io, "Path segment names").
  if (groupOf(object.apiVersion) === 'rbac.authorization.k8s.io') {
    if (/^\.{1,2}$|[/%]/.test(name)) throw rejected(title, 'metadata.name may not be "." or "..", nor hold "/" or "%"');
  } else if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name)) {
    throw rejected(title, 'metadata.name must be lower-case letters, digits, dashes and dots (RFC 1123)');
  }
  if (own !== undefined && own !== namespace) {
    throw rejected(title, `its namespace is ${own}, but only ${namespace} may be written to`);
  }
  if (object.kind === 'ConfigMap') {
    for (const [key, value] of Object.entries(fieldsAt(object, 'data'))) {
      if (typeof value !== 'string') throw rejected(title, `data.${key} must be a text`);
    }
  }
  if (['Deployment', 'StatefulSet', 'DaemonSet'].includes(object.kind)) requireWorkload(object, title);
  if (object.kind === 'Job') requireContainers(object, title);
  // What Operations have pre-provisioned is known by its name alone, so nobody can say how its fields differ.
  const known = before?.metadata.labels?.[SIMULATED_LABEL] === undefined ? before : undefined;
  const [immutable] = known === undefined ? [] : immutableChanges(known, object);
  if (immutable !== undefined) throw rejected(title, `${immutable} is immutable`);
}

function requireWorkload(object: KubeObject, title: string): void {
  const selector = fieldsAt(object, 'spec', 'selector', 'matchLabels');
  const labels = fieldsAt(object, 'spec', 'template', 'metadata', 'labels');
  if (Object.keys(selector).length === 0 && !Array.isArray(fieldsAt(object, 'spec', 'selector').matchExpressions)) {
    throw rejected(title, 'spec.selector is required');
  }
  if (Object.entries(selector).some(([key, value]) => labels[key] !== value)) {
    throw rejected(title, 'spec.selector does not match spec.template.metadata.labels');
  }
  requireContainers(object, title);
}

function requireContainers(object: KubeObject, title: string): void {
  const containers = fieldsAt(object, 'spec', 'template', 'spec').containers;
  if (!Array.isArray(containers) || containers.length === 0) {
    throw rejected(title, 'spec.template.spec.containers is required');
  }
}

/** The API server said no, for good. */
function rejected(title: string, reason: string): RelctlError {
  return new RelctlError('cluster.rejected', `the simulated cluster refused ${title}: ${reason}`, {
    why: 'A real cluster would refuse it in the same way.',
    hints: ['correct the manifest, then give the command again'],
  });
}

/** A precondition did not hold. */
export function conflict(title: string, reason: string): RelctlError {
  return new RelctlError('cluster.conflict', `${title} was not written: ${reason}`, {
    why: 'Somebody else wrote it since it was read; to write over that could undo their work.',
    hints: ['relctl list'],
  });
}
