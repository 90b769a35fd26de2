import { plannedShare } from '../../../domain/deployment/planned-share.ts';
import { sayShare } from '../../../domain/deployment/share.ts';
import { knownStrategyFor } from '../../../domain/deployment/strategies/strategies.ts';
import { waysOut } from '../../../domain/deployment/strategies/ways-out.ts';
import { saysReplicas } from '../../../domain/kubernetes/manifests.ts';
import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import type { Config } from '../../../plan/config.ts';
import { percentRatio } from '../../../plan/duration.ts';
import type { Policy } from '../../../plan/policy.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Manifests } from '../facts/manifests.ts';

/** A canary that would get more of production than the policy allows is refused at the deployment; better to know now, with the ways out. */
export async function shareFindings(
  { spec }: ReleasePlan,
  policy: Policy,
  config: Config,
  manifests: Manifests,
): Promise<readonly PlanFinding[]> {
  const maxShare = percentRatio(policy.canary.maxShare);
  const findings = await Promise.all(
    spec.services.map(async ({ name, canary: own }, index): Promise<PlanFinding[]> => {
      const strategy = knownStrategyFor(spec, name);
      const { replicas, objects, workload } = await manifests.of('production', name);
      const planned = plannedShare(spec, name, replicas);
      if (strategy === undefined || planned === undefined || planned.made <= maxShare + 1e-9) return [];
      const { pods, canaryPods } = planned;
      const isOwn = strategy.own !== undefined;
      const isScaled = objects.some((object) => object.kind === 'HorizontalPodAutoscaler');
      const isUnsaid = workload !== undefined && !saysReplicas(workload);
      const what = canaryPods === 1 ? 'one canary pod' : `${canaryPods} canary pods`;
      const where = isOwn ? `of ${pods} of ${name}` : `beside ${pods} of ${name}`;
      const verb = canaryPods === 1 ? 'is' : 'are';
      if (strategy.isWork) {
        return [
          {
            code: 'canary.part-of-work',
            severity: 'warning',
            path: ['spec', 'services', index, 'canary'],
            problem: `${what} ${where} ${verb} about ${sayShare(planned)} of its work; the policy allows ${policy.canary.maxShare} of the users' requests`,
            fix: 'tell the CAB, or let it run with more pods',
          },
        ];
      }
      const ways = isOwn
        ? ownWays(name, maxShare)
        : waysOut({ service: name, traffic: config.services[name]?.traffic, pods, maxShare, isScaled, isUnsaid }).map(
            ({ text }) => text,
          );
      return [
        {
          code: 'canary.true-share',
          severity: isScaled ? 'warning' : 'error',
          path: own === undefined ? ['spec', 'canary', 'share'] : ['spec', 'services', index, 'canary'],
          problem: `${what} ${where} ${verb} ${sayShare(planned)} of production; the policy allows ${policy.canary.maxShare}`,
          fix: ways.join('; or '),
        },
      ];
    }),
  );
  return findings.flat();
}

/** What a workload can do whose own pods are the canary. */
function ownWays(service: string, maxShare: number): readonly string[] {
  return [
    `run at least ${Math.ceil(1 / maxShare - 1e-9)} pods of ${service}`,
    `canary: { strategy: none, reason: … } at ${service}: it is rolled out last, and the CAB is told why`,
  ];
}
