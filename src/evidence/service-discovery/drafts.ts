import { isInfrastructureImage, ownerOf } from '../images.ts';
import { folderOf, isComposeFile, isForDevelopers } from '../impact/paths.ts';
import { asPublished, calledAs, nameInFolder, rootName } from './called-as.ts';
import { chartName, chartsIn, imageOfChart, isInChart, programsOfChart, servicesOfChart } from './charts.ts';
import { developersBuilds } from './developers.ts';
import type { Draft } from './draft.ts';
import { foreignNames, isExtra, isOfOthers } from './foreign.ts';
import { addSources, type Sources } from './home-folders.ts';
import { patchFiles } from './kustomizations.ts';
import { kubeName } from './names.ts';
import { composeFolders, dockerFolders, programFolders, type SourceFolder } from './sources.ts';
import { rootProgram, undeployedPrograms } from './undeployed.ts';
import { environmentOf, imageName, workloadsIn } from './workloads.ts';
import type { WorkspacePackage } from './workspaces.ts';

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
  const ofDevelopers = new Set(
    files.filter(isComposeFile).flatMap((file) => developersBuilds(file, texts.get(file) ?? '', files)),
  );
  const released = files.filter((file) => !ofDevelopers.has(file));
  const folders = withoutDevelopers([
    ...dockerFolders(released, texts),
    ...files
      .filter(isComposeFile)
      .flatMap((file) => composeFolders(file, texts.get(file) ?? '', released, envBeside(file, texts), texts)),
  ]);
  const ofPackage = rootName(texts);
  // The package `shop-client` at the root of `shop` is the front end that is built with it.
  const isPart = name !== undefined && ofPackage?.startsWith(`${name}-`) === true;
  const namesOfRoot = (isPart ? [name, ofPackage] : [ofPackage, name]).filter((one) => one !== undefined);
  const ofProduct = new Set([...folders.flatMap(({ names }) => names), ...namesOfRoot].map(kubeName));
  // What a product that builds its images may be extended with, as far as that is none of these images.
  const isOthersExtra = (file: string, names: readonly string[]) =>
    folders.length > 0 && isExtra(file) && !names.some((one) => ofProduct.has(kubeName(one)));
  const charts = chartsIn(files).filter((file) => !isOthersExtra(file, [imageName(imageOfChart(file, texts) ?? '')]));
  const patches = patchFiles(files, texts);
  const workloads = files.flatMap((file) =>
    isInChart(file, charts) || patches.has(file) || CALLED_PATCH.test(file) || environmentOf(file) === 'other'
      ? []
      : workloadsIn(file, texts.get(file) ?? '').filter(
          (one) => !isOthersExtra(file, [one.name, ...one.containers.map(({ image }) => imageName(image))]),
        ),
  );
  const drafts = new Map<string, Draft>();
  const draft = (name: string): Draft => {
    const known = drafts.get(name) ?? {
      name,
      folders: new Set<string>(),
      workloads: [],
      because: new Set<string>(),
      called: new Set<string>(),
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
    const programs = names.length > 0 ? [] : programsOfChart(chart, files, texts);
    return {
      chart,
      names,
      programs: programs.length > 1 ? programs : [],
      root: names.find((one) => one === root && !known.has(one)),
    };
  });
  const owners = new Set(bundles.flatMap(({ programs }) => programs.map(({ image }) => ownerOf(image))));
  const installs = new Map(bundles.map(({ chart, names }) => [chart, new Set(names)]));
  for (const { chart, names, programs } of bundles) {
    for (const program of programs) {
      const service = draft(kubeName(program.name));
      service.because.add(program.template);
      service.called.add(kubeName(imageName(program.image)));
      installs.get(chart)?.add(service.name);
      if (service.workloads.length === 0) service.chart = chart;
    }
    const own = names.length > 0 || programs.length > 0 ? undefined : chartName(chart, files, texts);
    if (own === undefined) continue;
    const reference = imageOfChart(chart, texts) ?? '';
    // Beside the chart of the product, one of an image of others is what the product is extended with.
    const isOfNobodyHere = isOfOthers(reference, owners) || (owners.size > 0 && isInfrastructureImage(reference));
    if (reference !== '' && !built.has(own) && isOfNobodyHere) continue;
    const image = imageName(reference);
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
  const sources: Sources = {
    files,
    built: folders,
    // A store that the repository fills and that its manifests run is released from here like any program.
    stores: dockerFolders(files).filter(({ because }) => folders.every((one) => one.because !== because)),
    programs: programFolders(files),
    undeployed: () => undeployedPrograms(files, texts, folders, packages).map(asPublished(texts, namesOfRoot)),
    namesOfRoot,
    rootProgram: rootProgram(files, texts),
    rootOfChart: bundles.find(({ root }) => root !== undefined)?.root,
  };
  addSources(drafts, sources, draft);
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

/** What a developer's machine builds says nothing where something else is built too. */
function withoutDevelopers(folders: readonly SourceFolder[]): readonly SourceFolder[] {
  const released = folders.filter(
    ({ because, folder }) =>
      !isForDevelopers(because) && !isForDevelopers(`${folder}/Dockerfile`) && !OF_DEVELOPERS.test(because),
  );
  return released.length > 0 ? released : folders;
}

/** A Dockerfile that says it is for developers. */
const OF_DEVELOPERS = /(^|\/)(Dockerfile|Containerfile)\.(dev|devel|development|local)$/;

/** A patch that its kustomization names no more. */
const CALLED_PATCH = /(^|[._/-])patch(es)?([._/-]|$)/i;

const isRunBy = ({ workloads }: Draft, image: string): boolean =>
  workloads.some(({ containers }) => containers.some((one) => imageName(one.image) === image));

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
