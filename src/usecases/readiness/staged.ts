import { imageIds, newestPods } from '../../domain/kubernetes/rollout.ts';
import type { RecordedCheck } from '../checks/check-lines.ts';
import { desiredService } from '../cluster/desired-objects.ts';
import { clusterOf } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';

/**
 * Whether staging still runs the very images that were recorded when the candidate was deployed there: whoever signs off has
 * looked at what runs now.
 */
export async function checkStaged(context: Context, release: Release): Promise<readonly RecordedCheck[]> {
  const { plan, state } = release.journal;
  const cluster = clusterOf(context, 'staging');
  const [deployments, replicaSets, pods] = await Promise.all([
    cluster.list({ apiVersion: 'apps/v1', kind: 'Deployment' }),
    cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }),
    cluster.list({ apiVersion: 'v1', kind: 'Pod' }),
  ]);
  return Promise.all(
    plan.spec.services.map(async ({ name: service, image }) => {
      const name = `${service} in staging`;
      const staged = state.stage?.images[service] ?? [];
      const desired = await desiredService(context, plan.spec.candidate.commit, 'staging', service, image);
      const live = deployments.find((one) => one.metadata.name === desired.deployment.metadata.name);
      if (live === undefined) return { name, ok: false, detail: 'its Deployment is gone' };
      const running = imageIds(newestPods(live, replicaSets, pods), desired.container);
      const foreign = running.filter((id) => !staged.includes(id));
      if (running.length === 0) return { name, ok: false, detail: 'no pod of it runs' };
      return foreign.length === 0
        ? { name, ok: true, detail: `runs what was staged: ${running.join(', ')}` }
        : {
            name,
            ok: false,
            detail: `runs ${foreign.join(', ')}, but ${staged.join(', ')} was staged: relctl stage ${plan.id}`,
          };
    }),
  );
}
