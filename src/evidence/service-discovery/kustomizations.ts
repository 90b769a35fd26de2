import type { ManifestSourceEntry } from '../../plan/manifest-source.ts';
import { readObjects } from '../impact/manifests/objects.ts';
import { baseName, folderOf } from '../impact/paths.ts';
import { mapOf, type RenderedFrom } from './rendered-from.ts';
import { environmentOf, workloadsIn } from './workloads.ts';

type Texts = ReadonlyMap<string, string>;

/** A kustomization that nobody else includes, and every folder that it is made from. */
interface Root {
  readonly folder: string;
  readonly environment: ReturnType<typeof environmentOf>;
  readonly folders: ReadonlySet<string>;
}

/** The kustomizations of a repository, and which of them renders the manifests of a service. */
export function kustomizations(files: readonly string[], texts: Texts) {
  const own = files.filter((file) => /(^|\/)kustomization\.ya?ml$/.test(file));
  const includes = new Map(
    own.map((file) => [folderOf(file), includedBy(file, texts.get(file) ?? '', new Set(own.map(folderOf)))]),
  );
  const included = new Set([...includes.values()].flat());
  const parts = new Set(own.flatMap((file) => filesOf(file, texts.get(file) ?? '')));
  // A component renders nothing by itself: it changes what includes it.
  const components = own.filter((file) => isComponent(texts.get(file) ?? ''));
  const roots: readonly Root[] = [...includes.keys()]
    .filter((folder) => !included.has(folder) && !components.some((file) => folderOf(file) === folder))
    .map((folder) => ({ folder, environment: environmentOf(`${folder}/`), folders: closure(folder, includes) }));
  const deleted = new Map(
    roots.map((root) => {
      const files = own.filter((file) => root.folders.has(folderOf(file)));
      return [root, new Set(files.flatMap((file) => deletedBy(file, texts)))];
    }),
  );
  const around = (file: string): readonly Root[] => {
    // What merely lies beside a kustomization is not rendered by it.
    if (!parts.has(file)) return [];
    const home = nearest(folderOf(file), includes);
    return roots.filter((root) => root.folders.has(home) && !isDeleted(file, texts, deleted.get(root) ?? new Set()));
  };
  // Its own, else what a component gives it, the last of which wins, or what it is made from.
  const namespaceOf = (folder: string, seen: readonly string[] = []): string | undefined => {
    const file = own.find((one) => folderOf(one) === folder) ?? '';
    const { namespace } = mapOf(texts.get(file) ?? '') as { namespace?: unknown };
    if (typeof namespace === 'string') return namespace;
    const parts = (includes.get(folder) ?? []).filter((one) => one !== folder && !seen.includes(one)).toReversed();
    return parts.flatMap((one) => namespaceOf(one, [...seen, folder]) ?? [])[0];
  };
  return {
    /** True for a manifest that some kustomization is made from. */
    covers: (file: string): boolean => around(file).length > 0,
    /** True for a manifest that the kustomization of a source is made from. */
    isIn(file: string, source: ManifestSourceEntry): boolean {
      const folder = kustomizeFolder(source);
      if (folder === undefined || !parts.has(file)) return false;
      return closure(folder === '.' ? '' : folder, includes).has(nearest(folderOf(file), includes));
    },
    /**
     * What renders the manifests of a service. Where there are several ways to install one product, it is the one that most of its services
     * have in common, so that each object is rendered once.
     * @param own the files with the workload of the service
     * @param all those of each service of the product
     */
    forService(own: readonly string[], all: readonly (readonly string[])[]): RenderedFrom | undefined {
      const found = [...new Set(own.flatMap(around))];
      const count = new Map(
        found.map((root) => [root, all.filter((files) => files.some((file) => around(file).includes(root))).length]),
      );
      const ranked = (environment: Root['environment']) =>
        found
          .filter((root) => root.environment === environment)
          .toSorted(
            (one, other) => (count.get(other) ?? 0) - (count.get(one) ?? 0) || isVariant(one) - isVariant(other),
          );
      const best = (environment: Root['environment']) => {
        const [first, ...others] = ranked(environment);
        const alike = first && others.filter((one) => count.get(one) === count.get(first));
        // Several ways that are named for no environment: what they are all made from is the product as it is.
        const base =
          environment === undefined && first && alike && alike.length > 0
            ? commonBase([first, ...alike], own, includes)
            : undefined;
        return base ?? first;
      };
      const plain = best(undefined);
      const production = best('production') ?? plain;
      const staging = best('staging') ?? plain ?? production;
      if (production === undefined || staging === undefined) return undefined;
      const namespaces = { staging: namespaceOf(staging.folder), production: namespaceOf(production.folder) };
      const entry = ({ folder }: Root): ManifestSourceEntry => ({ kustomize: folder === '' ? '.' : folder });
      return {
        staging: entry(staging),
        production: entry(production),
        because:
          staging === production
            ? `rendered by the kustomization at ${production.folder || '.'}, for staging and production alike`
            : `rendered by the overlays ${staging.folder} and ${production.folder}`,
        ...(namespaces.staging === undefined && namespaces.production === undefined ? {} : { namespaces }),
      };
    },
  };
}

/** What several kustomizations are all made from and that has the workload of a service: the outermost of these. */
function commonBase(
  roots: readonly [Root, ...Root[]],
  own: readonly string[],
  includes: ReadonlyMap<string, readonly string[]>,
): Root | undefined {
  const homes = own.map((file) => nearest(folderOf(file), includes));
  return [...roots[0].folders]
    .filter((folder) => roots.every(({ folders }) => folders.has(folder)))
    .map((folder): Root => ({ folder, environment: undefined, folders: closure(folder, includes) }))
    .filter(({ folders }) => homes.some((home) => folders.has(home)))
    .toSorted((one, other) => other.folders.size - one.folders.size)[0];
}

/** The folder of a source that is a kustomization. */
export function kustomizeFolder(source: ManifestSourceEntry | undefined): string | undefined {
  const { kustomize } = (typeof source === 'object' ? source : {}) as { readonly kustomize?: string };
  return kustomize;
}

/** 1 for an overlay such as `production-eu`, which is one way more beside `production`. */
function isVariant({ folder }: Root): number {
  return /^(staging|stage|stg|production|prod|prd|live)$/i.test(baseName(folder)) ? 0 : 1;
}

function isComponent(text: string): boolean {
  return (mapOf(text) as { kind?: unknown }).kind === 'Component';
}

/** Files that a kustomization names: what it renders, and what it patches that with. */
function filesOf(file: string, text: string): readonly string[] {
  const { resources = [], bases = [] } = mapOf(text) as Record<string, unknown>;
  return [...named(file, [resources, bases]), ...patchesOf(file, text)];
}

/** Workloads that the patches of a kustomization take away, which then installs what is left for something else: `Deployment/web`. */
function deletedBy(file: string, texts: Texts): readonly string[] {
  const { patches = [], patchesStrategicMerge = [] } = mapOf(texts.get(file) ?? '') as Record<string, unknown>;
  const written = [patches, patchesStrategicMerge]
    .flat()
    .map((one) => (typeof one === 'string' ? one : ((one ?? {}) as { patch?: unknown }).patch))
    .filter((one): one is string => typeof one === 'string');
  return [...written, ...patchesOf(file, texts.get(file) ?? '').map((patch) => texts.get(patch) ?? '')]
    .filter((text) => /^\$patch:[ \t]*delete\b/m.test(text))
    .flatMap((text) => readObjects(text).map(({ kind, name }) => `${kind}/${name}`));
}

/** True where a kustomization takes away every workload of a file. */
function isDeleted(file: string, texts: Texts, deleted: ReadonlySet<string>): boolean {
  if (deleted.size === 0) return false;
  const workloads = workloadsIn(file, texts.get(file) ?? '');
  return workloads.length > 0 && workloads.every(({ kind, name }) => deleted.has(`${kind}/${name}`));
}

/** Files that kustomizations patch other manifests with: what runs in them runs in what they patch. */
export const patchFiles = (files: readonly string[], texts: Texts): ReadonlySet<string> =>
  new Set(
    files
      .filter((file) => /(^|\/)kustomization\.ya?ml$/.test(file))
      .flatMap((file) => patchesOf(file, texts.get(file) ?? '')),
  );

function patchesOf(file: string, text: string): readonly string[] {
  const { patches = [], patchesStrategicMerge = [] } = mapOf(text) as Record<string, unknown>;
  return named(file, [patches, patchesStrategicMerge]);
}

const named = (file: string, lists: readonly unknown[]): readonly string[] =>
  lists
    .flat()
    .map((one) => (typeof one === 'string' ? one : ((one ?? {}) as { path?: unknown }).path))
    .filter((one): one is string => typeof one === 'string' && !one.includes('\n'))
    .map((one) => joined(folderOf(file), one));

/** Folders of other kustomizations that one is made from. */
function includedBy(file: string, text: string, known: ReadonlySet<string>): readonly string[] {
  const { resources = [], bases = [], components = [] } = mapOf(text) as Record<string, unknown>;
  return [resources, bases, components]
    .flat()
    .filter((one): one is string => typeof one === 'string' && !one.includes('://'))
    .map((one) => joined(folderOf(file), one))
    .filter((folder) => known.has(folder));
}

function closure(folder: string, includes: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [folder];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    queue.push(...(includes.get(next) ?? []));
  }
  return found;
}

/** The folder of the kustomization that a folder lies in: manifests are often a level below it. */
function nearest(folder: string, includes: ReadonlyMap<string, unknown>): string {
  if (includes.has(folder) || folder === '') return folder;
  return nearest(folderOf(folder), includes);
}

function joined(folder: string, path: string): string {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
