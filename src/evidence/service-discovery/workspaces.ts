import { globMatcher } from '../../text/glob.ts';
import { scanYaml } from '../impact/manifests/yaml-lines.ts';
import { baseName, folderOf } from '../impact/paths.ts';

/** A package of a monorepo. */
export interface WorkspacePackage {
  readonly name: string;
  readonly folder: string;
  /** Names of what it depends on, in the repository or not; not what only its tests need. */
  readonly dependencies: readonly string[];
}

/** Packages of npm, yarn, pnpm or bun workspaces. A package.json that is not JSON is passed over. */
export function workspacePackages(files: readonly string[], texts: ReadonlyMap<string, string>): WorkspacePackage[] {
  const globs = workspaceGlobs(texts);
  if (globs.length === 0) return [];
  const included = globMatcher(globs.filter((glob) => !glob.startsWith('!')));
  const excluded = globMatcher(globs.flatMap((glob) => (glob.startsWith('!') ? [glob.slice(1)] : [])));
  return files.flatMap((file) => {
    const folder = folderOf(file);
    if (!/(^|\/)package\.json$/.test(file) || folder === '' || !included(folder) || excluded(folder)) return [];
    const manifest = parse(texts.get(file));
    const name = typeof manifest?.name === 'string' ? manifest.name : folder;
    const dependencies = ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((section) =>
      Object.keys((manifest?.[section] as object | undefined) ?? {}),
    );
    return [{ name, folder, dependencies }];
  });
}

function workspaceGlobs(texts: ReadonlyMap<string, string>): string[] {
  const workspaces = parse(texts.get('package.json'))?.workspaces as
    | readonly unknown[]
    | { packages?: readonly unknown[] }
    | undefined;
  const listed = Array.isArray(workspaces)
    ? workspaces
    : ((workspaces as { packages?: readonly unknown[] } | undefined)?.packages ?? []);
  const pnpm = scanYaml(texts.get('pnpm-workspace.yaml') ?? '').filter(
    (line) => line.path[0] === 'packages' && line.key === undefined,
  );
  return [...listed, ...pnpm.map((line) => line.value)]
    .filter((glob): glob is string => typeof glob === 'string')
    .map((glob) => glob.replace(/^(!?)\.\//, '$1').replace(/\/$/, ''));
}

function parse(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Packages that a package is built from, over any number of steps. */
export function reachable(from: WorkspacePackage, packages: readonly WorkspacePackage[]): WorkspacePackage[] {
  const byName = new Map(packages.map((item) => [item.name, item]));
  const found = new Set<WorkspacePackage>();
  const queue = [from];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const name of next.dependencies) {
      const dependency = byName.get(name);
      if (dependency === undefined || dependency === from || found.has(dependency)) continue;
      found.add(dependency);
      queue.push(dependency);
    }
  }
  return [...found];
}

/** Projects of .NET, with the projects that they refer to. */
export function dotnetProjects(files: readonly string[], texts: ReadonlyMap<string, string>): WorkspacePackage[] {
  return files
    .filter((file) => file.endsWith('.csproj') && file.includes('/'))
    .map((file) => ({
      name: baseName(file).replace(/\.csproj$/, ''),
      folder: folderOf(file),
      dependencies: [...(texts.get(file) ?? '').matchAll(/<ProjectReference\s+Include="([^"]+)\.csproj"/g)].map(
        (match) => baseName((match[1] ?? '').replaceAll('\\', '/')),
      ),
    }));
}
