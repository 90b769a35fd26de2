import { matchesSelector } from '../../domain/kubernetes/label-selector.ts';
import { podLabelsOf } from '../../domain/kubernetes/manifests.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { readKubernetesObjects } from '../kubernetes-objects.ts';

/** What divides the requests of a service, as relctl.yaml has it. */
export interface Traffic {
  readonly httpRoute?: string;
  readonly grpcRoute?: string;
  readonly ingress?: string;
  /** The Kubernetes Service that it sends requests to. */
  readonly service: string;
}

/** What was found, if anything. */
interface FoundTraffic {
  readonly traffic?: Traffic;
}

type Kind = 'httpRoute' | 'grpcRoute' | 'ingress';
/** An HTTPRoute before a GRPCRoute before an Ingress. */
const ORDER: readonly Kind[] = ['httpRoute', 'grpcRoute', 'ingress'];

interface Router {
  readonly kind: Kind;
  readonly name: string;
  readonly backends: readonly string[];
}

/** The objects of manifests. A file that a template must render first, or that is no manifest, has none. */
export function objectsOf(texts: Iterable<readonly [file: string, text: string]>): readonly KubeObject[] {
  return [...texts].flatMap(([file, text]) => {
    if (!/^kind:/m.test(text)) return [];
    try {
      return readKubernetesObjects(text, file);
    } catch {
      return [];
    }
  });
}

/**
 * Finds the HTTPRoute, the GRPCRoute or the Ingress of ingress-nginx that sends requests to the Service of a workload; where there are
 * several, the route, whose weights are part of the standard.
 * @param objects everything that production's manifests hold
 */
export function trafficOf(workload: string, objects: readonly KubeObject[]): FoundTraffic {
  const stable = objects.find((one) => one.kind === 'Deployment' && one.metadata.name === workload);
  if (stable === undefined) return {};
  const labels = podLabelsOf(stable);
  const routers = objects.flatMap(routerOf).sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  for (const { kind, name, backends } of routers) {
    for (const service of objects) {
      if (service.kind !== 'Service' || !backends.includes(service.metadata.name)) continue;
      const { selector } = (service.spec ?? {}) as { selector?: Readonly<Record<string, string>> | null };
      if (selector == null || !matchesSelector({ matchLabels: selector }, labels)) continue;
      return { traffic: { [kind]: name, service: service.metadata.name } };
    }
  }
  return {};
}

function routerOf(object: KubeObject): Router[] {
  const { name, annotations = {} } = object.metadata;
  if (object.kind === 'HTTPRoute' || object.kind === 'GRPCRoute') {
    const route = (object.spec ?? {}) as RouteSpec;
    const backends = (route.rules ?? []).flatMap((rule) => (rule.backendRefs ?? []).map((ref) => ref.name ?? ''));
    return [{ kind: object.kind === 'HTTPRoute' ? 'httpRoute' : 'grpcRoute', name, backends }];
  }
  const spec = (object.spec ?? {}) as IngressSpec;
  const ofNginx = spec.ingressClassName === 'nginx' || annotations['kubernetes.io/ingress.class'] === 'nginx';
  if (object.kind !== 'Ingress' || !ofNginx) return [];
  const paths = (spec.rules ?? []).flatMap((rule) => rule.http?.paths ?? []);
  return [{ kind: 'ingress', name, backends: paths.map((path) => path.backend?.service?.name ?? '') }];
}

interface RouteSpec {
  readonly rules?: readonly { readonly backendRefs?: readonly { readonly name?: string }[] }[];
}

interface IngressSpec {
  readonly ingressClassName?: string;
  readonly rules?: readonly {
    readonly http?: {
      readonly paths?: readonly { readonly backend?: { readonly service?: { readonly name?: string } } }[];
    };
  }[];
}
