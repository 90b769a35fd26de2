import type { KubeObject } from '../../ports/cluster.ts';
import { isDeployment } from '../kubernetes/manifests.ts';
import { allContainers, podTemplateOf } from '../kubernetes/pods.ts';

/**
 * What the API server is asked about before a deployment: everything that will be written, and one pod of each new Deployment.
 * Quotas, limits, pod security and webhooks speak about pods, and only when a controller makes one: a Deployment is taken whose pods
 * will all be refused.
 * @param rollout what the rollout writes
 * @param canary what the canary adds
 */
export function rehearsalObjects(rollout: readonly KubeObject[], canary: readonly KubeObject[]): readonly KubeObject[] {
  const withPods = (canary.length > 0 ? canary : rollout).filter(isDeployment);
  return [...rollout, ...canary, ...withPods.flatMap((one) => podOf(one))];
}

function podOf(workload: KubeObject): readonly KubeObject[] {
  const template = podTemplateOf(workload);
  if (template?.spec === undefined) return [];
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...template.metadata, name: `${workload.metadata.name.slice(0, 240)}-rehearsed` },
      spec: template.spec,
    },
  ];
}

/** Images that became others on their way into the cluster: as they were sent, and as they were taken. */
export function rewrittenImages(sent: KubeObject, taken: KubeObject): readonly (readonly [string, string])[] {
  const images = new Map(allContainers(taken).map(({ name, image }) => [name, image]));
  return allContainers(sent).flatMap(({ name, image }) => {
    const now = images.get(name);
    return image === undefined || now === undefined || now === image ? [] : [[image, now] as const];
  });
}
