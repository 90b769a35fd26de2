import type { KubeObject, ObjectRef } from '../../../ports/cluster.ts';
import { formatPercent } from '../../../text/figures.ts';
import { canaryName, canaryReplicas, nameOf, RELEASE_LABEL, TRACK_LABEL } from '../../kubernetes/manifests.ts';
import { canaryService, canaryServiceRef, stableServiceObstacle } from './canary-service.ts';
import type { CanaryGround, Exposure, Obstacle, Strategy, Traffic } from './strategy.ts';
import { podsStand, proposeByWeight, trafficFindings } from './traffic-check.ts';
import { exactWeights } from './weights.ts';

const API_VERSION = 'networking.k8s.io/v1';
const PREFIX = 'nginx.ingress.kubernetes.io/';
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

interface Path {
  readonly backend?: { readonly service?: { readonly name: string; readonly [field: string]: unknown } };
  readonly [field: string]: unknown;
}
interface Rule {
  readonly host?: string;
  readonly http?: { readonly paths?: readonly Path[] };
}

/**
 * ingress-nginx, which was retired in March 2026 and still runs in many places: a second Ingress with the same hosts and paths
 * takes a weight of the requests. All other annotations come from the first one, as the controller itself has it.
 * Source: ingress-nginx documentation, annotations, "Canary": `canary-weight` out of `canary-weight-total` (default 100).
 */
export const ingressNginx: Strategy = {
  canary: 'pods',
  propose: (ground) => proposeByWeight(ground, 'ingress'),
  standing: podsStand,
  check: (facts) => trafficFindings(facts, 'ingress'),
  replicas: canaryReplicas,
  trueShare: (share) => share,
  obstacle: (ground) => stableServiceObstacle(ground) ?? ingressObstacle(ground),
  companions: ({ stableService, route, traffic, release, canary }) =>
    stableService === undefined || route === undefined || traffic === undefined
      ? []
      : [canaryService(stableService, release, canary), canaryIngress(route, traffic.service, release)],
  companionRefs: (traffic) =>
    [canaryIngressRef(traffic), traffic === undefined ? undefined : canaryServiceRef(traffic.service)].filter(
      (ref) => ref !== undefined,
    ),
  routeRef: (traffic) =>
    traffic?.ingress === undefined ? undefined : { apiVersion: API_VERSION, kind: 'Ingress', name: traffic.ingress },
  steering: {
    ref: canaryIngressRef,
    ownObject: true,
    expose: (live, { share }) => weighted(live, share),
    unlink: (live) => weighted(live, 0),
    isClean: () => false,
    // The controller writes no condition about an annotation.
    acceptance: () => ({ state: 'accepted' }),
  },
};

function canaryIngressRef(traffic: Traffic | undefined): ObjectRef | undefined {
  return traffic?.ingress === undefined
    ? undefined
    : { apiVersion: API_VERSION, kind: 'Ingress', name: canaryName(traffic.ingress) };
}

function weighted(ingress: KubeObject, share: Exposure['share']): KubeObject {
  const weights = share === 0 ? { stable: 100, canary: 0 } : exactWeights(share);
  if (weights === undefined) throw new Error(`${share} has no whole weight, which was not checked before`);
  return {
    ...ingress,
    metadata: {
      ...ingress.metadata,
      annotations: {
        ...ingress.metadata.annotations,
        [`${PREFIX}canary-weight`]: String(weights.canary),
        [`${PREFIX}canary-weight-total`]: String(weights.stable + weights.canary),
      },
    },
  };
}

/** The second Ingress: those paths of the first that lead to the service, with the canary's Service behind them, at weight 0. */
function canaryIngress(stable: KubeObject, service: string, release: string): KubeObject {
  const { ingressClassName, rules = [] } = specOf(stable);
  const className = stable.metadata.annotations?.[CLASS_ANNOTATION];
  const canary: KubeObject = {
    apiVersion: API_VERSION,
    kind: 'Ingress',
    metadata: {
      name: canaryName(stable.metadata.name),
      labels: { ...stable.metadata.labels, [TRACK_LABEL]: 'canary', [RELEASE_LABEL]: release },
      annotations: {
        ...(className === undefined ? {} : { [CLASS_ANNOTATION]: className }),
        [`${PREFIX}canary`]: 'true',
      },
    },
    spec: {
      ...(ingressClassName === undefined ? {} : { ingressClassName }),
      rules: rules.flatMap((rule) => {
        const paths = (rule.http?.paths ?? []).filter(leadsTo(service)).map((path) => toCanary(path, service));
        return paths.length === 0 ? [] : [{ ...rule, http: { ...rule.http, paths } }];
      }),
    },
  };
  return weighted(canary, 0);
}

function leadsTo(service: string): (path: Path) => boolean {
  return (path) => path.backend?.service?.name === service;
}

function toCanary(path: Path, service: string): Path {
  return { ...path, backend: { ...path.backend, service: { ...path.backend?.service, name: canaryName(service) } } };
}

function specOf(ingress: KubeObject): { readonly ingressClassName?: string; readonly rules?: readonly Rule[] } {
  return (ingress.spec ?? {}) as { ingressClassName?: string; rules?: readonly Rule[] };
}

function ingressObstacle({ service, traffic, route, share }: CanaryGround): Obstacle | undefined {
  if (traffic === undefined) return undefined;
  const problem =
    route === undefined
      ? `there is no Ingress ${traffic.ingress}, which relctl.yaml names for ${service}`
      : !(specOf(route).rules ?? []).some((rule) => rule.http?.paths?.some(leadsTo(traffic.service)))
        ? `no path of ${nameOf(route)} leads to the Service ${traffic.service}`
        : exactWeights(share) === undefined
          ? `a share of ${formatPercent(share)} has no whole weight`
          : undefined;
  if (problem === undefined) return undefined;
  return {
    code: 'canary.not-steerable',
    problem,
    why: 'With the strategy ingress-nginx a second Ingress with the same hosts and paths decides which requests go to the candidate.',
    hints: [`correct services.${service}.traffic in relctl.yaml`],
  };
}
