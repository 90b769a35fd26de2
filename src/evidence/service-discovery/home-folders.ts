import { ownerOf } from '../images.ts';
import { baseName } from '../impact/paths.ts';
import { joined } from './called-as.ts';
import { type Draft, isRolledOutByOthers } from './draft.ts';
import { imagesOf, isOfOthers, isStore } from './foreign.ts';
import { kubeName } from './names.ts';
import { codeFolders, holdsCode, type SourceFolder } from './sources.ts';
import { imageName } from './workloads.ts';

/** Where sources may lie, and what the root is called. */
export interface Sources {
  readonly files: readonly string[];
  /** Folders that an image is built from. */
  readonly built: readonly SourceFolder[];
  /** Those of stores, which are released from here where manifests run them. */
  readonly stores: readonly SourceFolder[];
  readonly programs: readonly SourceFolder[];
  /** The programs of a product without any workload. */
  readonly undeployed: () => readonly SourceFolder[];
  /** What the repository, its program at the root and a chart call this. */
  readonly namesOfRoot: readonly string[];
  /** The file that makes the root a program. */
  readonly rootProgram: string | undefined;
  /** What a chart calls the program at the root, whatever compose files call it. */
  readonly rootOfChart: string | undefined;
}

/** Gives a service of that name, which is made where there is none. */
type Make = (name: string) => Draft;

/** Gives each service the folders of its name, image or nearest Dockerfile; without any workload, the programs are the services. */
export function addSources(drafts: ReadonlyMap<string, Draft>, sources: Sources, draft: Make): void {
  const charted = [...drafts.values()];
  const isDeployed = charted.some(({ workloads, called }) => workloads.length > 0 || called.size > 0);
  for (const service of charted) addBuilt(service, charted, sources);
  addHomes(charted, sources);
  const claimed = new Set(charted.flatMap(({ folders }) => [...folders]));
  if (isDeployed) addComposed(claimed, sources, draft);
  else addUndeployed(charted, claimed, sources, draft);
}

function add(service: Draft, { folder, because }: Pick<SourceFolder, 'folder' | 'because'>): void {
  service.folders.add(folder);
  service.because.add(because);
}

const namesOf = (service: Draft): ReadonlySet<string> =>
  new Set([service.name, ...imagesOf(service).map((image) => kubeName(imageName(image))), ...service.called]);

/** What its name, or that of an image that it runs, is built from; else the Dockerfile around its manifest; else a store, or a program of that name. */
function addBuilt(service: Draft, all: readonly Draft[], { built, stores, programs, namesOfRoot }: Sources): void {
  const names = namesOf(service);
  // The image `shop-cart` of the product `shop` is built in `cart`.
  const prefixes = namesOfRoot.map((root) => `${kubeName(root)}-`);
  const short = new Set(
    [...names].flatMap((name) => prefixes.filter((one) => name.startsWith(one)).map((one) => name.slice(one.length))),
  );
  const named = (sources: readonly SourceFolder[], by = names) =>
    sources.filter((source) => source.names.some((name) => by.has(kubeName(name))));
  const around = built.filter(
    (source) =>
      source.folder !== '' &&
      service.workloads.some((w) => w.file.startsWith(`${source.folder}/`)) &&
      !isOnlyBeside(service, source, all),
  );
  const found =
    [named(built), around, named(built, short), named(stores), named(programs)].find((sources) => sources.length > 0) ??
    [];
  for (const source of found) add(service, source);
}

const hasNone = ({ folders, chart }: Draft): boolean => folders.size === (chart === undefined ? 0 : 1);

/**
 * A home for what nothing was found for. What the root builds, or is, is the one image without sources; of several, the one that is called as
 * the product is, and no store that others publish. The rest has the folder with code that is called as it is.
 */
function addHomes(charted: readonly Draft[], { files, built, namesOfRoot, rootProgram }: Sources): void {
  const root = built.find((source) => source.folder === '')?.because ?? rootProgram;
  const owners = new Set(
    charted
      .filter(({ folders }) => folders.size > 0)
      .flatMap(imagesOf)
      .map(ownerOf),
  );
  const homeless = charted.filter(
    (one) => hasNone(one) && !isRolledOutByOthers(one) && !isStore(one) && !runsOnlyOthers(one, owners),
  );
  const imageOf = ({ workloads, name }: Draft) => imageName(workloads[0]?.containers[0]?.image ?? name);
  const isAlone = new Set(homeless.map(imageOf)).size === 1;
  const isOfRoot = (one: Draft) => isAlone || namesOfRoot.some((name) => joined(name) === joined(imageOf(one)));
  if (root !== undefined) for (const service of homeless.filter(isOfRoot)) add(service, { folder: '', because: root });
  for (const service of homeless.filter(hasNone)) {
    const names = namesOf(service);
    for (const one of codeFolders(files, 1).filter(({ folder }) => names.has(kubeName(folder)))) add(service, one);
  }
}

/** What compose builds and no manifest runs yet is a service that the manifests lack. */
function addComposed(claimed: ReadonlySet<string>, { built }: Sources, draft: Make): void {
  for (const source of built) {
    if (!/\.ya?ml$/.test(source.because) || source.folder === '' || claimed.has(source.folder)) continue;
    add(draft(kubeName(source.names[0] ?? baseName(source.folder))), source);
  }
}

/** How many levels down sources are looked for by a name alone. */
const SOURCES_AT_MOST = 2;

/** What part of a product it is, and not which. */
const SAYS_LESS = /^(api|app|backend|server|service|web)$/i;

/** What is called so is built into others. */
const OF_ALL = /^(libs?|shared|common|pkg|internal)$/;

/** Without any workload, the programs are the services. */
function addUndeployed(
  charted: readonly Draft[],
  claimed: ReadonlySet<string>,
  { files, undeployed, namesOfRoot, rootOfChart }: Sources,
  draft: Make,
): void {
  const found = undeployed();
  const [only, ...others] = found;
  const [chart, ...charts] = charted;
  // One program and one chart without sources: the chart installs the program.
  if (only !== undefined && others.length === 0 && charts.length === 0 && chart?.folders.size === 1) {
    if (only.folder !== '') chart.folders.add(only.folder);
    chart.because.add(only.because);
    return;
  }
  // Of several, the one that is only called `server` is what the one chart of the product installs.
  const ofChart = found.filter(({ folder, names: [name = ''] }) => folder !== '' && SAYS_LESS.test(name));
  const home =
    charts.length === 0 && ofChart.length === 1 && !claimed.has(ofChart[0]?.folder ?? '') ? ofChart[0] : undefined;
  if (chart !== undefined && home !== undefined) add(chart, home);
  for (const source of found) {
    if (chart !== undefined && source === home) continue;
    if (claimed.has(source.folder) || (source.folder === '' && charted.length > 0)) continue;
    const own = source.folder === '' ? rootOfChart : undefined;
    // The only program of a product is called as the product is, and not `api` after its folder.
    const ofProduct = found.length === 1 && SAYS_LESS.test(source.names[0] ?? '') ? namesOfRoot[0] : undefined;
    const name = kubeName(own ?? ofProduct ?? source.names[0] ?? namesOfRoot[0] ?? 'app');
    const service = draft(name);
    add(service, source);
    // Its Dockerfile lies apart from its sources: the one folder with code that is called as it is has them.
    if (source.folder === '' || holdsCode(source.folder, files) || OF_ALL.test(name)) continue;
    const [called, ...more] = codeFolders(files, SOURCES_AT_MOST).filter(
      (one) => kubeName(baseName(one.folder)) === name,
    );
    if (called !== undefined && more.length === 0) service.folders.add(called.folder);
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
