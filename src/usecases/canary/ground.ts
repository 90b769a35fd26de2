import { canaryOf, canServe, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import type { CanaryGround } from '../../domain/deployment/strategies/strategy.ts';
import { canaryDeployment, replicasOf } from '../../domain/kubernetes/manifests.ts';
import { percentRatio } from '../../plan/duration.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Cluster } from '../../ports/cluster.ts';
import { refOf } from '../cluster/apply.ts';
import type { DesiredService } from '../cluster/desired-objects.ts';
import type { Context } from '../release/context.ts';

/**
 * What a service is in a target before its canary starts; `undefined` for a service that production does not run yet, which
 * has nothing to be compared with, and for one whose strategy cannot serve its kind of workload.
 */
export async function canaryGround(
  context: Pick<Context, 'config'>,
  plan: Pick<ReleasePlan, 'id' | 'spec'>,
  policy: Policy,
  cluster: Pick<Cluster, 'get'>,
  service: DesiredService,
): Promise<CanaryGround | undefined> {
  const strategy = strategyFor(plan.spec, service.name);
  if (!canServe(strategy, service.deployment)) return undefined;
  const stable = await cluster.get(refOf(service.deployment));
  if (stable === undefined) return undefined;
  const planned = canaryOf(plan.spec, service.name);
  const share = percentRatio(planned.share);
  const traffic = context.config.services[service.name]?.traffic;
  const routeRef = strategy.routeRef(traffic);
  const [stableService, route] = await Promise.all([
    strategy.steering === undefined || traffic === undefined
      ? undefined
      : cluster.get({ apiVersion: 'v1', kind: 'Service', name: traffic.service }),
    routeRef === undefined ? undefined : cluster.get(routeRef),
  ]);
  const pods = strategy.own?.podsOf(stable) ?? Math.max(replicasOf(stable), planned.stablePods ?? 0);
  const canaryPods = strategy.replicas(share, pods);
  return {
    service: service.name,
    release: plan.id,
    traffic,
    share,
    maxShare: percentRatio(policy.canary.maxShare),
    stable,
    canary:
      strategy.own?.first(service.deployment, stable, canaryPods) ??
      canaryDeployment(
        service.deployment,
        canaryPods,
        plan.id,
        strategy.steering === undefined ? undefined : stableService,
      ),
    pods,
    canaryPods,
    stableService,
    route,
  };
}
