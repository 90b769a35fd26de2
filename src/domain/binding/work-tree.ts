import type { Config } from '../../plan/config.ts';
import { globMatcher } from '../../text/glob.ts';
import type { Bound } from './bound.ts';

/**
 * The work tree that programs run in. A program reads what it likes: files above its folder, modules by name, patterns, links. So where one of
 * the repository runs, all that git keeps counts, and not only what the command names.
 */

/** Under this name the commit is bound that the work tree stood at. */
const FIELD = 'work tree';

/** What is bound with the rest of a submission. */
export function boundTree(commit: string): Bound {
  return { [FIELD]: commit };
}

/** The commit that was bound; `undefined` for a submission by a relctl that bound none. */
export function treeOf(bound: Bound): string | undefined {
  return bound[FIELD];
}

/** The fields that are compared one by one. */
export function withoutTree(bound: Bound): Bound {
  const { [FIELD]: _tree, ...rest } = bound;
  return rest;
}

/** What relctl itself writes with every step: the plans and what is kept beside them. No program is made of these. */
const RECORDS = /^releases\/(?:[^/]+\/)?[^/]+\.(?:ya?ml|json|md|html|ics|log|xml|txt|csv|pdf|png|jpe?g)$/;
/** It is compared field by field. */
const CONFIG_FILE = 'relctl.yaml';

/** Files of which a difference counts. */
export function whatProgramsRead(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => path !== CONFIG_FILE && !RECORDS.test(path));
}

/**
 * Of these what counts for a program that relctl.yaml names and no plan: while a change is worked on, what services are made of differs from the
 * protected branch by nature. What lies at the root, such as package.json and the settings of tools, counts all the same.
 */
export function whatSettingsRead(paths: readonly string[], { services }: Pick<Config, 'services'>): readonly string[] {
  const isSource = globMatcher(Object.values(services).flatMap((service) => service.paths));
  return whatProgramsRead(paths).filter((path) => !path.includes('/') || !isSource(path));
}
