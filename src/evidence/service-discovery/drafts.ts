import { isInfrastructureImage, ownerOf } from '../images.ts';
import { isYaml } from '../impact/manifests/objects.ts';
import { baseName, folderOf, isComposeFile } from '../impact/paths.ts';
import { chartName, chartsIn, imageOfChart, isInChart, servicesOfChart } from './charts.ts';
import { foreignNames, imagesOf, isOfOthers, isStore } from './foreign.ts';
import { patchFiles } from './kustomizations.ts';
import { kubeName } from './names.ts';
import {
  codeFolders,
  composeFolders,
  dockerFolders,
  GENERIC,
  holdsCode,
  programFolders,
  type SourceFolder,
} from './sources.ts';
import { rootProgram, undeployedPrograms } from './undeployed.ts';
import { environmentOf, imageName, type Workload, workloadsIn } from './workloads.ts';
import type { WorkspacePackage } from './workspaces.ts';

/** A service while it is being found. */
export interface Draft {
  readonly name: string;
  readonly folders: Set<string>;
  readonly workloads: Workload[];
  readonly because: Set<string>;
  chart: string | undefined;
}

/** Where services are looked for. */
interface Repository {
  readonly files: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
  readonly packages: readonly WorkspacePackage[];
  /** What it is called. */
  readonly name: string | undefined;
}

/** A chart that installs services which other manifests of the repository run too. */
export interface OtherChart {
  /** Its Chart.yaml. */
  readonly chart: string;
  readonly services: readonly string[];
}

/** The services of a repository by name, with what runs them and where their sources lie, and its charts. */
export function draftsOf({ files, texts, packages, name }: Repository): {
  readonly drafts: ReadonlyMap<string, Draft>;
  readonly charts: readonly string[];
  readonly others: readonly OtherChart[];
} {
  const folders = [
    ...dockerFolders(files, texts),
    ...files
      .filter(isComposeFile)
      .flatMap((file) => composeFolders(file, texts.get(file) ?? '', files, envBeside(file, texts), texts)),
  ];
  const charts = chartsIn(files);
  const patches = patchFiles(files, texts);
  const workloads = files.flatMap((file) =>
    isInChart(file, charts) || patches.has(file) || CALLED_PATCH.test(file) || environmentOf(file) === 'other'
      ? []
      : workloadsIn(file, texts.get(file) ?? ''),
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
    const service = draft(kubeName(calledAs(workload, folders)));
    service.workloads.push(workload);
    service.because.add(workload.file);
  }
  const built = new Set(
    [...folders, ...dockerFolders(files)].flatMap(({ names, folder }) => (folder === '' ? [] : names.map(kubeName))),
  );
  const known = new Set([...drafts.keys(), ...built]);
  // A chart beside a program at the root is called as that program is, where one of its templates is too.
  const isRootBuilt = folders.some(({ folder }) => folder === '');
  const bundles = charts.map((chart) => {
    const root = isRootBuilt ? chartName(chart, files, texts) : undefined;
    const names = servicesOfChart(chart, files, root === undefined ? known : new Set([...known, root]));
    return { chart, names, root: names.find((one) => one === root && !known.has(one)) };
  });
  const installs = new Map(bundles.map(({ chart, names }) => [chart, new Set(names)]));
  for (const { chart, names } of bundles) {
    const own = names.length > 0 ? undefined : chartName(chart, files, texts);
    if (own === undefined) continue;
    const image = imageName(imageOfChart(chart, texts) ?? '');
    // A chart that installs what a manifest runs is one more way to install that.
    const same = [...drafts.values()].filter((one) => image !== '' && isRunBy(one, image));
    if (same.length === 1 && !drafts.has(own)) {
      same[0]?.because.add(chart);
      installs.get(chart)?.add(same[0]?.name ?? '');
      continue;
    }
    const service = draft(nameInFolder(own, chart, folders));
    service.because.add(chart);
    service.chart = chart;
    installs.get(chart)?.add(service.name);
    service.folders.add(folderOf(chart));
  }
  const programs = programFolders(files);
  const namesOfRoot = [rootName(texts), name].filter((one) => one !== undefined);
  addSources(
    folders,
    // A store that the repository fills and that its manifests run is released from here like any program.
    dockerFolders(files).filter(({ because }) => folders.every((one) => one.because !== because)),
    programs,
    files,
    drafts,
    () => undeployedPrograms(files, texts, folders, packages).map(asPublished(texts, namesOfRoot)),
    draft,
    namesOfRoot,
    rootProgram(files, texts),
    bundles.find(({ root }) => root !== undefined)?.root,
  );
  // A chart of the whole product renders those of its services that have no manifests of their own.
  for (const { chart, names } of bundles)
    for (const service of names.flatMap((one) => drafts.get(one) ?? [])) {
      if (service.workloads.length > 0 || service.chart !== undefined) continue;
      service.chart = chart;
      service.because.add(chart);
    }
  const foreign = foreignNames([...drafts.values()], built, kubeName(name ?? ''));
  for (const one of foreign) drafts.delete(one);
  const others = charts.flatMap((chart): OtherChart[] => {
    const services = [...(installs.get(chart) ?? [])].filter((one) => (drafts.get(one)?.workloads.length ?? 0) > 0);
    return services.length === 0 ? [] : [{ chart, services: services.sort() }];
  });
  return { drafts, charts, others };
}

/** A patch that its kustomization names no more. */
const CALLED_PATCH = /(^|[._/-])patch(es)?([._/-]|$)/i;

/** Names that say what kind of object it is; kustomizations put the product's name before them. */
const SAYS_KIND = /^(deploy(ment)?|stateful-?set|sts|daemon-?set|ds|workload|(controller-?)?manager|controller)$/i;

/** A workload that is called `deployment` or `controller-manager` is named after what it runs, or after the folder that builds this. */
function calledAs(workload: Workload, built: readonly SourceFolder[]): string {
  const { name, containers, file } = workload;
  if (!SAYS_KIND.test(name)) return withoutVersion(workload);
  const around = built.find(({ folder }) => folder !== '' && file.startsWith(`${folder}/`));
  const own = containers.filter(({ image }) => !isInfrastructureImage(image)).map(({ image }) => imageName(image));
  return (
    [...own, around?.names[0] ?? ''].find((one) => one !== '' && !SAYS_KIND.test(one) && !GENERIC.test(one)) ?? name
  );
}

/** `reviews-v1` and `reviews-v2` are two versions of the service that their pods, or the image that both run, are called after. */
function withoutVersion({ name, containers, called = [] }: Workload): string {
  const service = /^(.+)-v\d+$/.exec(name)?.[1];
  const names = [...called, ...containers.map(({ image }) => imageName(image))];
  return service !== undefined && names.includes(service) ? service : name;
}

/** `acme-shop-cart-chart` in the folder that builds `cart` is called as the folder is. */
function nameInFolder(name: string, chart: string, built: readonly SourceFolder[]): string {
  const around = built.find(({ folder }) => folder !== '' && folderOf(chart).startsWith(`${folder}/`));
  const short = kubeName(around?.names[0] ?? '');
  return short !== '' && `-${name}-`.includes(`-${short}-`) ? short : name;
}

const isRunBy = ({ workloads }: Draft, image: string): boolean =>
  workloads.some(({ containers }) => containers.some((one) => imageName(one.image) === image));

/** What a Dockerfile calls `agent` is called `shop-agent` where a manifest or compose file for users runs the product's image of that name. */
function asPublished(
  texts: ReadonlyMap<string, string>,
  namesOfRoot: readonly string[],
): (source: SourceFolder) => SourceFolder {
  const run = new Set(
    [...texts].flatMap(([file, text]) =>
      isYaml(file) ? [...text.matchAll(IMAGE)].map(([, image]) => imageName(image ?? '')) : [],
    ),
  );
  return (source) => {
    const own = source.names[0];
    // A name that a compose file gives is what people say.
    if (own === undefined || isYaml(source.because)) return source;
    const full = namesOfRoot.map((root) => `${root}-${own}`).find((one) => run.has(one));
    return full === undefined ? source : { ...source, names: [full, ...source.names] };
  };
}
const IMAGE = /^[ \t]*(?:-[ \t]+)?image:[ \t]*["']?([\w.\-/:@]+)/gm;

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

/** The image `argocd` is that of the repository `argo-cd`. */
const joined = (name: string): string => kubeName(name).replaceAll('-', '');

/** How many levels down sources are looked for by a name alone. */
const SOURCES_AT_MOST = 2;

/** What is called so is built into others. */
const OF_ALL = /^(libs?|shared|common|pkg|internal)$/;

/** Gives each service the folders of its name, image or nearest Dockerfile; without any workload, the programs are the services. */
function addSources(
  built: readonly SourceFolder[],
  stores: readonly SourceFolder[],
  programs: readonly SourceFolder[],
  files: readonly string[],
  drafts: Map<string, Draft>,
  undeployed: () => readonly SourceFolder[],
  draft: (name: string) => Draft,
  /** What the repository, its program at the root and a chart call this. */
  namesOfRoot: readonly string[],
  rootProgramFile: string | undefined,
  /** What a chart calls the program at the root, whatever compose files call it. */
  rootOfChart: string | undefined,
): void {
  const isDeployed = [...drafts.values()].some(({ workloads }) => workloads.length > 0);
  const charted = [...drafts.values()];
  const imageNames = (one: Draft) => imagesOf(one).map((image) => kubeName(imageName(image)));
  const prefixes = namesOfRoot.map((root) => `${kubeName(root)}-`);
  for (const service of drafts.values()) {
    const names = new Set([service.name, ...imageNames(service)]);
    // The image `shop-cart` of the product `shop` is built in `cart`.
    const short = new Set(
      [...names].flatMap((name) => prefixes.filter((one) => name.startsWith(one)).map((one) => name.slice(one.length))),
    );
    const named = (sources: readonly SourceFolder[], by = names) =>
      sources.filter((source) => source.names.some((name) => by.has(kubeName(name))));
    const around = built.filter(
      (source) =>
        source.folder !== '' &&
        service.workloads.some((w) => w.file.startsWith(`${source.folder}/`)) &&
        !isOnlyBeside(service, source, charted),
    );
    const found =
      [named(built), around, named(built, short), named(stores), named(programs)].find(
        (sources) => sources.length > 0,
      ) ?? [];
    for (const source of found) {
      service.folders.add(source.folder);
      service.because.add(source.because);
    }
  }
  // What the root builds, or is, is the one image that nothing else was found for; of several, the one that is called as the product is, and no store that others publish.
  const root = built.find((source) => source.folder === '')?.because ?? rootProgramFile;
  const owners = new Set(
    charted
      .filter(({ folders }) => folders.size > 0)
      .flatMap(imagesOf)
      .map(ownerOf),
  );
  const homeless = charted.filter(
    (one) =>
      one.folders.size === (one.chart === undefined ? 0 : 1) &&
      !isRolledOutByOthers(one) &&
      !isStore(one) &&
      !runsOnlyOthers(one, owners),
  );
  const imageOf = ({ workloads, name }: Draft) => imageName(workloads[0]?.containers[0]?.image ?? name);
  const isAlone = new Set(homeless.map(imageOf)).size === 1;
  const isOfRoot = (one: Draft) => isAlone || namesOfRoot.some((name) => joined(name) === joined(imageOf(one)));
  for (const service of root === undefined ? [] : homeless.filter(isOfRoot)) {
    service.folders.add('');
    service.because.add(root ?? '');
  }
  for (const service of homeless.filter(({ folders, chart }) => folders.size === (chart === undefined ? 0 : 1))) {
    const names = new Set([service.name, ...imageNames(service)]);
    for (const { folder, because } of codeFolders(files, 1).filter((one) => names.has(kubeName(one.folder)))) {
      service.folders.add(folder);
      service.because.add(because);
    }
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
  const found = undeployed();
  const [only, ...others] = found;
  const [chart, ...charts] = charted;
  // One program and one chart without sources: the chart installs the program.
  if (only !== undefined && others.length === 0 && charts.length === 0 && chart?.folders.size === 1) {
    if (only.folder !== '') chart.folders.add(only.folder);
    chart.because.add(only.because);
    return;
  }
  for (const source of found) {
    if (claimed.has(source.folder) || (source.folder === '' && charted.length > 0)) continue;
    const own = source.folder === '' ? rootOfChart : undefined;
    const name = kubeName(own ?? source.names[0] ?? namesOfRoot[0] ?? 'app');
    const service = draft(name);
    service.folders.add(source.folder);
    service.because.add(source.because);
    // Its Dockerfile lies apart from its sources: the one folder with code that is called as it is has them.
    if (source.folder === '' || holdsCode(source.folder, files) || OF_ALL.test(name)) continue;
    const [home, ...more] = codeFolders(files, SOURCES_AT_MOST).filter(
      (one) => kubeName(baseName(one.folder)) === name,
    );
    if (home !== undefined && more.length === 0) service.folders.add(home.folder);
  }
}

/** True for a store, and for what others publish, whose manifest lies in the folder of a program that needs it: the folder builds something else. */
function isOnlyBeside(service: Draft, source: SourceFolder, all: readonly Draft[]): boolean {
  if (isStore(service)) return true;
  const names = new Set(source.names.map(kubeName));
  const isBuiltHere = (one: Draft) => names.has(one.name) || imagesOf(one).some((image) => names.has(imageName(image)));
  const owners = new Set(all.filter(isBuiltHere).flatMap(imagesOf).map(ownerOf));
  return runsOnlyOthers(service, owners);
}

const runsOnlyOthers = (service: Draft, owners: ReadonlySet<string | undefined>): boolean =>
  imagesOf(service).length > 0 && imagesOf(service).every((image) => isOfOthers(image, owners));

/** True where another controller divides its requests. */
export function isRolledOutByOthers({ workloads }: Pick<Draft, 'workloads'>): boolean {
  return workloads.length > 0 && workloads.every(({ kind }) => kind === 'Rollout');
}
