import type { Config } from '../../plan/config.ts';
import type { FilesSince } from '../../ports/repository.ts';
import { globMatcher } from '../../text/glob.ts';
import type { Bound } from './bound.ts';

/**
 * The work tree that programs run in. A program reads what it likes: files above its folder, modules by name, patterns, links. So where one of
 * the repository runs, all that git keeps counts, and not only what the command names.
 */

/** Under this name the commit is bound that the work tree stood at. */
const FIELD = 'work tree';
/** Where that commit left the protected branch. */
const BASE = 'work tree base';
/** Before the path of each file that it had otherwise than there. */
const FILE = 'work tree file ';

/** A work tree as it was submitted. */
export interface SubmittedTree {
  readonly commit: string;
  /** What it had otherwise than the protected branch; `undefined` where a submission by an older relctl does not say. */
  readonly since: FilesSince | undefined;
}

/** What is bound with the rest of a submission: all of it is known also where the commit itself is not here any more. */
export function boundTree({ commit, since }: SubmittedTree): Bound {
  const files = Object.entries(since?.files ?? {}).filter(
    ([path]) => whatProgramsRead([path]).length > 0 || path === CONFIG_FILE,
  );
  return {
    [FIELD]: commit,
    ...(since === undefined ? {} : { [BASE]: since.base }),
    ...Object.fromEntries(files.map(([path, id]) => [`${FILE}${path}`, id])),
  };
}

/** The work tree that was bound; `undefined` for a submission by a relctl that bound none. */
export function treeOf(bound: Bound): SubmittedTree | undefined {
  const { [FIELD]: commit, [BASE]: base } = bound;
  if (commit === undefined) return undefined;
  const files = Object.entries(bound).flatMap(([name, id]) =>
    name.startsWith(FILE) ? [[name.slice(FILE.length), id] as const] : [],
  );
  return { commit, since: base === undefined ? undefined : { base, files: Object.fromEntries(files) } };
}

/** The fields that are compared one by one. */
export function withoutTree(bound: Bound): Bound {
  const isOfTree = (name: string) => name === FIELD || name === BASE || name.startsWith(FILE);
  return Object.fromEntries(Object.entries(bound).filter(([name]) => !isOfTree(name)));
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
