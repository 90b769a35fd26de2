import { durationSeconds, percentRatio } from '../../plan/duration.ts';
import { knownStrategy, STRATEGIES } from '../deployment/strategies/strategies.ts';
import type { StrategyFinding } from '../deployment/strategies/strategy.ts';
import { error, type PlanRule } from './finding.ts';

/** The canary as the policy and the environments allow it. */
export const canaryRules: PlanRule = ({ plan: { spec }, policy, config }) => {
  const { canary } = spec;
  const at = (key: string) => ['spec', 'canary', key];
  return [
    ...(percentRatio(canary.share) > percentRatio(policy.canary.maxShare)
      ? [
          error(
            'canary.share',
            at('share'),
            `the canary asks for ${canary.share} of production; the policy allows ${policy.canary.maxShare}`,
            `set share to at most ${policy.canary.maxShare}`,
          ),
        ]
      : []),
    ...(percentRatio(canary.share) === 0
      ? [error('canary.no-share', at('share'), 'a canary without a share gets no traffic', 'set share to 1%')]
      : []),
    ...(durationSeconds(canary.bake) < durationSeconds(policy.canary.minBake)
      ? [
          error(
            'canary.bake',
            at('bake'),
            `the canary bakes for ${canary.bake}; the policy asks for at least ${policy.canary.minBake}`,
            `set bake to at least ${policy.canary.minBake}`,
          ),
        ]
      : []),
    ...(durationSeconds(canary.look) === 0 || durationSeconds(canary.look) > durationSeconds(canary.bake)
      ? [
          error(
            'canary.look',
            at('look'),
            `the judge would look every ${canary.look} at a canary that bakes for ${canary.bake}`,
            'set look to something like 15s',
          ),
        ]
      : []),
    ...(knownStrategy(spec)?.check({ spec, config }) ?? [unknownStrategy(canary.strategy)]).map(
      ({ code, path, problem, fix }) => error(code, path, problem, fix),
    ),
  ];
};

function unknownStrategy(name: string): StrategyFinding {
  return {
    code: 'canary.strategy',
    path: ['spec', 'canary', 'strategy'],
    problem: `there is no canary strategy ${name}`,
    fix: `write one of: ${Object.keys(STRATEGIES).join(', ')}`,
  };
}
