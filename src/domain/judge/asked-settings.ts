import { durationSeconds, percentRatio } from '../../plan/duration.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Slo, Spec } from '../../plan/spec.ts';
import { bucketOf } from './bucket.ts';
import type { JudgeSettings } from './settings.ts';

/** What the judge is told, from the plan and the policy. */
export function judgeSettings(spec: Spec, policy: Policy, slos: readonly Slo[]): JudgeSettings {
  return {
    slos: slos.map((slo) => ({
      name: slo.name,
      objective: percentRatio(slo.objective),
      ...(bucketOf(slo) === undefined ? {} : { kind: 'slow' as const }),
    })),
    alpha: policy.canary.alpha,
    power: policy.canary.power,
    detectableRatio: spec.canary.detectableRatio,
    minimumRequests: policy.canary.minimumRequests,
    bakeSeconds: durationSeconds(spec.canary.bake),
    extensionSeconds: durationSeconds(spec.canary.extension),
    warmupSeconds: durationSeconds(spec.canary.warmup ?? policy.canary.warmup),
  };
}
