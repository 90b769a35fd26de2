import { isByRegion, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Run } from '../cluster/run.ts';
import { knownSnapshot } from '../cluster/snapshot.ts';

/**
 * SLOs of the services whose canary can be compared: a new service has no control, and one whose strategy cannot serve its workload
 * has no canary. Where a region is the canary, every service that ran before is judged.
 */
export async function judgedSlos(run: Run): Promise<readonly Slo[]> {
  const { spec } = run.release.journal.plan;
  const snapshots = await Promise.all([...run.locks.keys()].map((target) => knownSnapshot(run, target)));
  const comparable = (service: string) => {
    const kinds = isByRegion(spec) ? WORKLOADS : kindsOf(spec, service);
    return snapshots.every((snapshot) => {
      const own = snapshot?.objects.filter((one) => one.service === service && WORKLOADS.has(one.kind)) ?? [];
      const isNew = own.some(({ object }) => object === null);
      return snapshot === undefined || (!isNew && own.some(({ kind }) => kinds.has(kind)));
    });
  };
  return spec.slos.filter((slo) => comparable(slo.service));
}

/** Kinds of workloads that can have a canary by the strategy of a service. */
function kindsOf(spec: Parameters<typeof strategyFor>[0], service: string): ReadonlySet<string> {
  const { canary, own } = strategyFor(spec, service);
  return new Set(canary === 'none' ? [] : [own?.kind ?? 'Deployment']);
}

const WORKLOADS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
