import type { KubeObject } from '../../ports/cluster.ts';
import { byName } from '../../text/by-name.ts';

/** An object that another one names. */
export interface Reference {
  readonly kind: string;
  readonly name: string;
}

/** Where objects name others: the kind and the key under which the name stands, by the key of its parent. */
const BY_PARENT: Readonly<Record<string, readonly (readonly [kind: string, key: string])[]>> = byName({
  configMapKeyRef: [['ConfigMap', 'name']],
  configMapRef: [['ConfigMap', 'name']],
  configMap: [['ConfigMap', 'name']],
  secretKeyRef: [['Secret', 'name']],
  secretRef: [['Secret', 'name']],
  secret: [
    ['Secret', 'secretName'],
    ['Secret', 'name'],
  ],
  imagePullSecrets: [['Secret', 'name']],
  tls: [['Secret', 'secretName']],
  persistentVolumeClaim: [['PersistentVolumeClaim', 'claimName']],
});
const BY_KEY: Readonly<Record<string, string>> = byName({ serviceAccountName: 'ServiceAccount' });

/** What an object names in the places where Kubernetes reads names of ConfigMaps, Secrets, claims and accounts. */
export function referencesOf(object: KubeObject): readonly Reference[] {
  const found: Reference[] = [];
  const walk = (value: unknown, parent: string): void => {
    if (Array.isArray(value)) for (const item of value) walk(item, parent);
    else if (value !== null && typeof value === 'object') {
      const places = Object.hasOwn(BY_PARENT, parent) ? (BY_PARENT[parent] ?? []) : [];
      for (const [key, item] of Object.entries(value)) {
        if (typeof item !== 'string') {
          walk(item, key);
          continue;
        }
        for (const [kind, under] of places) if (under === key) found.push({ kind, name: item });
        const kind = Object.hasOwn(BY_KEY, key) ? BY_KEY[key] : undefined;
        if (kind !== undefined) found.push({ kind, name: item });
      }
    }
  };
  walk(object.spec ?? object, '');
  return found;
}

/** Objects of other kinds that say by name which one they are about: autoscalers, routes, bindings. */
export function aboutOf(object: KubeObject): readonly Reference[] {
  const spec = (object.spec ?? {}) as Readonly<Record<string, unknown>>;
  switch (object.kind) {
    case 'HorizontalPodAutoscaler':
    case 'ScaledObject':
      return refs([spec.scaleTargetRef], 'Deployment');
    case 'VerticalPodAutoscaler':
      return refs([spec.targetRef], 'Deployment');
    case 'HTTPRoute':
    case 'GRPCRoute':
      return refs(
        list(spec.rules).flatMap((rule) => list((rule as { backendRefs?: unknown }).backendRefs)),
        'Service',
      );
    case 'Ingress':
      return ingressServices(spec);
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return refs(list((object as { subjects?: unknown }).subjects), 'ServiceAccount');
    default:
      return [];
  }
}

function ingressServices(spec: Readonly<Record<string, unknown>>): readonly Reference[] {
  const backends: unknown[] = [(spec.defaultBackend as { service?: unknown } | undefined)?.service];
  for (const rule of list(spec.rules)) {
    for (const path of list((rule as { http?: { paths?: unknown } }).http?.paths)) {
      backends.push((path as { backend?: { service?: unknown } }).backend?.service);
    }
  }
  return refs(backends, 'Service');
}

/** Labels of the pods that an object is about, by its selector; `undefined` where it has none. */
export function podSelectorOf(object: KubeObject): Readonly<Record<string, unknown>> | undefined {
  const spec = (object.spec ?? {}) as Readonly<Record<string, unknown>>;
  switch (object.kind) {
    case 'Service':
      return spec.selector === undefined ? undefined : { matchLabels: spec.selector };
    case 'PodDisruptionBudget':
    case 'PodMonitor':
      return spec.selector as Readonly<Record<string, unknown>> | undefined;
    case 'NetworkPolicy':
      return spec.podSelector as Readonly<Record<string, unknown>> | undefined;
    default:
      return undefined;
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function refs(values: readonly unknown[], otherwise: string): readonly Reference[] {
  return values.flatMap((value) => {
    const { kind = otherwise, name } = (value ?? {}) as Partial<Reference>;
    return typeof name === 'string' ? [{ kind, name }] : [];
  });
}
