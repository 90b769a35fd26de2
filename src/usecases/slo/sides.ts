import { strategyOf } from '../../domain/deployment/strategies/strategies.ts';
import type { Run } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';

/** Whose series are compared: label matchers of disjoint groups, which are added up on each side. */
export interface Sides {
  readonly canary: readonly string[];
  readonly control: readonly string[];
}

/** Canary pods against stable ones, or the first region against all others. */
export function sidesOf(run: Run): Sides {
  const { config } = run.context;
  const { spec } = run.release.journal.plan;
  return strategyOf(spec).canary === 'region'
    ? regionSides(run.context, [spec.canary.region ?? ''])
    : { canary: [config.metrics.canaryMatcher], control: [config.metrics.controlMatcher] };
}

/** Regions that run the candidate against those that do not yet. */
export function regionSides({ config }: Pick<Context, 'config'>, done: readonly string[]): Sides {
  const { regions } = config.environments.production;
  const matchers = (wanted: boolean) =>
    regions.filter((region) => done.includes(region.name) === wanted).map((region) => region.matcher);
  return { canary: matchers(true), control: matchers(false) };
}
