import { isStoreBuild } from '../images.ts';
import { scanYaml, type YamlLine } from '../impact/manifests/yaml-lines.ts';
import { baseName, folderOf, roleOf } from '../impact/paths.ts';

/** A folder that an image is built from. */
export interface SourceFolder {
  /** What the folder, the Dockerfile's suffix or the compose file calls it. */
  readonly names: readonly string[];
  /** Without a slash at its end; empty for the root of the repository. */
  readonly folder: string;
  /** File that says so. */
  readonly because: string;
}

/** Folders that hold sources by custom; they say nothing of what is built in them. */
const SAYS_NOTHING =
  /^(src|main|app|docker|docker-?build|build|deploy|deployment|container|containers|\.docker|images?|infra|packaging|extras?|rpm|deb|v\d+((alpha|beta)\d+)?)$/i;
/** What the one program of a repository is called where nobody thought of a name; what the product is called says more. */
export const GENERIC =
  /^(api|app|application|web|webapp|www|site|website|server|service|backend|main|api-?server|node)$/i;
/** Suffixes of Dockerfiles that say how an image is built, not what is in it. */
const VARIANT =
  /^(dev|development|devel|prod|production|staging|tests?|e2e|local|ci|base|debug|release|slim|alpine|debian|ubuntu|distroless|scratch|ubi\d*|rootless|hardened|arm64|arm|armhf|armv\d|amd64|x86|windows|nanoserver|multi|multiarch|buildx|cross|goreleaser|bun|pnpm|npm|yarn|deno|maven|gradle|bazel|nix|cypress|playwright|chromium|puppeteer|lint|docs|package|packaging|(multi|single)-?(process|arch|stage|container|node)|all-?in-?one|standalone|minimal|lite|full|rbenv|rvm|(ruby|python|node|java|php)-?\d[\d.]*|fpm|apache|cpu|gpu|cuda|default|latest|main|plus|build|solo|aio|runtime|run|demo|binary|jvm|legacy-jar|native(-\w+)?)$/i;
/** True for a suffix that says how an image is built, also in several words: `fpm-alpine`. */
const saysHow = (suffix: string): boolean =>
  VARIANT.test(suffix) || suffix.split('-').every((word) => VARIANT.test(word));
/** Suffixes of Dockerfiles whose image tries a program. */
const OF_TESTS = /^(tests?|e2e|cypress|playwright|lint)$/i;
const TOOL =
  /^(genproto|gen-?proto|protoc|protobuf|codegen|generator|chromium|cypress|playwright|e2e|ui-?tests?|pnpm|npm|yarn|bun|devcontainer|toolbox|builder|lint(er)?|ci|hack|make|scripts?|(dev-?)?tools?|cli|kubectl-[\w-]+|debug(ger)?(-[\w-]+)?|setup|installer|load-?test(s|ing)?|k6|([\w.-]+[-.])?(db-?)?(migrat(e|or|ions?)|seed(er)?|init-?db|init))$/i;
/** The same in several words: `SeederApi`, `DbMigratorUtility`. */
const TOOL_OF_WORDS = /(^|-)(migrator|seeder)-(api|cli|utility|util|tool|job|runner|console|service)$/i;
/** Folders for what is not the product: tools, what others contribute, and what runs on a developer's machine. */
const BESIDE_PRODUCT = /^(hack|scripts?|tools?|contrib|_?local|kind|minikube)$/i;
/** True for what helps to build or test the product, or runs once and ends; it is not released. */
export const isTool = (name: string): boolean =>
  TOOL.test(name) || TOOL_OF_WORDS.test(name.replace(/([a-z0-9])([A-Z])/g, '$1-$2'));
/**
 * Folders with a Dockerfile. `docker/api/Dockerfile` and a root `Dockerfile.api` name `api`; a root Dockerfile builds the repository.
 * @param texts of Dockerfiles, by path: what is built upon a database is none of the product's programs
 */
export function dockerFolders(
  files: readonly string[],
  texts: ReadonlyMap<string, string> = new Map(),
): SourceFolder[] {
  const found = files.flatMap((file): SourceFolder[] => {
    const match = DOCKERFILE.exec(baseName(file));
    if (match === null || roleOf(file) !== 'product' || isStoreBuild(texts.get(file))) return [];
    // `Dockerfile.worker.alpine.rootless` says how after it said what.
    const suffixes = (match[1] ?? match[2] ?? '').split('.').filter((part) => part !== '');
    const suffix = suffixes.find((part) => !saysHow(part)) ?? suffixes[0];
    if (suffix !== undefined && OF_TESTS.test(suffix)) return [];
    const isVariant = suffix !== undefined && saysHow(suffix);
    if (isVariant && !/^(prod|production|release)$/i.test(suffix) && hasPlain(file, files)) return [];
    const parts = folderOf(file)
      .split('/')
      .filter((part) => part !== '');
    const own = parts.filter((part) => !SAYS_NOTHING.test(part) && !VARIANT.test(part)).at(-1);
    const isApart = /^(docker|deploy|build|infra|containers?|\.docker|images?|packaging|extras?)$/i.test(
      parts[0] ?? '',
    );
    const names = [...(suffix !== undefined && !isVariant ? [suffix] : []), ...(own === undefined ? [] : [own])];
    if ((names[0] !== undefined && isTool(names[0])) || parts.some((part) => BESIDE_PRODUCT.test(part))) return [];
    if (isVariant && names.length === 0) return [];
    if (match[2] !== undefined && packsAgain(match[2], folderOf(file), files)) return [];
    return [
      {
        names,
        folder: isApart
          ? ''
          : parts
              .slice(
                0,
                1 +
                  Math.max(
                    0,
                    parts.findLastIndex((part) => !SAYS_NOTHING.test(part)),
                  ),
              )
              .join('/'),
        because: file,
      },
    ];
  });
  // Where all that there is says how it is built, it is one program in several ways.
  const way = found.length > 0 ? undefined : files.find((file) => WAY.test(file) && !isStoreBuild(texts.get(file)));
  return way === undefined ? found : [{ names: [], folder: '', because: way }];
}

/** True for `shop-solo.dockerfile` beside `shop.dockerfile`: the same program in another way. */
function packsAgain(name: string, folder: string, files: readonly string[]): boolean {
  const [, program, way = ''] = /^(.+)-(\w+)$/.exec(name) ?? [];
  const isProgram = (file: string) => folderOf(file) === folder && DOCKERFILE.exec(baseName(file))?.[2] === program;
  return VARIANT.test(way) && files.some(isProgram);
}

/** A Dockerfile at the root, or in a folder for Dockerfiles, that builds the one program in some way. */
const WAY =
  /^((\.?docker|containers?|build|deploy)\/)?((Dockerfile|Containerfile)\.(default|prod|production|release|latest|main|slim|alpine|debian|ubuntu)|(default|prod|production|release|latest|main|slim|alpine|debian|ubuntu)\.[Dd]ockerfile)$/;

/** `Dockerfile`, `Dockerfile.api`, `Dockerfile.api.alpine`, `api.Dockerfile`. What others are written from (`Dockerfile.j2`) builds nothing itself. */
const DOCKERFILE =
  /^(?:Dockerfile|Containerfile)(?:\.(?!(?:[\w.-]+\.)?(?:j2|jinja2?|tmpl|template|tpl|erb|in|mustache|dockerignore)$)([\w-]+(?:\.[\w-]+)*))?$|^([\w-]+)\.(?:Dockerfile|dockerfile)$/;
/** True for a file by whose name an image is built. */
export const isDockerfile = (file: string): boolean => DOCKERFILE.test(baseName(file));

const hasPlain = (file: string, files: readonly string[]): boolean =>
  files.some((other) => other === join(folderOf(file), 'Dockerfile'));
const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/**
 * Services that a compose file builds, with the folder of their sources: that of the build context, or of the Dockerfile where the
 * whole repository is the context.
 * @param env variables of the `.env` file beside it, which compose fills in
 */
export function composeFolders(
  file: string,
  text: string,
  files: readonly string[] = [],
  env: ReadonlyMap<string, string> = new Map(),
  texts: ReadonlyMap<string, string> = new Map(),
): SourceFolder[] {
  // A file that says it is for tests builds tests.
  if (/(^|[._-])(tests?|e2e|ci|lint)([._-]|$)/i.test(baseName(file))) return [];
  const lines = scanYaml(text);
  const services = [...new Set(lines.filter((line) => line.path[0] === 'services').map((line) => line.path[1] ?? ''))];
  const ended = endedServices(lines);
  const filled = (value: string | undefined) =>
    value?.replace(/\$\{(\w+)(?::?-([^}]*))?\}/g, (all, name, preset) => env.get(name) ?? preset ?? all);
  const found = services.filter(Boolean).flatMap((name): SourceFolder[] => {
    const at = (...keys: string[]) =>
      lines.find((line) => line.path.join('\0') === ['services', name, ...keys].join('\0'));
    const build = at('build');
    // What has a profile is started only when somebody asks for it: seeds, load tests, tools.
    const isOptional = lines.some(({ path }) => path[0] === 'services' && path[1] === name && path[2] === 'profiles');
    if (build === undefined || isOptional || ended.has(name) || isTool(name)) return [];
    const context = filled(at('build', 'context')?.value) ?? (build.value === '' ? '.' : filled(build.value)) ?? '.';
    const root = joinPath(folderOf(file), context);
    if (root === undefined) return [];
    const dockerfile = filled(at('build', 'dockerfile')?.value);
    const built = dockerfile === undefined ? undefined : joinPath(root, dockerfile);
    // What is built by a Dockerfile that is not there any more is not built.
    if (built !== undefined && files.length > 0 && !files.includes(built)) return [];
    if (isStoreBuild(texts.get(built ?? join(root, 'Dockerfile')))) return [];
    // A Dockerfile in a folder of its own stands beside the sources that it builds, whatever the context is.
    const beside = built !== undefined && files.includes(built) ? folderOf(built) : undefined;
    const isBeside =
      beside !== undefined &&
      beside !== '' &&
      !SAYS_NOTHING.test(baseName(beside)) &&
      !/^(docker|infra|deploy|build)\//i.test(beside);
    const folder = isBeside ? beside : root;
    return [{ names: [name, ...(folder === '' ? [] : [baseName(folder)])], folder, because: file }];
  });
  // `app` or `web` says nothing of the one program at the root; what the product is called does.
  return found.map((one) =>
    found.length === 1 && one.folder === '' && one.names.every((name) => GENERIC.test(name) || SAYS_NOTHING.test(name))
      ? { ...one, names: [] }
      : one,
  );
}

/** Services of a compose file that do their work and end: others wait for that. */
function endedServices(lines: readonly YamlLine[]): ReadonlySet<string> {
  return new Set(
    lines
      .filter(({ path, key, value }) => key === 'condition' && value === ENDED && path[2] === 'depends_on')
      .map(({ path }) => path[3] ?? ''),
  );
}
/** docs.docker.com/reference/compose-file/services, `depends_on`. */
const ENDED = 'service_completed_successfully';

/** Resolves a path against a folder; `undefined` when it leaves the repository or a variable computes it. */
export function joinPath(folder: string, path: string): string | undefined {
  if (/[${}]/.test(path) || path.startsWith('/')) return undefined;
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** Files that make a folder a program of its own, for a workload whose image no Dockerfile of the repository builds. */
const PROGRAM =
  /^(package\.json|go\.mod|main\.go|pyproject\.toml|requirements\.txt|manage\.py|Gemfile|pom\.xml|build\.gradle(\.kts)?|Cargo\.toml|composer\.json|mix\.exs|[^/]+\.csproj)$/;

const CODE =
  /\.([cm]?[jt]sx?|vue|svelte|py|rb|go|java|kts?|scala|groovy|cs|fs|vb|php|rs|exs?|c|cc|cpp|swift|dart|lua|html)$/;

/** True for a folder with code, at any depth below it. */
export const holdsCode = (folder: string, files: readonly string[]): boolean =>
  files.some((file) => file.startsWith(`${folder}/`) && CODE.test(file));

/**
 * Folders with code, by their names: where one Dockerfile at the root builds every image, or Dockerfiles lie apart from the sources, a folder that
 * is called as an image holds what is in it.
 * @param depth how many levels below the root they may lie
 */
export function codeFolders(files: readonly string[], depth: number): SourceFolder[] {
  const found = new Map<string, SourceFolder>();
  for (const file of files.filter((one) => CODE.test(one))) {
    const parts = file.split('/').slice(0, -1);
    for (let level = 1; level <= Math.min(depth, parts.length); level += 1) {
      const folder = parts.slice(0, level).join('/');
      if (!found.has(folder)) found.set(folder, { names: [baseName(folder)], folder, because: file });
    }
  }
  return [...found.values()];
}

/** Folders that hold a program, by the folder's name. */
export function programFolders(files: readonly string[]): SourceFolder[] {
  const found = new Map<string, SourceFolder>();
  for (const file of files) {
    const folder = folderOf(file);
    if (folder === '' || !PROGRAM.test(baseName(file)) || roleOf(file) !== 'product' || found.has(folder)) continue;
    found.set(folder, { names: [baseName(folder)], folder, because: file });
  }
  return [...found.values()];
}

/** Folders with a Procfile: what it starts is one program of the folder. */
export function procfileFolders(files: readonly string[]): SourceFolder[] {
  return files
    .filter((file) => baseName(file) === 'Procfile' && roleOf(file) === 'product')
    .map((file) => ({
      names: folderOf(file) === '' ? [] : [baseName(folderOf(file))],
      folder: folderOf(file),
      because: file,
    }));
}
