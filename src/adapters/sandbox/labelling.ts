import type { Config } from '../../plan/config.ts';
import { tagOf } from './faults.ts';
import { type Labels, parseMatchers } from './matcher.ts';
import type { Labelling } from './series.ts';
import { targetKey } from './world-state.ts';

/**
 * Which labels the series of pods bear: the usual ones, and those by which the configuration tells canary from control and
 * one region from another, so that its matchers find what they mean.
 */
export function labellingOf(config: Config): Labelling {
  const byTarget = new Map<string, Labels>();
  for (const environment of ['staging', 'production'] as const) {
    const { namespace, regions } = config.environments[environment];
    byTarget.set(targetKey(environment), { namespace });
    for (const region of regions) {
      const labels = { namespace: region.namespace, region: region.name, ...equalities(region.matcher) };
      byTarget.set(targetKey(environment, region.name), labels);
    }
  }
  const canary = equalities(config.metrics.canaryMatcher);
  const control = equalities(config.metrics.controlMatcher);
  return (serving) => ({
    ...byTarget.get(serving.target),
    ...(serving.track === 'canary' ? canary : control),
    track: serving.track,
    deployment: serving.deployment,
    version: tagOf(serving.image),
  });
}

function equalities(matcher: string): Labels {
  const equal = (parseMatchers(matcher) ?? []).filter((each) => each.operator === '=');
  return Object.fromEntries(equal.map(({ label, value }) => [label, value]));
}
