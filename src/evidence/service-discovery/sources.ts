import { scanYaml } from '../impact/manifests/yaml-lines.ts';
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
const SAYS_NOTHING = /^(src|app|docker|build|deploy|deployment|container|containers|\.docker|images?|infra)$/i;

/** Folders with a Dockerfile. `docker/api/Dockerfile` and `Dockerfile.api` name `api`; a root Dockerfile builds the repository. */
export function dockerFolders(files: readonly string[]): SourceFolder[] {
  return files.flatMap((file): SourceFolder[] => {
    const match = /^(?:Dockerfile|Containerfile)(?:\.([\w-]+))?$|^([\w-]+)\.(?:Dockerfile|dockerfile)$/.exec(
      baseName(file),
    );
    if (match === null || roleOf(file) !== 'product') return [];
    const suffix = match[1] ?? match[2];
    const isStage =
      suffix !== undefined &&
      /^(dev|development|prod|production|staging|test|local|ci|base|debug|alpine|arm64|amd64)$/i.test(suffix);
    if (suffix !== undefined && isStage && !/^(prod|production)$/i.test(suffix)) return [];
    const parts = folderOf(file)
      .split('/')
      .filter((part) => part !== '');
    const own = parts.filter((part) => !SAYS_NOTHING.test(part)).at(-1);
    const isApart = /^(docker|deploy|build|infra|containers?|\.docker|images?)$/i.test(parts[0] ?? '');
    const names = [...(suffix !== undefined && !isStage ? [suffix] : []), ...(own === undefined ? [] : [own])];
    return [
      {
        names,
        folder: isApart
          ? ''
          : parts.filter((part, i) => !(i === parts.length - 1 && SAYS_NOTHING.test(part) && i > 0)).join('/'),
        because: file,
      },
    ];
  });
}

/** Services that a compose file builds, with the folder of their build context. */
export function composeFolders(file: string, text: string): SourceFolder[] {
  const lines = scanYaml(text);
  const services = [...new Set(lines.filter((line) => line.path[0] === 'services').map((line) => line.path[1] ?? ''))];
  return services.filter(Boolean).flatMap((name): SourceFolder[] => {
    const build = lines.find((line) => line.path.join('\0') === ['services', name, 'build'].join('\0'));
    if (build === undefined) return [];
    const context = lines.find(
      (line) => line.path.join('\0') === ['services', name, 'build', 'context'].join('\0'),
    )?.value;
    const folder = joinPath(folderOf(file), context ?? (build.value === '' ? '.' : build.value));
    return folder === undefined
      ? []
      : [{ names: [name, ...(folder === '' ? [] : [baseName(folder)])], folder, because: file }];
  });
}

/** Resolves a path against a folder; `undefined` when it leaves the repository or a variable computes it. */
function joinPath(folder: string, path: string): string | undefined {
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
