import type { KubeObject } from '../../ports/cluster.ts';
import { isScalable } from '../kubernetes/manifests.ts';

/** The kind that lists every autoscaler, whatever version it was written in. */
export const AUTOSCALER = { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler' } as const;

/** True when one of the autoscalers decides how many replicas a Deployment has. */
export function isAutoscaled(
  deployment: Pick<KubeObject, 'kind' | 'metadata'>,
  autoscalers: readonly KubeObject[],
): boolean {
  return autoscalers.some((one) => {
    const target = (one.spec as { scaleTargetRef?: { kind?: string; name?: string } } | undefined)?.scaleTargetRef;
    return target?.kind === deployment.kind && target.name === deployment.metadata.name;
  });
}

/**
 * A Deployment that leaves the number of its replicas to whoever decides it now: it takes over the live number.
 *
 * To leave the field out instead would be a trap: where relctl was its only owner, server-side apply would remove it, and the
 * server's default is 1. The write carries the version that was read, so the number cannot have changed meanwhile.
 * Source: Kubernetes documentation, Server-Side Apply, "Transferring ownership", on `replicas` and an autoscaler.
 */
export function withReplicasOf(deployment: KubeObject, live: KubeObject | undefined): KubeObject {
  if (live === undefined || !isScalable(live) || !isScalable(deployment)) return deployment;
  const { replicas } = live.spec as { readonly replicas?: number };
  return { ...deployment, spec: { ...(deployment.spec as object), ...(replicas === undefined ? {} : { replicas }) } };
}

/** A Deployment as it is applied: its own number of replicas counts only where it names one and nobody else decides. */
export function withDecidedReplicas(
  deployment: KubeObject,
  live: KubeObject | undefined,
  autoscalers: readonly KubeObject[],
): KubeObject {
  const { replicas } = (deployment.spec ?? {}) as { readonly replicas?: number };
  const names = isScalable(deployment) && replicas !== undefined;
  return names && !isAutoscaled(deployment, autoscalers) ? deployment : withReplicasOf(deployment, live);
}
