import type { Config } from '../../plan/config.ts';
import { durationSeconds, percentRatio } from '../../plan/duration.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Slo, Spec } from '../../plan/spec.ts';
import { canaryOf, strategyFor } from '../deployment/strategies/strategies.ts';
import { sayBakeLength } from '../outcome/bake-length.ts';
import { bucketOf } from './bucket.ts';
import type { JudgeSettings } from './settings.ts';

/** What the judge is told, from the plan, the policy and the configuration. */
export function judgeSettings(
  spec: Spec,
  policy: Policy,
  config: Pick<Config, 'services'>,
  slos: readonly Slo[] = spec.slos,
): JudgeSettings {
  return {
    slos: slos.map((slo) => ({
      name: slo.name,
      objective: percentRatio(slo.objective),
      ...(bucketOf(slo) === undefined ? {} : { kind: 'slow' as const }),
      ...(isShareJudged(spec, config, slo) ? { share: percentRatio(canaryOf(spec, slo.service).share) } : {}),
    })),
    alpha: policy.canary.alpha,
    power: policy.canary.power,
    detectableRatio: spec.canary.detectableRatio,
    minimumRequests: policy.canary.minimumRequests,
    bakeSeconds: durationSeconds(spec.canary.bake),
    extensionSeconds: durationSeconds(spec.canary.extension),
    warmupSeconds: warmupSeconds(spec.canary, policy),
  };
}

function warmupSeconds({ warmup }: Spec['canary'], policy: Pick<Policy, 'canary'>): number {
  return durationSeconds(warmup ?? policy.canary.warmup);
}

/** How long a plan has its canary watched, such as `15 min + 2 min warm-up`. */
export function sayPlannedBake(canary: Spec['canary'], policy: Pick<Policy, 'canary'>): string {
  return sayBakeLength({
    bakeSeconds: durationSeconds(canary.bake),
    warmupSeconds: warmupSeconds(canary, policy),
  });
}

/**
 * Whether an SLO also tells if the canary gets its share. Weights of a route give it exactly; a Service gives each pod about as much, and a
 * region what its users ask for. SLOs of a service count the same requests, so one of them is enough: the first.
 */
function isShareJudged(spec: Spec, { services }: Pick<Config, 'services'>, slo: Slo): boolean {
  const traffic = services[slo.service]?.traffic;
  return (
    strategyFor(spec, slo.service).steering !== undefined &&
    traffic !== undefined &&
    traffic.allRequests !== false &&
    spec.slos.find((one) => one.service === slo.service)?.name === slo.name
  );
}
