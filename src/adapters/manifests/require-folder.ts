import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import type { Tree } from './tree.ts';

/** Refuses a folder that the commit does not have, or that holds none of the files that make it what it is said to be. */
export async function requireFolder(tree: Tree, folder: string, path: string, anyOf: readonly string[]): Promise<void> {
  if (anyOf.some((file) => existsSync(join(folder, path, file)))) return;
  const commit = tree.commit.slice(0, 12);
  throw new RelctlError('config.invalid', `the candidate ${commit} has no ${anyOf[0]} at ${path}`, {
    place: { file: path },
    why: 'What is deployed is rendered from the candidate, not from the work tree.',
    hints: [command`git ls-tree -r --name-only ${commit} -- ${path}`, 'correct the path in relctl.yaml'],
  });
}
