import { baseName, folderOf } from '../impact/paths.ts';
import { holdsCode, procfileFolders, programFolders, type SourceFolder } from './sources.ts';
import { reachable, type WorkspacePackage } from './workspaces.ts';

/**
 * The programs of a product without Kubernetes manifests: what it builds images of; else what it starts by a Procfile; else the
 * packages of its workspace that no other is built from; else the folders that hold a program.
 * @param built folders that an image is built from, those of compose files first
 */
export function undeployedPrograms(
  files: readonly string[],
  texts: ReadonlyMap<string, string>,
  built: readonly SourceFolder[],
  packages: readonly WorkspacePackage[],
): readonly SourceFolder[] {
  const programs = built.filter(({ names: [name = ''] }) => !LOADS.test(name) && !IN_OTHERS.test(name));
  // The site of a product's documentation is released with it only where there is nothing else.
  const sites = files.filter((file) => SITE.test(file)).map((file) => `${folderOf(file)}/`);
  const apart = programs.filter(({ folder }) => !sites.some((site) => site !== '/' && `${folder}/`.startsWith(site)));
  const released = apart.length > 0 ? apart : programs;
  const composed = released.filter(({ because }) => /\.ya?ml$/.test(because));
  // A compose file names the programs of a folder better than the folder's own name does.
  const rest = released.filter(
    (one) => !composed.includes(one) && !composed.some(({ folder }) => folder === one.folder),
  );
  // Beside these, a Dockerfile without code of its own packs the same programs once more: all in one, or for another registry.
  const isOwn = ({ folder }: SourceFolder) => composed.length === 0 || folder === '' || holdsCode(folder, files);
  const found = [...composed, ...withoutNested(rest.filter(isOwn))];
  const outermost = withoutNested(programFolders(files).filter(({ folder }) => !HELPS.test(baseName(folder))));
  const isJoined = files.some((file) => JOINS.test(file)) && outermost.length > 1;
  // One Dockerfile apart from the sources may build each module of a product; what a compose file builds by it has a name there.
  const isForAll =
    isJoined && composed.length === 0 && found.every(({ folder, because }) => folder === '' && because.includes('/'));
  if (found.length > 0 && !isForAll) return found;
  const web = files.filter((file) => file.endsWith('.csproj') && RUNS.test(texts.get(file) ?? ''));
  if (web.length > 0)
    return web.map((file) => ({
      names: [baseName(file).replace(/\.csproj$/, '')],
      folder: folderOf(file),
      because: file,
    }));
  const started = procfileFolders(files);
  if (started.length > 0) return started;
  const used = new Set(packages.flatMap((one) => reachable(one, packages)));
  const apps = packages.filter((one) => !used.has(one) && !HELPS.test(baseName(one.folder)));
  if (apps.length > 0)
    return apps.map(({ name, folder }) => ({ names: [name], folder, because: `${folder}/package.json` }));
  if (outermost.length > 0 && (isJoined || !files.some((file) => ROOT_PROGRAM.test(file)))) return shortened(outermost);
  const root = rootProgram(files, texts);
  return root === undefined ? [] : [{ names: [], folder: '', because: root }];
}

/** The file that makes the root of a repository a program, where one does. */
export const rootProgram = (files: readonly string[], texts: ReadonlyMap<string, string>): string | undefined =>
  files.find((file) => ROOT_PROGRAM.test(file) && (file !== 'package.json' || STARTS.test(texts.get(file) ?? '')));

/** Settings of what makes a site of texts (gohugo.io, mkdocs.org, docusaurus.io, antora.org). */
const SITE = /(^|\/)(hugo\.(ya?ml|toml|json)|mkdocs\.ya?ml|docusaurus\.config\.[cm]?[jt]s|antora(-playbook)?\.ya?ml)$/;
/** Images that run in the pods of something else, or hold tools. */
const IN_OTHERS = /(^|-)(side-?car|toolkit)$/i;
/** What loads a product is released with it only where it is deployed with it. */
export const LOADS = /^load(-?gen(erator)?)?$/i;
const JOINS = /^(pom\.xml|build\.gradle(\.kts)?|settings\.gradle(\.kts)?)$/;
/** Projects of .NET that serve or work; others are libraries, and an AppHost starts the others on a developer's machine. */
const RUNS = /<Project\s+Sdk="Microsoft\.NET\.Sdk\.(?:Web|Worker)\b/;

/** Modules without the product's name, where each begins with it. */
function shortened(sources: readonly SourceFolder[]): SourceFolder[] {
  const names = sources.map(({ names: [name = ''] }) => name);
  let prefix = names[0] ?? '';
  while (prefix !== '' && !names.every((name) => name.startsWith(`${prefix}-`) && name.length > prefix.length + 1))
    prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('-')));
  return prefix === ''
    ? [...sources]
    : sources.map((one) => ({ ...one, names: one.names.map((name) => name.slice(prefix.length + 1)) }));
}

/** A package that can be started is a program; others are libraries or hold tools. */
const STARTS = /"(?:start|serve|preview)"\s*:/;
const HELPS = /^(e2e|docs?|examples?|tests?|scripts?|tools?|website|storybook|eslint.*|tsconfig.*|config|types)$/i;
const ROOT_PROGRAM =
  /^(package\.json|go\.mod|main\.go|pyproject\.toml|requirements\.txt|manage\.py|Gemfile|pom\.xml|build\.gradle(\.kts)?|Cargo\.toml|composer\.json|mix\.exs|[^/]+\.csproj)$/;

/** Folders that lie in none of the others; a helper's Dockerfile often lies inside the folder of the program that it helps. */
function withoutNested(sources: readonly SourceFolder[]): SourceFolder[] {
  return sources.filter(
    ({ folder, names }) =>
      !sources.some(
        (other) => other.folder !== '' && folder.startsWith(`${other.folder}/`) && !names.includes(other.folder),
      ),
  );
}

/** Folders by custom for code that several programs are built from. */
const SHARED = /^(libs?|shared|common|pkg|internal|protos?|pb|core)$/i;

/**
 * Folders beside the services that are shared by their name: all services are taken to be built from them.
 * @param taken folders that services or packages of a workspace have
 */
export function sharedFolders(files: readonly string[], taken: readonly string[]): readonly string[] {
  const parents = new Set(['', ...taken.map(folderOf)]);
  const folders = new Set<string>();
  for (const file of files) {
    const parts = file.split('/');
    for (let depth = 1; depth < Math.min(parts.length, 4); depth += 1) {
      const folder = parts.slice(0, depth).join('/');
      if (SHARED.test(parts[depth - 1] ?? '') && parents.has(folderOf(folder))) folders.add(folder);
    }
  }
  return [...folders].filter(
    (folder) => !taken.some((own) => own === folder || own.startsWith(`${folder}/`) || folder.startsWith(`${own}/`)),
  );
}

/**
 * What a program at the root is made of: the entries of the root that belong to nobody else and are neither manifests nor hidden. Of a folder in which
 * others have theirs it has the rest.
 */
export function rootPaths(
  files: readonly string[],
  others: readonly string[],
  manifests: readonly string[],
  folder = '',
): string[] {
  const entries = new Map<string, string[]>();
  for (const file of files) {
    const end = file.indexOf('/', folder.length);
    const entry = end === -1 ? file : file.slice(0, end);
    if (!entry.slice(folder.length).startsWith('.')) entries.set(entry, [...(entries.get(entry) ?? []), file]);
  }
  return [...entries]
    .filter(([entry]) => !others.includes(entry))
    .filter(([, own]) => !own.every((file) => manifests.includes(file) || /\.(ya?ml|tpl)$/.test(file)))
    .flatMap(([entry, own]) => {
      if (own.length === 1 && own[0] === entry) return [entry];
      return others.some((one) => one.startsWith(`${entry}/`))
        ? rootPaths(own, others, manifests, `${entry}/`)
        : [`${entry}/**`];
    })
    .sort();
}
