import type { Config } from '../../plan/config.ts';
import { manifestPaths } from '../../plan/source-settings.ts';
import { globMatcher } from '../../text/glob.ts';
import type { ChangedFile } from './diff.ts';
import type { AffectedService } from './findings.ts';
import { roleOf } from './paths.ts';

/** What is needed of relctl.yaml to know whose file a file is. */
export type OwnershipConfig = Pick<Config, 'services' | 'shared' | 'manifests'>;

/** Whose a file is. */
export interface Ownership {
  /** Services that a file belongs to: by path, by shared code, or by manifest. */
  servicesOf(path: string): readonly string[];
  /** The same with how it belongs to each. */
  relationsOf(path: string): ReadonlyMap<string, Relation>;
}

/** How a file belongs to a service. */
type Relation = Pick<AffectedService, 'because' | 'through'>;

type Matcher = (path: string) => boolean;

/** Reads the path map of relctl.yaml. Globs as in `text/glob.ts`, dot files included; a folder's name stands for all below it. */
export function readOwnership(config: OwnershipConfig): Ownership {
  const own = new Map(Object.entries(config.services).map(([name, { paths }]) => [name, matcher(paths)]));
  const manifests = new Map(
    Object.entries(config.services).map(([name, service]) => [
      name,
      matcher(manifestPaths(service.manifests ?? config.manifests).map((path) => escapeGlob(path))),
    ]),
  );
  const shared = config.shared.map(({ name, paths, usedBy }) => ({ name, usedBy, matches: matcher(paths) }));
  const relation = (path: string, service: string): Relation | undefined => {
    // A manifest often lies inside the service's own folder; it is still only a manifest.
    if (manifests.get(service)?.(path)) return { because: 'manifest' };
    if (own.get(service)?.(path)) return { because: 'direct' };
    const through = shared.find((part) => part.usedBy.includes(service) && part.matches(path));
    return through && { because: 'shared', through: through.name };
  };
  const names = Object.keys(config.services);
  const cache = new Map<string, ReadonlyMap<string, Relation>>();
  const relationsOf: Ownership['relationsOf'] = (path) => {
    const known = cache.get(path);
    if (known) return known;
    const found = new Map<string, Relation>();
    for (const name of names) {
      const related = relation(path, name);
      if (related !== undefined) found.set(name, related);
    }
    cache.set(path, found);
    return found;
  };
  return { relationsOf, servicesOf: (path) => [...relationsOf(path).keys()] };
}

function matcher(globs: readonly string[]): Matcher {
  const patterns = globs.flatMap((glob) => {
    const clean = glob.replace(/^\.\//, '').replace(/\/$/, '');
    const isAll = clean === '.' || clean === '';
    // What stands before the first special character tells most paths apart without a regular expression.
    const prefix = isAll ? '' : (/^[^*?[\]{}()!+@\\]*/.exec(clean)?.[0] ?? '');
    return [{ prefix, matches: globMatcher(isAll ? ['**'] : [clean, `${clean}/**`], { dot: true }) }];
  });
  return (path) => patterns.some(({ prefix, matches }) => path.startsWith(prefix) && matches(path));
}

const escapeGlob = (path: string) => path.replace(/[\\*?[\]{}()!+@]/g, '\\$&');

/** Services that the changed files affect, and the product files that belong to none. */
export function affectedServices(
  files: readonly ChangedFile[],
  ownership: Ownership,
): { services: AffectedService[]; untouchedServices: string[]; unmappedFiles: string[] } {
  const found = new Map<string, { service: AffectedService; files: string[] }>();
  const touched = new Set<string>();
  const unmappedFiles: string[] = [];
  for (const file of files) {
    const paths = [...new Set([file.newPath, file.oldPath])].filter((path) => path !== undefined);
    for (const path of paths) {
      // A submodule belongs to whom the files below it would belong to.
      const owners = ownership.relationsOf(file.submodule ? `${path}/submodule` : path);
      for (const owner of owners.keys()) touched.add(owner);
      // A submodule is code of the product, wherever it lies.
      const role = file.submodule ? 'product' : roleOf(path);
      if (role !== 'product' && role !== 'foreign') continue;
      if (owners.size === 0 && role === 'product') unmappedFiles.push(path);
      for (const [name, relation] of owners) note(found, name, path, file, relation);
    }
  }
  return {
    services: [...found.values()].map(({ service, files: paths }) => ({ ...service, files: paths })),
    untouchedServices: [...touched].filter((name) => !found.has(name)),
    unmappedFiles,
  };
}

const STRENGTH = { direct: 2, shared: 1, manifest: 0 } as const;

function note(
  found: Map<string, { service: AffectedService; files: string[] }>,
  name: string,
  path: string,
  file: ChangedFile,
  relation: Relation,
): void {
  const atHead = path === file.newPath;
  const line = (atHead ? file.added : file.removed)[0]?.line ?? 1;
  const service: AffectedService = {
    name,
    ...relation,
    files: [],
    seen: { file: path, line, side: atHead ? 'head' : 'base' },
  };
  const before = found.get(name);
  if (before === undefined) {
    found.set(name, { service, files: [path] });
    return;
  }
  before.files.push(path);
  if (STRENGTH[relation.because] > STRENGTH[before.service.because]) before.service = service;
}
