import { applicationRef, isKeeper, keeperTitle } from '../../domain/gitops/application.ts';
import { nameOf } from '../../domain/kubernetes/manifests.ts';
import { type Reconciler, reconcilerOf } from '../../domain/kubernetes/reconcilers.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import { refOf } from '../cluster/apply.ts';
import { renderEnvironment } from '../cluster/environment.ts';
import { clusterOf } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';

/** A workload of production that stands in the way of the rollout that relctl.yaml asks for, by whoever keeps it. */
export interface MiskeptWorkload {
  readonly service: string;
  /** `Kind/name`. */
  readonly object: string;
  /** Who keeps it; `undefined` where nobody does that relctl knows. */
  readonly reconciler: Reconciler | undefined;
}

/**
 * Workloads of services in a target that others would put back where relctl writes to them; or, where commits bring the images, that the
 * application of relctl.yaml does not keep. What is not in the cluster yet is nobody's.
 * @param commit whose manifests say which workload a service is
 * @throws RelctlError those of a cluster
 */
export async function miskeptWorkloads(
  context: Context,
  target: string,
  commit: string,
  services: readonly string[],
): Promise<readonly MiskeptWorkload[]> {
  const whole = await renderEnvironment(context, commit, { environment: 'production', services, names: 'plain' });
  const cluster = clusterOf(context, target);
  const settings = gitopsOf(context.config);
  const keeper = settings && keeperTitle(applicationRef(settings));
  const found = await Promise.all(
    services.map(async (service): Promise<readonly MiskeptWorkload[]> => {
      const answer = whole.services.get(service);
      if (answer?.ok !== true) return [];
      const live = await cluster.get(refOf(answer.workload));
      if (live === undefined) return [];
      const reconciler = reconcilerOf(live, cluster.managersOf(live));
      const isMiskept = keeper === undefined ? reconciler?.reverts === true : !isKeeper(reconciler?.name, keeper);
      return isMiskept ? [{ service, object: nameOf(live), reconciler }] : [];
    }),
  );
  return found.flat();
}
