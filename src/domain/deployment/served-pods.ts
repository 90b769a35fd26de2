import type { KubeObject } from '../../ports/cluster.ts';
import { formatSeconds } from '../../text/figures.ts';
import { type Labels, podTemplateOf } from '../kubernetes/pods.ts';

interface Hook {
  readonly sleep?: { readonly seconds?: number };
}
interface Container {
  readonly name?: string;
  readonly ports?: readonly object[];
  readonly readinessProbe?: object;
  readonly lifecycle?: { readonly preStop?: Hook };
}
interface PodSpec {
  readonly containers?: readonly Container[];
  readonly terminationGracePeriodSeconds?: number;
}

/** The kinds whose pods are replaced one after the other. */
const REPLACED = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'];

/** What a workload lacks, so that replacing its pods loses requests, and what would do. */
export interface Lack {
  readonly code: 'rollout.no-readiness' | 'rollout.no-pre-stop' | 'rollout.short-grace' | 'rollout.recreates';
  readonly problem: string;
  readonly fix: string;
}

/** The grace that a pod has where its template says nothing. Source: Kubernetes API, PodSpec. */
const DEFAULT_GRACE = 30;

/**
 * Why a rolling update of a workload would lose requests, whoever does it. Nothing is said of one that nobody sends requests
 * to: none of its containers declares a port and no Service selects its pods.
 *
 * A pod is asked to end at the same moment as it is taken from its EndpointSlice, and gateways and kube-proxy hear of that later:
 * what does not keep answering for a moment (`preStop`) refuses requests that are still on their way. A new pod without a readiness
 * probe gets requests as soon as its process is started.
 * Source: Kubernetes documentation, "Pod Lifecycle", termination of Pods, and "Explore Termination Behavior for Pods And Their
 * Endpoints".
 */
export function lacksForRollout(workload: KubeObject, objects: readonly KubeObject[]): readonly Lack[] {
  const template = podTemplateOf(workload);
  if (template === undefined || !REPLACED.includes(workload.kind)) return [];
  const { strategy } = workload.spec as { strategy?: { type?: string } };
  const { containers = [], terminationGracePeriodSeconds: grace = DEFAULT_GRACE } = (template.spec ?? {}) as PodSpec;
  const declared = containers.filter(({ ports = [] }) => ports.length > 0);
  if (declared.length === 0 && !objects.some(selects(template.metadata?.labels ?? {}))) return [];
  // Where no container says that it listens, one that is prepared is taken for the one that does.
  const serving = declared.length > 0 ? declared : containers;
  const all = (holds: (one: Container) => boolean) =>
    declared.length > 0 ? serving.every(holds) : serving.some(holds);
  const { name } = workload.metadata;
  const lacks: Lack[] = [];
  if (strategy?.type === 'Recreate') {
    lacks.push({
      code: 'rollout.recreates',
      problem: `${name} has the strategy Recreate: while it is rolled out, none of its pods answers`,
      fix: 'take the strategy RollingUpdate, if two versions can run side by side',
    });
  }
  if (!all((one) => one.readinessProbe !== undefined)) {
    lacks.push({
      code: 'rollout.no-readiness',
      problem: `${name} has no readinessProbe: a new pod gets requests before it can answer them`,
      fix: 'give its container a readinessProbe that succeeds once it serves',
    });
  }
  if (!all((one) => one.lifecycle?.preStop !== undefined)) {
    lacks.push({
      code: 'rollout.no-pre-stop',
      problem: `${name} has no preStop: a pod that ends still gets requests for a moment, and refuses them`,
      fix: 'give its container lifecycle.preStop.sleep.seconds: 5, or have it keep answering for some seconds after SIGTERM',
    });
  }
  const sleep = Math.max(0, ...serving.map((one) => one.lifecycle?.preStop?.sleep?.seconds ?? 0));
  if (sleep >= grace) {
    lacks.push({
      code: 'rollout.short-grace',
      problem: `${name} sleeps ${formatSeconds(sleep)} before it ends and is killed after ${formatSeconds(grace)}: the requests that it is answering are cut off`,
      fix: `set terminationGracePeriodSeconds to at least ${sleep + DEFAULT_GRACE}`,
    });
  }
  return lacks;
}

function selects(labels: Labels): (object: KubeObject) => boolean {
  return ({ kind, spec }) => {
    const selector = (spec as { selector?: Labels } | undefined)?.selector ?? {};
    const wanted = Object.entries(selector);
    return kind === 'Service' && wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
  };
}
