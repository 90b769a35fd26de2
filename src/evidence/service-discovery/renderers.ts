import { parse } from 'yaml';
import { proposedChoice } from '../../domain/kubernetes/helm-hooks.ts';
import { guardYaml } from '../../plan/guard.ts';
import type { HookChoice, ManifestSourceEntry } from '../../plan/manifest-source.ts';
import { scanYaml } from '../impact/manifests/yaml-lines.ts';
import { baseName, folderOf } from '../impact/paths.ts';
import { environmentOf } from './workloads.ts';

/** Kustomizations and charts of a repository, as sources of manifests. */

/** What renders the manifests of a service in each environment, with why. */
export interface RenderedFrom {
  readonly staging: ManifestSourceEntry;
  readonly production: ManifestSourceEntry;
  readonly because: string;
  /** Namespaces that the overlays put everything into, where they name one. */
  readonly namespaces?: { readonly staging: string | undefined; readonly production: string | undefined };
}

/** Kubernetes version that charts are rendered for until a person says which one runs. */
const KUBE_VERSION = '1.34';

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
  const around = (file: string): readonly Root[] =>
    // What merely lies beside a kustomization is not rendered by it.
    parts.has(file) ? roots.filter(({ folders }) => folders.has(nearest(folderOf(file), includes))) : [];
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
    isIn: (file: string, source: ManifestSourceEntry): boolean =>
      around(file).some(({ folder }) => kustomizeFolder(source) === (folder || '.')),
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
      const best = (environment: Root['environment']) =>
        found
          .filter((root) => root.environment === environment)
          .toSorted(
            (one, other) => (count.get(other) ?? 0) - (count.get(one) ?? 0) || isVariant(one) - isVariant(other),
          )[0];
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
  const {
    resources = [],
    bases = [],
    patches = [],
    patchesStrategicMerge = [],
  } = mapOf(text) as Record<string, unknown>;
  return [resources, bases, patches, patchesStrategicMerge]
    .flat()
    .map((one) => (typeof one === 'string' ? one : ((one ?? {}) as { path?: unknown }).path))
    .filter((one): one is string => typeof one === 'string' && !one.includes('\n'))
    .map((one) => joined(folderOf(file), one));
}

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

/**
 * The chart in a folder as a source, with the values files that are named for each environment. A library and a chart that only
 * stands in another one's `charts/` render nothing by themselves.
 */
export function chartSource(chart: string, files: readonly string[], texts: Texts): RenderedFrom | undefined {
  const folder = folderOf(chart);
  const { name = baseName(folder), type } = mapOf(texts.get(chart) ?? '') as { name?: string; type?: string };
  if (type === 'library' || typeof name !== 'string') return undefined;
  const values = files.filter(
    (file) => /\.ya?ml$/.test(file) && /(^|[/._-])values([/._-]|$)/i.test(file) && isFor(file, folder, name),
  );
  const release = kubernetesName(name);
  const { hooks, unnamed } = hooksOf(folder, { release, chart: name }, texts);
  const entry = (environment: 'staging' | 'production'): ManifestSourceEntry => {
    const own = values.filter((file) => environmentOf(file) === environment);
    return {
      helm: folder || '.',
      release,
      ...(Object.keys(hooks).length === 0 ? {} : { hooks }),
      ...(own.length === 0 ? {} : { values: own }),
      kubeVersion: KUBE_VERSION,
    };
  };
  return {
    staging: entry('staging'),
    production: entry('production'),
    because: [
      `rendered from the chart ${folder || '.'} for Kubernetes ${KUBE_VERSION}; correct kubeVersion if another one runs`,
      ...(Object.keys(hooks).length === 0
        ? []
        : [
            'hooks: what most likely stands in for each Helm hook; correct it, and write migrations and smoke tests in the plan',
          ]),
      ...(unnamed.length === 0
        ? []
        : [
            `Helm hooks in ${unnamed.join(', ')} have names that only Helm knows: \`relctl plan <id> --check\` gives the line for them`,
          ]),
    ].join('\n'),
  };
}

/** The Helm hooks of a chart with what most likely stands in for each, and the templates whose hooks' names cannot be read. */
function hooksOf(
  folder: string,
  names: { readonly release: string; readonly chart: string },
  texts: Texts,
): { readonly hooks: Readonly<Record<string, HookChoice>>; readonly unnamed: readonly string[] } {
  const hooks: Record<string, HookChoice> = {};
  const unnamed: string[] = [];
  const inside = folder === '' ? 'templates/' : `${folder}/templates/`;
  for (const [file, text] of texts) {
    if (!file.startsWith(inside) || !text.includes('helm.sh/hook')) continue;
    // By lines and not by a pattern over them: templates of a large chart would be gone through from each place.
    const lines = scanYaml(text);
    for (const { document, value: when } of lines.filter(({ key }) => key === 'helm.sh/hook')) {
      const at = (...path: string[]) =>
        lines.find((line) => line.document === document && line.path.join('\0') === path.join('\0'))?.value;
      const kind = at('kind');
      const name = at('metadata', 'name')
        ?.replace(/\{\{-?\s*\.Release\.Name\s*-?\}\}/g, names.release)
        .replace(/\{\{-?\s*\.Chart\.Name\s*-?\}\}/g, names.chart);
      if (kind !== undefined && name !== undefined && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) {
        hooks[`${kind}/${name}`] = proposedChoice({ kind, name, when });
      } else if (!unnamed.includes(file)) unnamed.push(file);
    }
  }
  return { hooks, unnamed };
}

/** Values files lie inside the chart, or in a folder beside all charts where the chart has its name in their path, or is alone. */
function isFor(file: string, chart: string, name: string): boolean {
  const inside = chart === '' ? '' : `${chart}/`;
  if (file.startsWith(`${inside}templates/`) || file.startsWith(`${inside}charts/`)) return false;
  return file.startsWith(inside) || file.split('/').includes(name) || !/\/charts?\//.test(`/${file}`);
}

function kubernetesName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 53)
    .replace(/^-+|-+$/g, '');
}

function mapOf(text: string): object {
  try {
    guardYaml(text, '', { features: '&*' });
    const value: unknown = parse(text, { logLevel: 'silent' });
    return value !== null && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}

function joined(folder: string, path: string): string {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
