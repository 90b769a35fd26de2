import {
  canaryOf,
  canServe,
  isByRegion,
  knownStrategy,
  knownStrategyFor,
  strategyFor,
} from '../../../domain/deployment/strategies/strategies.ts';
import { judgeSettings } from '../../../domain/judge/asked-settings.ts';
import { sayNeeded, sayOutlook } from '../../../domain/judge/outlook.ts';
import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import { RelctlError } from '../../../errors.ts';
import { percentRatio } from '../../../plan/duration.ts';
import type { Policy } from '../../../plan/policy.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Context } from '../../release/context.ts';
import { foreignText, readOutlooks } from '../../slo/outlook.ts';
import type { Manifests } from '../facts/manifests.ts';

/**
 * What production's traffic says of the SLOs and of the canary: whether they can be counted at all, whether they count other namespaces too, and
 * whether the canary can show what the plan names. A store that cannot be read now says nothing; it is read again before the deployment is announced.
 */
export async function trafficFindings(
  context: Context,
  { spec }: Pick<ReleasePlan, 'spec'>,
  policy: Policy,
  manifests: Manifests,
): Promise<readonly PlanFinding[]> {
  const isKnown = spec.services.every(({ name }) => knownStrategyFor(spec, name) !== undefined);
  if (!isKnown || knownStrategy(spec) === undefined || !isMeasured(context)) return [];
  const settings = judgeSettings(spec, policy, context.config);
  const outlooks = await readOutlooks(context, { spec, policy }, async (service) => {
    const { workload, replicas } = await manifests.of('production', service);
    if (isByRegion(spec)) return replicas ?? 1;
    const strategy = strategyFor(spec, service);
    const isShipped = spec.services.some((one) => one.name === service);
    if (!isShipped || strategy.canary === 'none' || (workload !== undefined && !canServe(strategy, workload))) {
      return undefined;
    }
    return Math.max(replicas ?? 1, canaryOf(spec, service).stablePods ?? 0);
  });
  return outlooks.flatMap((one): readonly PlanFinding[] => {
    const path = ['spec', 'slos', one.index];
    if (one.state === 'unknown') return [];
    if (one.state === 'uncountable') {
      return [
        {
          code: 'slos.uncountable',
          severity: 'error',
          path: [...path, 'good'],
          problem: `${one.slo.name}: ${one.detail}`,
          fix: 'name good events that production counts, and for latency an edge that its histogram has',
        },
      ];
    }
    const { outlook, foreign } = one;
    const more = sayNeeded(outlook, percentRatio(policy.canary.maxShare));
    return [
      ...(foreign.length === 0
        ? []
        : [
            {
              code: 'slos.other-namespace',
              severity: 'warning' as const,
              path: [...path, 'total'],
              problem: `${one.slo.name}: ${foreignText(foreign)}`,
              fix: `add namespace="${context.config.environments.production.namespace}" to good and total`,
            },
          ]),
      ...(outlook.passes !== 'never'
        ? []
        : [
            {
              code: 'canary.too-little-traffic',
              severity: 'warning' as const,
              path: ['spec', 'canary'],
              problem: `${sayOutlook(outlook, settings)}, so the deployment will be refused`,
              fix: more,
            },
          ]),
    ];
  });
}

/** A repository may be planned in before it names a metrics store; a deployment asks for one. */
function isMeasured({ environments }: Pick<Context, 'environments'>): boolean {
  try {
    environments.metrics('production');
    return true;
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'config.invalid') return false;
    throw error;
  }
}
