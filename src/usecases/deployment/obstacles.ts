import { strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import type { Obstacle } from '../../domain/deployment/strategies/strategy.ts';
import { RelctlError } from '../../errors.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import type { ServiceChanges } from './changes.ts';

type Plan = Pick<ReleasePlan, 'id' | 'spec'>;

/** Why a canary could not start in a target. */
export interface FoundObstacle extends Obstacle {
  readonly target: string;
}

/** What keeps canaries from starting, as far as it is not made before they do. */
export function obstaclesOf(plan: Plan, changes: readonly ServiceChanges[]): readonly FoundObstacle[] {
  return changes.flatMap((one) => {
    const { obstacle, target } = one;
    if (obstacle === undefined) return [];
    const prepared = changes.filter((other) => other.target === target).flatMap((other) => other.prepared);
    return missingOf(plan, one).some((name) => prepared.includes(name)) ? [] : [{ target, ...obstacle }];
  });
}

/**
 * Refuses a deployment whose canary could not start, before anything is announced: it would end by rolling back.
 * @throws RelctlError `canary.selector-overlap`, `canary.share-too-large`, `canary.not-steerable`
 */
export function refuseObstacles(plan: Plan, changes: readonly ServiceChanges[]): void {
  const obstacles = obstaclesOf(plan, changes);
  const [first] = obstacles;
  if (first === undefined) return;
  const problems = obstacles.map(({ target, problem }) => `${target}: ${problem}`);
  throw new RelctlError(first.code, problems.join('; '), {
    why: `${first.why} It was found before anything was announced or changed.`,
    hints: [
      ...new Set(obstacles.flatMap(({ hints }) => hints)),
      command`relctl deploy ${plan.id}`,
      'once it is fixed',
      command`relctl deploy ${plan.id} --dry-run`,
      'looks again and changes nothing',
    ],
    data: { obstacles },
  });
}

/** Names of what the canary's share goes by and is not there yet. */
function missingOf({ spec }: Plan, { service, ground }: ServiceChanges): readonly string[] {
  if (ground?.traffic === undefined) return [];
  const route = strategyFor(spec, service.name).routeRef(ground.traffic);
  return [
    ...(ground.route === undefined && route !== undefined ? [`${route.kind}/${route.name}`] : []),
    ...(ground.stableService === undefined ? [`Service/${ground.traffic.service}`] : []),
  ];
}
