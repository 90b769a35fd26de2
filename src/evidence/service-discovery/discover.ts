import type { HookChoice } from '../../plan/source-settings.ts';
import { unixLines } from '../../text/line-ends.ts';
import { folderOf, roleOf } from '../impact/paths.ts';
import { chartSource } from './chart-source.ts';
import { isInChart } from './charts.ts';
import { type Draft, isRolledOutByOthers } from './draft.ts';
import { draftsOf } from './drafts.ts';
import { kustomizations, kustomizeFolder } from './kustomizations.ts';
import { kubeName } from './names.ts';
import { manifestsOf, type PlainManifests } from './plain-manifests.ts';
import type { RenderedFrom } from './rendered-from.ts';
import { ownJobs } from './run-once.ts';
import { isDockerfile } from './sources.ts';
import { objectsOf, type Traffic, trafficOf } from './traffic.ts';
import { rootPaths, sharedFolders } from './undeployed.ts';
import { environmentOf, imageName } from './workloads.ts';
import { dotnetProjects, reachable, type WorkspacePackage, workspacePackages } from './workspaces.ts';

/** What services are found from: the files at a commit. */
export interface DiscoverySource {
  readonly files: readonly string[];
  /** What the repository is called. */
  readonly name?: string;
  /** Folder of the chart that installs the product, where somebody says that one does and not its other manifests. */
  readonly chart?: string | undefined;
  /** Texts of files, as many as there are. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** A service, as relctl.yaml wants it, with what it was concluded from. */
export interface DiscoveredService {
  readonly name: string;
  readonly paths: readonly string[];
  /** Manifests by environment; empty when none was found. */
  readonly manifests: PlainManifests;
  /** What stands in for each Job of its plain manifests that runs its image, by `Kind/name`; left out where there is none. */
  readonly jobs?: Readonly<Record<string, HookChoice>>;
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
  /** Charts that install services which other manifests run too: which of the two production has, only people know. */
  readonly charts: readonly { readonly folder: string; readonly services: readonly string[] }[];
  /** What a person should look at, one sentence each. */
  readonly notes: readonly string[];
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
        /\.ya?ml$|\.csproj$|(^|\/)templates\/.*\.tpl$/.test(file) ||
        /(^|\/)(package\.json|go\.mod|\.env)$/.test(file) ||
        isDockerfile(file),
    ),
  );
  const texts = new Map([...read].map(([file, text]) => [file, unixLines(text)]));
  const packages = [...workspacePackages(files, texts), ...dotnetProjects(files, texts)];
  const { drafts, charts, others } = draftsOf({ files, texts, packages, name: source.name });
  const overlays = kustomizations(files, texts);

  const production = [...texts]
    .filter(([file]) => !isInChart(file, charts) && /^production$|^$/.test(environmentOf(file) ?? ''))
    .map((one) => ({ file: one[0], objects: objectsOf([one]) }));
  // What an overlay does not render is not there: a route may stand in a component that nobody includes.
  const besideOf = ({ rendered }: DiscoveredService) => {
    const source = rendered?.production;
    const isThere = (file: string) =>
      source === undefined || kustomizeFolder(source) === undefined || overlays.isIn(file, source);
    return production.filter(({ file }) => isThere(file)).flatMap(({ objects }) => objects);
  };
  const own = [...drafts.values()].map(({ workloads: run }) => run.map(({ file }) => file));
  const chosen = others.find(({ chart }) => folderOf(chart) === source.chart);
  const services = [...drafts.values()]
    .map((item) => {
      const finished = finish(item, files, texts, overlays, own);
      const service =
        chosen?.services.includes(item.name) === true
          ? ofChart(finished, chartSource(chosen.chart, files, texts))
          : finished;
      return { ...service, ...trafficOf(item.workloads[0]?.name ?? '', besideOf(service)) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const placed = withRootPaths(withoutOtherWays(services, drafts), files);
  return {
    services: placed,
    shared: sharedCode(placed, packages, files),
    charts: others.map(({ chart, services: installed }) => ({ folder: folderOf(chart), services: installed })),
    notes: notesOn(placed),
  };
}

/**
 * Where most of a product is rendered from overlays, a folder of plain manifests that holds the same services is another way to install it: what only
 * stands there is not taken from it, or what both hold would be applied twice.
 */
function withoutOtherWays(
  services: readonly DiscoveredService[],
  drafts: ReadonlyMap<string, Draft>,
): readonly DiscoveredService[] {
  const rendered = services.filter((one) => one.rendered !== undefined);
  const plain = services.filter((one) => one.rendered === undefined && one.manifests.production.length > 0);
  if (rendered.length <= plain.length) return services;
  const elsewhere = new Set(
    rendered.flatMap(({ name }) => (drafts.get(name)?.workloads ?? []).map(({ file }) => folderOf(file))),
  );
  return services.map((one): DiscoveredService => {
    const folder = folderOf(one.manifests.production[0] ?? '');
    if (!plain.includes(one) || !elsewhere.has(folder) || one.obstacle !== undefined) return one;
    return {
      ...one,
      obstacle: `the overlays do not render it, and ${folder || 'the root'} is another way to install what they render; name its own manifests if production has it`,
    };
  });
}

/** The service as its chart renders it. */
function ofChart(service: DiscoveredService, rendered: RenderedFrom | undefined): DiscoveredService {
  return rendered === undefined ? service : { ...service, rendered };
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
  const jobs = isPlain || rendered === undefined ? ownJobs(workloads, manifests.production, texts) : {};
  const paths = [...item.folders].map((folder) => (folder === '' ? '**' : `${folder}/**`)).sort();
  return {
    name,
    paths: paths.includes('**') ? ['**'] : paths,
    manifests,
    ...(Object.keys(jobs).length === 0 ? {} : { jobs }),
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
    ...byName.map((folder) => ({ name: folder, paths: [`${folder}/**`], usedBy: usersBeside(folder, services) })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Who may be built from shared code: the services around it, or all where there are none. */
function usersBeside(folder: string, services: readonly DiscoveredService[]): string[] {
  const parent = folderOf(folder);
  const around = services.filter(
    ({ paths }) => parent === '' || paths.some((path) => path === '**' || path.startsWith(`${parent}/`)),
  );
  return (around.length > 0 ? around : services).map(({ name }) => name);
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
