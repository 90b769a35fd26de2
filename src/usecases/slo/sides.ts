import type { Context } from '../release/context.ts';

/** Whose series are compared: label matchers of disjoint groups, which are added up on each side. */
export interface Sides {
  readonly canary: readonly string[];
  readonly control: readonly string[];
}

/** Whose series are compared of each service. */
export type SidesOf = (service: string) => Sides;

/** Regions that run the candidate against those that do not yet. */
export function regionSides({ config }: Pick<Context, 'config'>, done: readonly string[]): Sides {
  const { regions } = config.environments.production;
  const matchers = (wanted: boolean) =>
    regions.filter((region) => done.includes(region.name) === wanted).map((region) => region.matcher);
  return { canary: matchers(true), control: matchers(false) };
}
