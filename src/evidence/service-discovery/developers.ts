import { scanYaml } from '../impact/manifests/yaml-lines.ts';
import { folderOf } from '../impact/paths.ts';
import { joinPath } from './sources.ts';

/**
 * Dockerfiles that only a developer's compose file builds by: beside the Dockerfile of the root, those whose image is given the sources of the whole
 * repository when it runs.
 */
export function developersBuilds(file: string, text: string, files: readonly string[]): readonly string[] {
  if (!files.includes('Dockerfile') || !/\bdockerfile:/.test(text)) return [];
  const lines = scanYaml(text).filter(({ path }) => path[0] === 'services');
  const mounted = new Set(
    lines
      .filter(({ path, value }) => path[2] === 'volumes' && /^["']?\.{1,2}\/?:/.test(value))
      .map(({ path }) => path[1]),
  );
  return lines.flatMap(({ path, key, value }) => {
    if (path[2] !== 'build' || key !== 'dockerfile' || !mounted.has(path[1])) return [];
    const context = lines.find((one) => one.path.join('\0') === ['services', path[1], 'build', 'context'].join('\0'));
    const root = joinPath(folderOf(file), context?.value ?? '.');
    const built = root === undefined ? undefined : joinPath(root, value);
    return built === undefined || built === 'Dockerfile' ? [] : [built];
  });
}
