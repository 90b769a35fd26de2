import { productionTargets } from '../../domain/deployment/steps.ts';
import { templateDigest } from '../../domain/kubernetes/as-written.ts';
import { imageIds, newestPods } from '../../domain/kubernetes/rollout.ts';
import type { FollowQuery } from '../../ports/cluster.ts';
import { refOf } from '../cluster/apply.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { desired } from './shipped.ts';

/** What production runs of each service. */
export interface Deployed {
  /** Image ids, over all targets. */
  readonly images: Readonly<Record<string, string[]>>;
  /** Digests of the pod templates, by target; see `templateDigest`. */
  readonly templates: Readonly<Record<string, Record<string, string>>>;
}

/** What production runs of each service once the rollout is over. */
export async function deployedBy(run: Run): Promise<Deployed> {
  const { spec } = run.release.journal.plan;
  const services = await Promise.all(spec.services.map((service) => desired(run, service.name)));
  const images: Record<string, string[]> = Object.fromEntries(services.map((service) => [service.name, []]));
  const templates: Record<string, Record<string, string>> = {};
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
      if (live === undefined) continue;
      const running = imageIds(newestPods(live, replicaSets, pods), service.container);
      images[service.name] = [...new Set([...(images[service.name] ?? []), ...running])];
      const template = templateDigest(live);
      if (template !== undefined) templates[service.name] = { ...templates[service.name], [target]: template };
    }
  }
  return { images, templates };
}
