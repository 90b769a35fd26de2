import type { Config } from '../../plan/config.ts';
import { durationSeconds, percentRatio, sayDuration } from '../../plan/duration.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Spec } from '../../plan/spec.ts';
import { canaryOf, isByRegion, knownStrategyFor, STRATEGIES } from '../deployment/strategies/strategies.ts';
import type { StrategyFinding } from '../deployment/strategies/strategy.ts';
import { error, type PlanFinding, type PlanRule } from './finding.ts';

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
            `set share to at most ${policy.canary.maxShare}, or raise canary.maxShare of the policy, in relctl/process/`,
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
            `the canary bakes for ${sayDuration(canary.bake)}; the policy asks for at least ${sayDuration(policy.canary.minBake)}`,
            `set bake to at least ${policy.canary.minBake}`,
          ),
        ]
      : []),
    ...(durationSeconds(canary.look) === 0 || durationSeconds(canary.look) > durationSeconds(canary.bake)
      ? [
          error(
            'canary.look',
            at('look'),
            `the judge would look every ${sayDuration(canary.look)} at a canary that bakes for ${sayDuration(canary.bake)}`,
            'set look to something like 15s',
          ),
        ]
      : []),
    ...strategyFindings(spec, config).map(({ code, path, problem, fix }) => error(code, path, problem, fix)),
    ...spec.services.flatMap((service, index) => serviceCanaryRules(spec, policy, service, index)),
    ...(spec.services.length > 0 && spec.services.every(({ name }) => knownStrategyFor(spec, name)?.canary === 'none')
      ? [
          error(
            'canary.nobody',
            ['spec', 'services'],
            'no service of this release has a canary',
            'give at least one service another strategy than none (with more pods or a route it can have one), or use the strategy region',
          ),
        ]
      : []),
  ];
};

/** What each strategy in use says of the services that it serves, and names that no strategy has. */
function strategyFindings(spec: Spec, config: Config): readonly StrategyFinding[] {
  const served = new Map<string, { readonly name: string; readonly index: number }[]>();
  for (const [index, { name }] of spec.services.entries()) {
    const { strategy } = canaryOf(spec, name);
    served.set(strategy, [...(served.get(strategy) ?? []), { name, index }]);
  }
  if (!served.has(spec.canary.strategy)) served.set(spec.canary.strategy, []);
  return [...served].flatMap(([strategy, services]) => {
    const known = Object.hasOwn(STRATEGIES, strategy) ? STRATEGIES[strategy] : undefined;
    return known?.check({ spec, config, services }) ?? [unknownStrategy(strategy, pathOf(spec, strategy))];
  });
}

function pathOf(spec: Spec, strategy: string): StrategyFinding['path'] {
  const index = spec.services.findIndex(({ canary }) => canary?.strategy === strategy);
  return spec.canary.strategy === strategy || index < 0
    ? ['spec', 'canary', 'strategy']
    : ['spec', 'services', index, 'canary', 'strategy'];
}

/** What a service says of its own canary. */
function serviceCanaryRules(
  spec: Spec,
  policy: Policy,
  { name, canary }: Spec['services'][number],
  index: number,
): readonly PlanFinding[] {
  if (canary === undefined) return [];
  const at = (key: string) => ['spec', 'services', index, 'canary', key];
  if (isByRegion(spec)) {
    return [
      error(
        'canary.by-region',
        ['spec', 'services', index, 'canary'],
        `${name} has a canary of its own, and this release goes by region, as a whole`,
        'remove it, or give the release another strategy',
      ),
    ];
  }
  const strategy = knownStrategyFor(spec, name);
  const share = percentRatio(canaryOf(spec, name).share);
  const most = percentRatio(policy.canary.maxShare);
  return [
    ...(strategy?.canary === 'region'
      ? [error('canary.by-region', at('strategy'), `${name} cannot go by region alone`, 'write it in spec.canary')]
      : []),
    ...(strategy?.canary === 'none' && canary.reason === undefined
      ? [
          error(
            'canary.no-reason',
            ['spec', 'services', index, 'canary'],
            `${name} has no canary, and the plan does not say why`,
            'write reason: why it is rolled out without one, for the CAB',
          ),
        ]
      : []),
    ...(canary.share !== undefined && (share > most || share === 0)
      ? [
          error(
            'canary.share',
            at('share'),
            `the canary of ${name} asks for ${canary.share} of production; the policy allows more than 0% and at most ${policy.canary.maxShare}`,
            `set share to at most ${policy.canary.maxShare}, or raise canary.maxShare of the policy, in relctl/process/`,
          ),
        ]
      : []),
    ...(canary.stablePods !== undefined && strategy?.canary !== 'pods'
      ? [
          error(
            'canary.stable-pods',
            at('stablePods'),
            `${name} would get more stable pods beside a canary, and its strategy sets none beside them`,
            'remove stablePods',
          ),
        ]
      : []),
  ];
}

function unknownStrategy(name: string, path: StrategyFinding['path']): StrategyFinding {
  return {
    code: 'canary.strategy',
    path,
    problem: `there is no canary strategy ${name}`,
    fix: `write one of: ${Object.keys(STRATEGIES).join(', ')}`,
  };
}
