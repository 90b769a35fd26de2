import type { JudgeSettings } from '../../domain/judge/settings.ts';
import { durationSeconds, percentRatio } from '../../plan/duration.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Slo, Spec } from '../../plan/spec.ts';
import type { Run } from '../cluster/run.ts';
import { readSnapshot } from '../cluster/snapshot.ts';

/** What the judge is told, from the plan and the policy. */
export function judgeSettings(spec: Spec, policy: Policy, slos: readonly Slo[]): JudgeSettings {
  return {
    slos: slos.map((slo) => ({ name: slo.name, objective: percentRatio(slo.objective) })),
    alpha: policy.canary.alpha,
    power: policy.canary.power,
    detectableRatio: spec.canary.detectableRatio,
    minimumRequests: policy.canary.minimumRequests,
    bakeSeconds: durationSeconds(spec.canary.bake),
    extensionSeconds: durationSeconds(spec.canary.extension),
  };
}

/** SLOs of the services that ran before: a new service has no control to be compared with. */
export async function judgedSlos(run: Run): Promise<readonly Slo[]> {
  const { slos } = run.release.journal.plan.spec;
  const baselines = await Promise.all([...run.locks.keys()].map((target) => readSnapshot(run.context, run, target)));
  const isNew = (service: string) =>
    baselines.some((baseline) =>
      baseline?.objects.some((one) => one.service === service && one.kind === 'Deployment' && one.object === null),
    );
  return slos.filter((slo) => !isNew(slo.service));
}
