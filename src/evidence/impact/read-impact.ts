import { compareDependencies } from './dependencies.ts';
import { type ChangedFile, parseDiff } from './diff.ts';
import type { Impact } from './findings.ts';
import { compareExposure } from './manifests/exposure.ts';
import { namedAfter } from './manifests/file-names.ts';
import { compareMonitoring } from './manifests/monitoring.ts';
import { isYaml } from './manifests/objects.ts';
import { compareResources } from './manifests/resources.ts';
import { compareMigrations, siblingsWanted } from './migrations/compare.ts';
import { MIGRATION_TOOLS } from './migrations/registry.ts';
import type { MigrationTool } from './migrations/tool.ts';
import { oddity } from './odd-text.ts';
import { isOwnFile } from './own-files.ts';
import { affectedServices, type Ownership, type OwnershipConfig, readOwnership } from './ownership.ts';
import { extensionOf, folderOf, isRunByHand, roleOf } from './paths.ts';
import { mayMatter } from './relevance.ts';
import type { TwoSided } from './two-sided.ts';
import { boundSettings } from './variables/bound-settings.ts';
import { compareVariables, oneSided, type PlacedUse } from './variables/compare.ts';
import { mayHoldVariables, variablesIn } from './variables/detect.ts';
import { definedProperties, isSettingsFile, normal, withoutDefined } from './variables/relaxed.ts';
import type { VariableUse } from './variables/use.ts';

/** What the impact of a candidate is read from. */
export interface ImpactSource {
  /** Unified diff from base to head, renames detected. */
  readonly diff: string;
  /** Paths of all files at the head. */
  readonly filesAtHead: readonly string[];
  /** Texts of files at one side, as many as there are. */
  read(side: 'base' | 'head', paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Paths of files at the head that hold one of the words. Without it, a variable that is new to the changed files counts as
   * new to the product.
   */
  mentions?(words: readonly string[]): Promise<readonly string[]>;
  readonly config: OwnershipConfig;
}

/** Files that an unchanged mention is looked up in at most: past that, a name is too common to be a variable's. */
const MAX_MENTIONS = 2000;

/**
 * Reads what a candidate changes from the difference to what runs now: services, environment variables, migrations,
 * resources, monitoring, dependencies, ports and permissions, each with file and line. Values of variables are compared and
 * then forgotten. Errors are those of the source's readers.
 */
export async function readImpact(
  source: ImpactSource,
  tools: readonly MigrationTool[] = MIGRATION_TOOLS,
): Promise<Impact> {
  const changed = parseDiff(source.diff);
  const ownership = readOwnership(source.config);
  const { files, unread } = await readTexts(
    source,
    changed.filter((file) => mayMatter(file) && !file.submodule),
    tools,
  );
  const exists = existence(source.filesAtHead, changed);
  const servicesOf = (path: string) => ownership.servicesOf(path);
  const others = changed.filter((file) => !isOwnFile(pathOf(file)));
  const product = files.filter((file) => roleOf(file.newPath ?? file.oldPath ?? '') === 'product');
  return {
    size: sizeOf(others),
    ownFiles: changed.map(pathOf).filter(isOwnFile),
    ...affectedServices(others, ownership),
    environmentVariables: await readVariables(source, files, ownership),
    migrations: await readMigrations(source, product, exists, servicesOf, tools),
    resources: compareResources(product, servicesOf),
    monitoring: compareMonitoring(product, servicesOf),
    dependencies: compareDependencies(product, servicesOf),
    exposure: compareExposure(product, servicesOf),
    unread: [...unread, ...changed.filter(({ submodule }) => submodule).map(unreadSubmodule)],
  };
}

/** A submodule is a change of whoever is built from it; what it brings is for a person to look at. */
function unreadSubmodule(file: ChangedFile): Impact['unread'][number] {
  const commit = (lines: ChangedFile['added']) =>
    /^Subproject commit ([0-9a-f]{7,})/.exec(lines[0]?.text ?? '')?.[1]?.slice(0, 12) ?? 'none';
  return {
    file: pathOf(file),
    reason: `it is a submodule (${commit(file.removed)} to ${commit(file.added)}); variables and migrations in it are not seen`,
  };
}

async function readMigrations(
  source: ImpactSource,
  files: readonly TwoSided[],
  exists: ReturnType<typeof existence>,
  servicesOf: (path: string) => readonly string[],
  tools: readonly MigrationTool[],
): Promise<Impact['migrations']> {
  const wanted = siblingsWanted(files, source.filesAtHead, tools);
  const read = wanted.length === 0 ? new Map<string, string>() : await source.read('head', wanted);
  const siblings = new Map([...read].filter(([, text]) => oddity(text) === undefined));
  return compareMigrations(files, {
    existsAtHead: exists.head,
    existsAtBase: exists.base,
    servicesOf,
    siblings,
    tools,
  });
}

const pathOf = (file: ChangedFile): string => file.newPath ?? file.oldPath ?? '';

function sizeOf(changed: readonly ChangedFile[]): Impact['size'] {
  return {
    files: changed.length,
    insertions: changed.reduce((sum, file) => sum + file.added.length, 0),
    deletions: changed.reduce((sum, file) => sum + file.removed.length, 0),
  };
}

/** Texts of those changed files in which something may be found. */
async function readTexts(
  source: ImpactSource,
  changed: readonly ChangedFile[],
  tools: readonly MigrationTool[],
): Promise<{ files: TwoSided[]; unread: Impact['unread'] }> {
  const wanted = (path: string | undefined): path is string =>
    path !== undefined && roleOf(path) === 'product' && isReadable(path, tools);
  const [base, head] = await Promise.all([
    source.read('base', changed.map((file) => file.oldPath).filter(wanted)),
    source.read('head', changed.map((file) => file.newPath).filter(wanted)),
  ]);
  const unread: { file: string; reason: string }[] = [];
  const textOf = (texts: ReadonlyMap<string, string>, path: string | undefined): string | undefined => {
    const text = wanted(path) ? texts.get(path) : undefined;
    if (path === undefined || text === undefined) return undefined;
    const reason = oddity(text);
    if (reason === undefined) return text.replace(/\r\n?/g, '\n');
    unread.push({ file: path, reason });
    return undefined;
  };
  const files = changed.map(({ oldPath, newPath }) => ({
    oldPath,
    newPath,
    oldText: textOf(base, oldPath),
    newText: textOf(head, newPath),
  }));
  return { files, unread };
}

function isReadable(path: string, tools: readonly MigrationTool[]): boolean {
  const ending = extensionOf(path);
  return (
    mayHoldVariables(path) ||
    /^\.(sql|tf|json|ya?ml|xml|tpl)$/.test(ending) ||
    IS_MANIFEST.test(path) ||
    tools.some(({ endings = [] }) => endings.includes(ending))
  );
}

const IS_MANIFEST =
  /(^|\/)(pyproject\.toml|Cargo\.toml|Pipfile|go\.mod|Gemfile|requirements[^/]*\.(txt|in)|requirements\/[^/]+|build\.gradle(\.kts)?|mix\.exs|[^/]+\.(cs|fs|vb)proj|[^/]+\.gemspec|Directory\.Packages\.props)$/;

function existence(filesAtHead: readonly string[], changed: readonly ChangedFile[]) {
  const head = new Set(filesAtHead);
  const added = new Set(changed.filter((file) => file.oldPath !== file.newPath).map((file) => file.newPath));
  const gone = new Set(changed.filter((file) => file.oldPath !== file.newPath).map((file) => file.oldPath));
  return {
    head: (path: string) => head.has(path),
    base: (path: string) => gone.has(path) || (head.has(path) && !added.has(path)),
  };
}

async function readVariables(source: ImpactSource, files: readonly TwoSided[], ownership: Ownership) {
  const manifests = foldersOfServices(source);
  const place = (path: string | undefined, text: string | undefined): PlacedUse[] => {
    if (path === undefined || text === undefined || isRunByHand(path)) return [];
    const owners = ownership.servicesOf(path);
    return withoutForeign(variablesIn(path, text), source.config, manifests.has(folderOf(path))).map((use) => ({
      ...use,
      file: path,
      services: servicesFor(use.owner, owners, source.config),
    }));
  };
  const sides = [
    files.map((file) => [file.oldPath, file.oldText] as const),
    files.map((file) => [file.newPath, file.newText] as const),
  ];
  const options = await boundSettings(source, files);
  const read = sides.map((side, index) => [
    ...side.flatMap(([path, text]) => place(path, text)),
    ...(options[index] ?? []).map((use) => ({ ...use, services: ownership.servicesOf(use.file) })),
  ]);
  const hasProperties = read.flat().some(({ property }) => property !== undefined);
  const staying = hasProperties ? await settingsThatStay(source, files) : [];
  const [base = [], head = []] = read.map((uses, side) =>
    withoutDefined(uses, new Set([...staying, ...definedIn(sides[side] ?? [])])),
  );
  const asked = oneSided(base, head);
  const elsewhere: PlacedUse[] = [];
  if (asked.length > 0 && source.mentions) {
    // A changed file that was not worth reading still counts as one that knows its variables.
    const seen = new Set(files.flatMap((file) => [file.newPath, file.oldPath]));
    const paths = (await source.mentions(asked)).filter(
      (path) => !seen.has(path) && roleOf(path) === 'product' && mayHoldVariables(path),
    );
    const texts = await source.read('head', paths.slice(0, MAX_MENTIONS));
    for (const [path, text] of texts)
      if (oddity(text) === undefined) elsewhere.push(...place(path, text.replace(/\r\n?/g, '\n')));
  }
  return compareVariables({ base, head, elsewhere });
}

const definedIn = (side: readonly (readonly [path: string | undefined, text: string | undefined])[]): string[] =>
  side.flatMap(([path, text]) => definedProperties(path ?? '', text ?? '').map(normal));

/** How many settings files that did not change are read at most. */
const MOST_SETTINGS = 200;

/** Properties that settings files give which the release leaves as they are. */
async function settingsThatStay(source: ImpactSource, files: readonly TwoSided[]): Promise<readonly string[]> {
  const changed = new Set(files.flatMap(({ oldPath, newPath }) => [oldPath, newPath]));
  const paths = source.filesAtHead.filter(
    (path) => isSettingsFile(path) && roleOf(path) === 'product' && !changed.has(path),
  );
  return definedIn([...(await source.read('head', paths.slice(0, MOST_SETTINGS)))]);
}

/** Folders in which a manifest or a template is named after a service: each workload there is named. */
function foldersOfServices({ filesAtHead, config }: ImpactSource): ReadonlySet<string> {
  const isNamed = (path: string) => isYaml(path) && Object.hasOwn(config.services, namedAfter(path));
  return new Set(filesAtHead.filter(isNamed).map(folderOf));
}

/**
 * A manifest that names services of the product says itself whose each variable is, and so do those in a folder with a manifest for each;
 * those of other workloads in it are other people's programs. A Job or a worker that begins or ends with the name of a service belongs to it,
 * and so does what runs an image of that name.
 */
function withoutForeign(
  uses: readonly VariableUse[],
  { services }: OwnershipConfig,
  isAmongServices: boolean,
): readonly VariableUse[] {
  const names = [
    ...Object.keys(services),
    ...Object.values(services).map(({ workload }) => workload?.split('/')[1] ?? ''),
  ].filter((name) => name !== '');
  const isOwn = (owner = ''): boolean =>
    names.some((name) => owner === name || owner.startsWith(`${name}-`) || owner.endsWith(`-${name}`));
  const isOfProduct = ({ owner, runs = [] }: VariableUse) =>
    isOwn(owner) || runs.some((image) => names.includes(image));
  if (!isAmongServices && !uses.some((use) => use.isWorkload && isOfProduct(use))) return uses;
  return uses.filter((use) => !use.isWorkload || isOfProduct(use));
}

/** A manifest or compose file of several services says itself whose variable it is: by the name of a service, or one that begins with it, such as `cart-worker`. */
function servicesFor(owner: string | undefined, byPath: readonly string[], config: OwnershipConfig): readonly string[] {
  if (owner === undefined) return byPath;
  if (Object.hasOwn(config.services, owner)) return [owner];
  const own = Object.keys(config.services).filter((name) => owner.startsWith(`${name}-`));
  const longest = own.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? byPath : [longest];
}
