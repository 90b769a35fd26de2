import { unixLines } from '../../text/line-ends.ts';
import { readObjects } from '../impact/manifests/objects.ts';
import { scanYaml } from '../impact/manifests/yaml-lines.ts';
import { baseName, folderOf, roleOf } from '../impact/paths.ts';
import { chartSource, kustomizations, type RenderedFrom } from './renderers.ts';
import {
  composeFolders,
  dockerFolders,
  GENERIC,
  isDockerfile,
  isStoreImage,
  programFolders,
  type SourceFolder,
} from './sources.ts';
import { objectsOf, type Traffic, trafficOf } from './traffic.ts';
import { rootPaths, sharedFolders, undeployedPrograms } from './undeployed.ts';
import { environmentOf, imageName, type Workload, workloadsIn } from './workloads.ts';
import { dotnetProjects, reachable, type WorkspacePackage, workspacePackages } from './workspaces.ts';

/** What services are found from: the files at a commit. */
export interface DiscoverySource {
  readonly files: readonly string[];
  /** What the repository is called. */
  readonly name?: string;
  /** Texts of files, as many as there are. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** A service, as relctl.yaml wants it, with what it was concluded from. */
export interface DiscoveredService {
  readonly name: string;
  readonly paths: readonly string[];
  /** Manifests by environment; empty when none was found. */
  readonly manifests: { readonly staging: readonly string[]; readonly production: readonly string[] };
  /** The container whose image is set, where a workload has several. */
  readonly container?: string;
  readonly image?: string;
  /** What divides its requests in production. */
  readonly traffic?: Traffic;
  /** Files that it was found by. */
  readonly because: readonly string[];
  /** What renders its manifests, where they are no plain files. */
  readonly rendered?: RenderedFrom;
  /** Why relctl cannot release it as it is. */
  readonly obstacle?: string;
}

/** What was found. */
export interface Discovery {
  readonly services: readonly DiscoveredService[];
  readonly shared: readonly {
    readonly name: string;
    readonly paths: readonly string[];
    readonly usedBy: readonly string[];
  }[];
  /** What a person should look at, one sentence each. */
  readonly notes: readonly string[];
}

interface Draft {
  readonly name: string;
  readonly folders: Set<string>;
  readonly workloads: Workload[];
  readonly because: Set<string>;
  chart: string | undefined;
}

/**
 * Finds the services of a repository in its manifests, Helm charts, Dockerfiles, compose files and workspaces. A workload of
 * a manifest is a service; its sources are found by the names of image, folder and compose service. Without manifests, each
 * folder that builds an image is one.
 */
export async function discoverServices(source: DiscoverySource): Promise<Discovery> {
  const files = source.files.filter((file) => roleOf(file) === 'product');
  const read = await source.read(
    files.filter(
      (file) =>
        /\.ya?ml$|\.csproj$/.test(file) || /(^|\/)(package\.json|go\.mod|\.env)$/.test(file) || isDockerfile(file),
    ),
  );
  const texts = new Map([...read].map(([file, text]) => [file, unixLines(text)]));
  const folders = [
    ...dockerFolders(files, texts),
    ...files
      .filter((file) => /(^|\/)(docker-)?compose[^/]*\.ya?ml$/.test(file))
      .flatMap((file) => composeFolders(file, texts.get(file) ?? '', files, envBeside(file, texts), texts)),
  ];
  const packages = [...workspacePackages(files, texts), ...dotnetProjects(files, texts)];
  const charts = files.filter((file) => baseName(file) === 'Chart.yaml' && !/\/charts\/.*\/charts\//.test(file));
  const workloads = files.flatMap((file) =>
    isInChart(file, charts) || environmentOf(file) === 'other' ? [] : workloadsIn(file, texts.get(file) ?? ''),
  );
  const drafts = new Map<string, Draft>();
  const draft = (name: string): Draft => {
    const known = drafts.get(name) ?? {
      name,
      folders: new Set<string>(),
      workloads: [],
      because: new Set<string>(),
      chart: undefined,
    };
    drafts.set(name, known);
    return known;
  };
  for (const workload of workloads) {
    const service = draft(kubeName(workload.name));
    service.workloads.push(workload);
    service.because.add(workload.file);
  }
  for (const chart of charts) if (!bundles(chart, files, drafts)) addChart(chart, texts, draft);
  const programs = programFolders(files);
  addSources(
    folders,
    programs,
    drafts,
    () => undeployedPrograms(files, texts, folders, packages),
    draft,
    rootName(texts) ?? source.name ?? 'app',
  );
  const overlays = kustomizations(files, texts);

  const production = objectsOf(
    [...texts].filter(([file]) => !isInChart(file, charts) && /^production$|^$/.test(environmentOf(file) ?? '')),
  );
  // A database that a manifest runs is nothing that this repository releases.
  for (const [name, { folders: own, workloads: run }] of drafts)
    if (own.size === 0 && run.length > 0 && run.every((one) => one.containers.some(({ image }) => isStoreImage(image))))
      drafts.delete(name);
  const own = [...drafts.values()].map(({ workloads: run }) => run.map(({ file }) => file));
  const services = [...drafts.values()]
    .map((item) => ({
      ...finish(item, files, texts, overlays, own),
      ...trafficOf(item.workloads[0]?.name ?? '', production),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const placed = withRootPaths(services, files);
  return { services: placed, shared: sharedCode(placed, packages, files), notes: notesOn(placed) };
}

function isInChart(file: string, charts: readonly string[]): boolean {
  return charts.some((chart) => file.startsWith(folderOf(chart) === '' ? 'templates/' : `${folderOf(chart)}/`));
}

/** True for a chart of the whole product, whose services have manifests of their own: it is one more way to install them, and no service. */
function bundles(chart: string, files: readonly string[], drafts: ReadonlyMap<string, Draft>): boolean {
  const templates = folderOf(chart) === '' ? 'templates/' : `${folderOf(chart)}/templates/`;
  const named = files
    .filter((file) => file.startsWith(templates))
    .map((file) =>
      kubeName(
        baseName(file).replace(/([-_.](dep|deploy|deployment|svc|service|statefulset|sts|daemonset|ds))?\.[^.]+$/, ''),
      ),
    )
    .filter((name) => drafts.get(name)?.chart === undefined && drafts.has(name));
  return new Set(named).size > 1;
}

/** A chart is a service of its name, unless it only bundles others or is a library. */
function addChart(chart: string, texts: ReadonlyMap<string, string>, draft: (name: string) => Draft): void {
  const lines = scanYaml(texts.get(chart) ?? '');
  const top = (key: string) => lines.find((line) => line.path.length === 1 && line.key === key)?.value;
  const folder = folderOf(chart);
  const values = texts.get(folder === '' ? 'values.yaml' : `${folder}/values.yaml`) ?? '';
  const image = scanYaml(values).find((line) => line.path.at(-2) === 'image' && line.key === 'repository')?.value;
  if (top('type') === 'library' || (image === undefined && top('name') === undefined)) return;
  const service = draft(kubeName(top('name') ?? baseName(folder)));
  service.because.add(chart);
  service.chart = chart;
  service.folders.add(folder);
}

/** Variables of the `.env` file beside a compose file. */
function envBeside(file: string, texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const folder = folderOf(file);
  const text = texts.get(folder === '' ? '.env' : `${folder}/.env`) ?? '';
  return new Map(
    [...text.matchAll(/^[ \t]*(\w+)[ \t]*=[ \t]*["']?([^"'\n]*)/gm)].map((match) => [
      match[1] ?? '',
      (match[2] ?? '').trim(),
    ]),
  );
}

/** What the program at the root is called by its package. */
function rootName(texts: ReadonlyMap<string, string>): string | undefined {
  const npm = /"name"\s*:\s*"([^"]+)"/.exec(texts.get('package.json') ?? '')?.[1];
  const go = /^module\s+(\S+?)(?:\/v\d+)?\s*$/m.exec(texts.get('go.mod') ?? '')?.[1];
  const names = [npm, go === undefined ? undefined : nameOfModule(go)];
  return names.find(
    (name) => name !== undefined && !/(^|[-/])(monorepo|root|workspace)$/.test(name) && !GENERIC.test(name),
  );
}

/** `miniflux.app/v2` is called by the first part of its domain, and `github.com/gotify/server` by its owner. */
function nameOfModule(path: string): string | undefined {
  const last = path.split('/').findLast((part) => !GENERIC.test(part)) ?? path;
  return last.includes('.') ? last.split('.')[0] : last;
}

/** Gives each service the folders of its name, image or nearest Dockerfile; without any workload, the programs are the services. */
function addSources(
  built: readonly SourceFolder[],
  programs: readonly SourceFolder[],
  drafts: Map<string, Draft>,
  undeployed: () => readonly SourceFolder[],
  draft: (name: string) => Draft,
  nameOfRoot: string,
): void {
  const isDeployed = [...drafts.values()].some(({ workloads }) => workloads.length > 0);
  const charted = [...drafts.values()];
  for (const service of drafts.values()) {
    const names = new Set([
      service.name,
      ...service.workloads.flatMap((w) => w.containers.map((c) => kubeName(imageName(c.image)))),
    ]);
    const named = (sources: readonly SourceFolder[]) =>
      sources.filter((source) => source.names.some((name) => names.has(kubeName(name))));
    const around = built.filter(
      (source) => source.folder !== '' && service.workloads.some((w) => w.file.startsWith(`${source.folder}/`)),
    );
    const found = [named(built), around, named(programs)].find((sources) => sources.length > 0) ?? [];
    for (const source of found) {
      service.folders.add(source.folder);
      service.because.add(source.because);
    }
  }
  // What the root builds is the one image that nothing else was found for.
  const root = built.find((source) => source.folder === '');
  const homeless = charted.filter(
    (one) => one.folders.size === (one.chart === undefined ? 0 : 1) && !isRolledOutByOthers(one),
  );
  const images = new Set(homeless.map(({ workloads, name }) => imageName(workloads[0]?.containers[0]?.image ?? name)));
  for (const service of root !== undefined && images.size === 1 ? homeless : []) {
    service.folders.add('');
    service.because.add(root?.because ?? '');
  }
  if (isDeployed) {
    // What compose builds and no manifest runs yet is a service that the manifests lack.
    const claimed = new Set(charted.flatMap(({ folders }) => [...folders]));
    for (const { names, folder, because } of built) {
      if (!/\.ya?ml$/.test(because) || folder === '' || claimed.has(folder)) continue;
      const service = draft(kubeName(names[0] ?? baseName(folder)));
      service.folders.add(folder);
      service.because.add(because);
    }
    return;
  }
  const claimed = new Set(charted.flatMap(({ folders }) => [...folders]));
  for (const source of undeployed()) {
    if (claimed.has(source.folder) || (source.folder === '' && charted.length > 0)) continue;
    const service = draft(kubeName(source.names[0] ?? nameOfRoot));
    service.folders.add(source.folder);
    service.because.add(source.because);
  }
}

/** A program at the root has what nobody else has; `**` would take every change of every service for one of its own. */
function withRootPaths(services: readonly DiscoveredService[], files: readonly string[]): DiscoveredService[] {
  const folders = services.flatMap(({ paths }) =>
    paths.filter((path) => path !== '**').map((path) => path.replace(/\/\*\*$/, '')),
  );
  const manifests = services.flatMap((one) => [...one.manifests.staging, ...one.manifests.production]);
  return services.map((service) => {
    if (!service.paths.includes('**') || folders.length === 0) return service;
    const own = rootPaths(files, folders, manifests);
    return { ...service, paths: own.length === 0 || own.length > 40 ? ['**'] : own };
  });
}

function finish(
  item: Draft,
  files: readonly string[],
  texts: ReadonlyMap<string, string>,
  overlays: ReturnType<typeof kustomizations>,
  all: readonly (readonly string[])[],
): DiscoveredService {
  const { name, workloads, because, chart } = item;
  const rendered = renderedFrom(item, files, texts, overlays, all);
  const plain = workloads.filter(({ file }) => !overlays.covers(file));
  const manifests = manifestsOf({ ...item, workloads: plain }, files, texts);
  const isPlain = manifests.production.length > 0 && (rendered === undefined || chart !== undefined);
  const containers = workloads[0]?.containers ?? [];
  const own =
    containers.find((container) => container.name === name || kubeName(imageName(container.image)) === name) ??
    containers[0];
  const paths = [...item.folders].map((folder) => (folder === '' ? '**' : `${folder}/**`)).sort();
  return {
    name,
    paths: paths.includes('**') ? ['**'] : paths,
    manifests,
    ...(containers.length > 1 && own ? { container: own.name } : {}),
    ...(own ? { image: own.image } : {}),
    because: [...because],
    ...(rendered === undefined || isPlain ? {} : { rendered }),
    ...(isRolledOutByOthers(item)
      ? {
          obstacle:
            'it is a Rollout, which Argo Rollouts rolls out by itself; two controllers would divide its requests',
        }
      : {}),
  };
}

function isRolledOutByOthers({ workloads }: Pick<Draft, 'workloads'>): boolean {
  return workloads.length > 0 && workloads.every(({ kind }) => kind === 'Rollout');
}

/** The overlays that its workload is part of; else its chart. */
function renderedFrom(
  { workloads, chart }: Draft,
  files: readonly string[],
  texts: ReadonlyMap<string, string>,
  overlays: ReturnType<typeof kustomizations>,
  all: readonly (readonly string[])[],
): RenderedFrom | undefined {
  const own = workloads.map(({ file }) => file);
  return overlays.forService(own, all) ?? (chart === undefined ? undefined : chartSource(chart, files, texts));
}

/** Files with the workload, and files beside it with objects of the same name, such as its Service and ConfigMap. */
function manifestsOf(
  item: Draft,
  files: readonly string[],
  texts: ReadonlyMap<string, string>,
): DiscoveredService['manifests'] {
  const own = new Set(item.workloads.map((workload) => workload.file));
  const folders = new Set([...own].map(folderOf));
  const beside = files.filter((file) => {
    if (own.has(file) || !folders.has(folderOf(file)) || !/\.ya?ml$/.test(file)) return false;
    const objects = readObjects(texts.get(file) ?? '');
    return (
      objects.length > 0 &&
      objects.every((object) => object.name === item.name || object.name.startsWith(`${item.name}-`))
    );
  });
  const all = [...own, ...beside].sort();
  const of = (environment: 'staging' | 'production') => {
    const fitting = all.filter((file) => (environmentOf(file) ?? environment) === environment);
    const dropped = copies(fitting.filter((file) => own.has(file)));
    return fitting.filter((file) => !dropped.has(folderOf(file)) && !dropped.has(file));
  };
  return { staging: of('staging'), production: of('production') };
}

/**
 * Files and folders that hold a further definition of one workload. The one that counts names its environment, else is a file of its
 * own beside others of its kind, else the first; a bundle that a build writes (`release/`, `dist/`) comes last.
 */
function copies(own: readonly string[]): ReadonlySet<string> {
  if (own.length < 2) return new Set();
  const rank = (file: string) =>
    (environmentOf(file) === undefined ? 4 : 0) +
    (/(^|\/)(releases?|dist|build|generated|rendered)\//.test(file) ? 2 : 0) +
    (/(^|\/)(all|bundle|release|install|kubernetes-manifests)\.ya?ml$/.test(file) ? 1 : 0);
  const [first, ...others] = [...own].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return new Set(
    others.flatMap((file) => (folderOf(file) === folderOf(first ?? '') ? [file] : [file, folderOf(file)])),
  );
}

function sharedCode(
  services: readonly DiscoveredService[],
  packages: readonly WorkspacePackage[],
  files: readonly string[],
): Discovery['shared'] {
  const users = new Map<WorkspacePackage, string[]>();
  for (const service of services) {
    const own = packages.filter((item) => service.paths.includes(`${item.folder}/**`));
    for (const dependency of new Set(own.flatMap((item) => reachable(item, packages)))) {
      if (service.paths.includes(`${dependency.folder}/**`)) continue;
      users.set(dependency, [...(users.get(dependency) ?? []), service.name]);
    }
  }
  const taken = [
    ...services.flatMap(({ paths }) => paths.map((path) => path.replace(/\/\*\*$/, ''))),
    ...packages.map(({ folder }) => folder),
  ];
  const byName = services.length < 2 ? [] : sharedFolders(files, taken);
  return [
    ...[...users].map(([item, usedBy]) => ({ name: item.name, paths: [`${item.folder}/**`], usedBy })),
    ...byName.map((folder) => ({ name: folder, paths: [`${folder}/**`], usedBy: services.map(({ name }) => name) })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function notesOn(services: readonly DiscoveredService[]): string[] {
  return services.flatMap((service) => [
    ...(service.paths.length === 0
      ? [`${service.name}: no folder was found that its image is built from; name its paths`]
      : []),
    ...(service.rendered === undefined ? [] : [`${service.name}: ${service.rendered.because}`]),
    ...(service.obstacle === undefined ? [] : [`${service.name}: ${service.obstacle}`]),
    ...(service.rendered === undefined && service.manifests.production.length === 0
      ? [`${service.name}: no manifest for production was found`]
      : []),
    ...(service.rendered === undefined &&
    service.manifests.production.length > 0 &&
    service.manifests.staging.length === 0
      ? [`${service.name}: no manifest for staging was found`]
      : []),
  ]);
}

/** A name as Kubernetes takes it: lower case, digits and dashes, at most 53 characters. What no key of relctl.yaml may be called gets more. */
export function kubeName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/^@[^/]*\//, '')
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 53)
    .replace(/^-+|-+$/g, '');
  return plain === 'constructor' || plain === 'prototype' ? `${plain}-service` : plain;
}
