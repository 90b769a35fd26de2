import { productionTargets } from '../../domain/deployment/steps.ts';
import { imageIds, newestPods } from '../../domain/kubernetes/rollout.ts';
import type { FollowQuery } from '../../ports/cluster.ts';
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
    // By what the rollout was watched: it ended when this showed the candidate's pods, all of them.
    const shown = (query: FollowQuery) => cluster.glance(query, 0);
    const [replicaSets, pods, ...workloads] = await Promise.all([
      shown({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }),
      shown({ apiVersion: 'v1', kind: 'Pod' }),
      ...services.map((service) => shown(refOf(service.deployment))),
    ]);
    for (const [index, service] of services.entries()) {
      const live = workloads[index]?.[0];
      const running = live === undefined ? [] : imageIds(newestPods(live, replicaSets, pods), service.container);
      images[service.name] = [...new Set([...(images[service.name] ?? []), ...running])];
    }
  }
  return images;
}
