import type { KubeObject, ObjectRef } from '../../../ports/cluster.ts';
import { matchesSelector } from '../../kubernetes/label-selector.ts';
import { canaryName, nameOf, podLabelsOf, RELEASE_LABEL, TRACK_LABEL } from '../../kubernetes/manifests.ts';
import type { CanaryGround, Obstacle } from './strategy.ts';

/** Fields of a port that describe the service; a node port belongs to the stable Service alone. */
const PORT_FIELDS = ['name', 'port', 'targetPort', 'protocol', 'appProtocol'] as const;

interface ServiceSpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly Readonly<Record<string, unknown>>[];
}

/** A Service for the canary's pods alone: the ports of the stable one, reached inside the cluster only. */
export function canaryService(stable: KubeObject, release: string, canary: KubeObject): KubeObject {
  const { selector = {}, ports = [] } = specOf(stable);
  const labels = podLabelsOf(canary);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: canaryName(stable.metadata.name),
      labels: { ...stable.metadata.labels, [TRACK_LABEL]: 'canary', [RELEASE_LABEL]: release },
    },
    spec: {
      selector: {
        ...Object.fromEntries(Object.entries(selector).map(([key, value]) => [key, labels[key] ?? value])),
        [TRACK_LABEL]: 'canary',
        [RELEASE_LABEL]: release,
      },
      ports: ports.map((port) =>
        Object.fromEntries(PORT_FIELDS.filter((key) => port[key] !== undefined).map((key) => [key, port[key]])),
      ),
    },
  };
}

/** Where the canary's Service is, beside the stable one of this name. */
export function canaryServiceRef(stable: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'Service', name: canaryName(stable) };
}

/**
 * A Service that a route divides requests with must select the stable pods only: what it also sent to canary pods would come
 * on top of the exact share.
 */
export function stableServiceObstacle({
  service,
  traffic,
  stableService,
  canary,
}: Pick<CanaryGround, 'service' | 'traffic' | 'stableService' | 'canary'>): Obstacle | undefined {
  if (traffic === undefined) return undefined;
  if (stableService === undefined) {
    return {
      code: 'canary.not-steerable',
      problem: `there is no Service ${traffic.service}, which relctl.yaml names for the traffic of ${service}`,
      why: 'The canary gets a Service like it, and the route divides the requests between the two.',
      hints: [`correct services.${service}.traffic.service in relctl.yaml`],
    };
  }
  const { selector } = specOf(stableService);
  if (selector === undefined || !matchesSelector({ matchLabels: selector }, podLabelsOf(canary))) return undefined;
  return {
    code: 'canary.selector-overlap',
    problem: `${nameOf(stableService)} also selects the canary's pods`,
    why: 'They would get requests in addition to those that the route sends them, so the share would not be exact.',
    hints: [`give ${nameOf(stableService)} a selector: one that is empty selects every pod of the namespace`],
  };
}

function specOf(service: KubeObject): ServiceSpec {
  return (service.spec ?? {}) as ServiceSpec;
}
