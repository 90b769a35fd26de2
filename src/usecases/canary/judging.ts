import { strategyOf } from '../../domain/deployment/strategies/strategies.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Run } from '../cluster/run.ts';
import { readSnapshot } from '../cluster/snapshot.ts';

/**
 * SLOs of the services whose canary can be compared: a new service has no control, and beside a StatefulSet or DaemonSet no canary
 * pods can be set. Where a region is the canary, every service that ran before is judged.
 */
export async function judgedSlos(run: Run): Promise<readonly Slo[]> {
  const { plan } = run.release.journal;
  const byPods = strategyOf(plan.spec).canary === 'pods';
  const snapshots = await Promise.all([...run.locks.keys()].map((target) => readSnapshot(run.context, run, target)));
  const comparable = (service: string) =>
    snapshots.every((snapshot) => {
      const own = snapshot?.objects.filter((one) => one.service === service && WORKLOADS.has(one.kind)) ?? [];
      const isNew = own.some(({ object }) => object === null);
      const hasPods = !byPods || own.some(({ kind }) => kind === 'Deployment');
      return snapshot === undefined || (!isNew && hasPods);
    });
  return plan.spec.slos.filter((slo) => comparable(slo.service));
}

const WORKLOADS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
