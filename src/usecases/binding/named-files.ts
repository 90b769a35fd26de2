import { fileVersion } from '../../domain/binding/file-version.ts';
import { folderOf, type NamedPaths, namedPaths } from '../../domain/binding/named-files.ts';
import { RelctlError } from '../../errors.ts';
import { sha256 } from '../../plan/digest.ts';
import type { Spec } from '../../plan/spec.ts';
import { globMatcher } from '../../text/glob.ts';
import { evenLineBytes } from '../../text/line-ends.ts';
import type { Context } from '../release/context.ts';

/**
 * Versions of the files of the work tree that relctl.yaml or a command of the plan names, by their paths; of a program also what git keeps
 * beside it, since a program reads its own library, and of a folder what git keeps in it. What git ignores, such as reports, is left out.
 */
export function versionsOfNamed(context: FilesGround, spec: Spec): Promise<Readonly<Record<string, string>>> {
  return versionsAt(context, namedPaths(context.config, spec));
}

/** What files are read with. */
export type FilesGround = Pick<Context, 'workspace' | 'repository' | 'config'>;

/** Versions of the files of the work tree at these paths, and of what git keeps beside and below them: mode and digest. */
export async function versionsAt(
  { workspace, repository, config }: FilesGround,
  { files, words }: NamedPaths,
): Promise<Readonly<Record<string, string>>> {
  const found = new Map<string, string>();
  const add = async (path: string): Promise<boolean> => {
    if (found.has(path)) return true;
    const bytes = await bytesOf(workspace, path);
    if (bytes !== undefined) found.set(path, sha256(evenLineBytes(bytes)));
    return bytes !== undefined;
  };
  for (const path of files) await add(path);
  const [folders, beside] = [new Set<string>(), new Set<string>()];
  for (const word of words) {
    if (!(await add(word))) folders.add(word);
    else beside.add(folderOf(word) ?? word);
  }
  // A word such as `web` may be the folder of a service by chance; what services are made of is bound by the candidate's commit.
  const isSource = globMatcher(Object.values(config.services).flatMap((service) => service.paths));
  const [below, own] = await Promise.all([repository.keptBelow([...folders]), repository.keptBelow([...beside])]);
  for (const path of [...below.filter((path) => !isSource(path)), ...own]) await add(path);
  const modes = await repository.modes([...found.keys()]);
  const versions = [...found].map(([path, digest]) => [path, fileVersion(modes.get(path), digest)] as const);
  return Object.fromEntries(versions.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function bytesOf(workspace: Context['workspace'], path: string): Promise<Uint8Array | undefined> {
  try {
    return await workspace.readBytes(path);
  } catch (error) {
    if (error instanceof RelctlError) return undefined;
    throw error;
  }
}
