import type { KubeObject } from '../../ports/cluster.ts';

/**
 * A Service whose ports name their protocol; what leaves it out means TCP (Kubernetes API, ServicePort.protocol). Ports are
 * merged by port and protocol, and API servers before 1.21 refuse to apply one that names no protocol, default or not.
 */
export function withProtocols(object: KubeObject): KubeObject {
  const spec = object.spec as { readonly ports?: unknown } | undefined;
  if (object.apiVersion !== 'v1' || object.kind !== 'Service' || !Array.isArray(spec?.ports)) return object;
  const ports = spec.ports.map((port: object) => ({ protocol: 'TCP', ...port }));
  return { ...object, spec: { ...spec, ports } };
}
