import type { ControlPlane } from './control-plane.ts';
import type { Resource } from './kube-api.ts';
import type { Endpoint, Kubelet } from './kubelet.ts';
import { kubeTime } from './pod.ts';
import { waitFor } from './wait.ts';

/** Pods behind a Service, with the share of requests that they get. */
export interface Backend {
  /** Name of the Service. */
  readonly name: string;
  readonly weight: number;
  /** Its ready pods now. Empty when there are none, or no such Service: what is sent there fails, as at a gateway. */
  endpoints(): readonly Endpoint[];
}

/** The stand-in for kube-proxy and a gateway: knows where a request goes, from the objects in the cluster. */
export interface Router {
  /** The backends of a Service: itself, with all the weight. */
  service(namespace: string, name: string): readonly Backend[];
  /** The backends of the first rule of an HTTPRoute, by their weights. */
  route(namespace: string, name: string): readonly Backend[];
  /** The backends of the first path of an Ingress and of a canary of it, by the canary weight, as ingress-nginx has it. */
  ingress(namespace: string, name: string): readonly Backend[];
  stop(): Promise<void>;
}

interface Service extends Resource {
  readonly spec?: { readonly selector?: Readonly<Record<string, string>> };
}

interface HttpRoute extends Resource {
  readonly spec: {
    readonly parentRefs?: readonly object[];
    readonly rules?: readonly {
      readonly backendRefs?: readonly { readonly name: string; readonly weight?: number }[];
    }[];
  };
}

interface Ingress extends Resource {
  readonly metadata: Resource['metadata'] & { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: {
        readonly paths?: readonly {
          readonly path?: string;
          readonly backend?: { readonly service?: { readonly name: string } };
        }[];
      };
    }[];
  };
}

const NGINX = 'nginx.ingress.kubernetes.io/';
const GROUP = 'gateway.networking.k8s.io';

/** Starts the stand-in. With `gateway`, HTTPRoute is installed as a kind of the cluster and its status is kept. */
export async function startRouter(
  plane: ControlPlane,
  kubelet: Kubelet,
  options: { readonly gateway?: boolean } = {},
): Promise<Router> {
  const { api } = plane;
  const aborted = new AbortController();
  const services = new Map<string, Service>();
  const routes = new Map<string, HttpRoute>();
  const ingresses = new Map<string, Ingress>();
  let statuses: Promise<unknown> = Promise.resolve();
  const keyOf = (namespace: string | undefined, name: string) => `${namespace}/${name}`;

  function keep<T extends Resource>(path: string, into: Map<string, T>): Promise<void> {
    return api.watch<T>(
      path,
      (event) => {
        if (event.type === 'SYNCED') {
          into.clear();
          for (const one of event.objects) into.set(keyOf(one.metadata.namespace, one.metadata.name), one);
        } else {
          const key = keyOf(event.object.metadata.namespace, event.object.metadata.name);
          if (event.type === 'DELETED') into.delete(key);
          else into.set(key, event.object);
        }
        judgeRoutes();
      },
      aborted.signal,
    );
  }

  /** A gateway says for the generation it has seen whether it took the route and whether its Services exist. */
  function judgeRoutes(): void {
    for (const route of routes.values()) {
      const { namespace, name, generation } = route.metadata;
      const refs = route.spec.rules?.flatMap((rule) => rule.backendRefs ?? []) ?? [];
      const missing = refs.filter((ref) => !services.has(keyOf(namespace, ref.name))).map((ref) => ref.name);
      const condition = (type: string, holds: boolean, reason: string) => ({
        type,
        status: holds ? 'True' : 'False',
        reason,
        message: holds ? '' : `no Service ${missing.join(', ')}`,
        observedGeneration: generation,
        lastTransitionTime: kubeTime(),
      });
      const parents = (route.spec.parentRefs ?? []).map((parentRef) => ({
        parentRef,
        controllerName: 'example.com/loopback',
        conditions: [
          condition('Accepted', true, 'Accepted'),
          condition('ResolvedRefs', missing.length === 0, missing.length === 0 ? 'ResolvedRefs' : 'BackendNotFound'),
        ],
      }));
      if (sameConditions(route, parents)) continue;
      const path = `/apis/${GROUP}/v1/namespaces/${namespace}/httproutes/${name}/status`;
      statuses = statuses
        .then(() => api.call('PATCH', path, { status: { parents } }, 'application/merge-patch+json'))
        .catch(() => undefined); // Deleted or changed meanwhile: the watch tells.
    }
  }

  const backend = (namespace: string, name: string, weight: number): Backend => ({
    name,
    weight,
    endpoints() {
      const selector = services.get(keyOf(namespace, name))?.spec?.selector;
      return selector === undefined ? [] : kubelet.endpoints(namespace, selector);
    },
  });

  if (options.gateway) await installHttpRoute(plane);
  const firstPath = (ingress: Ingress | undefined) => {
    const [rule] = ingress?.spec.rules ?? [];
    const [path] = rule?.http?.paths ?? [];
    return { place: `${rule?.host ?? ''}${path?.path ?? ''}`, service: path?.backend?.service?.name ?? '' };
  };
  const isCanary = ({ metadata }: Ingress) => metadata.annotations?.[`${NGINX}canary`] === 'true';

  const watching = [keep('/api/v1/services', services), keep('/apis/networking.k8s.io/v1/ingresses', ingresses)];
  if (options.gateway) watching.push(keep(`/apis/${GROUP}/v1/httproutes`, routes));
  return {
    service: (namespace, name) => [backend(namespace, name, 1)],
    route(namespace, name) {
      const refs = routes.get(keyOf(namespace, name))?.spec.rules?.[0]?.backendRefs ?? [];
      return refs.map((ref) => backend(namespace, ref.name, ref.weight ?? 1));
    },
    ingress(namespace, name) {
      const main = ingresses.get(keyOf(namespace, name));
      const { place, service } = firstPath(main);
      const canary = [...ingresses.values()].find(
        (one) => one.metadata.namespace === namespace && isCanary(one) && firstPath(one).place === place,
      );
      const annotations = canary?.metadata.annotations ?? {};
      const total = Number(annotations[`${NGINX}canary-weight-total`] ?? 100);
      const weight = Number(annotations[`${NGINX}canary-weight`] ?? 0);
      return [
        backend(namespace, service, total - weight),
        ...(canary === undefined ? [] : [backend(namespace, firstPath(canary).service, weight)]),
      ];
    },
    async stop() {
      aborted.abort();
      await Promise.all(watching);
      await statuses;
    },
  };
}

function sameConditions(route: HttpRoute, parents: readonly { readonly conditions: readonly object[] }[]): boolean {
  const plain = (value: unknown) =>
    JSON.stringify(value, (key, inner) => (key === 'lastTransitionTime' || key === 'message' ? undefined : inner));
  const present = (route as { status?: { parents?: readonly { conditions: unknown }[] } }).status?.parents ?? [];
  return (
    present.length === parents.length &&
    present.every((parent, index) => plain(parent.conditions) === plain(parents[index]?.conditions))
  );
}

async function installHttpRoute(plane: ControlPlane): Promise<void> {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  await plane.api.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: {
      name: `httproutes.${GROUP}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, a stand-in for tests' },
    },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural: 'httproutes', singular: 'httproute', kind: 'HTTPRoute', listKind: 'HTTPRouteList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } },
        },
      ],
    },
  });
  await waitFor(
    async () => {
      await plane.api.call('GET', `/apis/${GROUP}/v1/httproutes`);
      return true;
    },
    { what: 'HTTPRoute as a kind of the cluster' },
  );
}
