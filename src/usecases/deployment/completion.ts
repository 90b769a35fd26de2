import { productionTargets } from '../../domain/deployment/steps.ts';
import { imageIds, newestPods } from '../../domain/kubernetes/rollout.ts';
import { refOf } from '../cluster/apply.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { desired } from './shipped.ts';

/** Image ids that production runs of each service, over all targets. */
export async function imagesOf(run: Run): Promise<Readonly<Record<string, string[]>>> {
  const { spec } = run.release.journal.plan;
  const services = await Promise.all(spec.services.map((service) => desired(run, service.name)));
  const images: Record<string, string[]> = Object.fromEntries(services.map((service) => [service.name, []]));
  for (const target of productionTargets(run.context.config)) {
    const { cluster } = lockOf(run, target);
    const [replicaSets, pods] = await Promise.all([
      cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }),
      cluster.list({ apiVersion: 'v1', kind: 'Pod' }),
    ]);
    const deployments = await Promise.all(services.map((service) => cluster.get(refOf(service.deployment))));
    for (const [index, service] of services.entries()) {
      const live = deployments[index];
      const running = live === undefined ? [] : imageIds(newestPods(live, replicaSets, pods), service.container);
      images[service.name] = [...new Set([...(images[service.name] ?? []), ...running])];
    }
  }
  return images;
}
