import { compareDependencies } from './dependencies.ts';
import { type ChangedFile, parseDiff } from './diff.ts';
import type { Impact } from './findings.ts';
import type { ImpactSource } from './impact-source.ts';
import { compareExposure } from './manifests/exposure.ts';
import { compareMonitoring } from './manifests/monitoring.ts';
import { compareResources } from './manifests/resources.ts';
import { compareMigrations, siblingsWanted } from './migrations/compare.ts';
import { MIGRATION_TOOLS } from './migrations/registry.ts';
import type { MigrationTool } from './migrations/tool.ts';
import { oddity } from './odd-text.ts';
import { isOwnFile } from './own-files.ts';
import { affectedServices, readOwnership } from './ownership.ts';
import { extensionOf, roleOf } from './paths.ts';
import { mayMatter } from './relevance.ts';
import type { TwoSided } from './two-sided.ts';
import { mayHoldVariables } from './variables/detect.ts';
import { readVariables } from './variables/read-variables.ts';

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
