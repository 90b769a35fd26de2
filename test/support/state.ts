import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../../src/adapters/fs/state-folder.ts';

/** The cache folder of whoever works in a test repository: in its `.git`, where no test takes it for a file of the product. */
export function cacheHome(root: string): string {
  return join(root, '.git', 'cache');
}

/** Where relctl keeps its state of a test repository, as the program that is run there finds it. */
export function stateOf(root: string): Promise<string> {
  return stateFolder(root, { XDG_CACHE_HOME: cacheHome(root) });
}

/** Gives a copy of a repository the state of the one that it was copied from: its folder is named after the path. */
export async function copyState(from: string, to: string): Promise<void> {
  const [theirs, ours] = [await stateOf(from), await stateOf(to)];
  if (existsSync(theirs)) cpSync(theirs, ours, { recursive: true });
}
