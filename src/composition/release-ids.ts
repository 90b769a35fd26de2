import { RelctlError } from '../errors.ts';
import { openGround } from './ground.ts';
import type { Environment } from './surroundings.ts';

/** Ids of the releases of the work tree, for an error that names one; none where they cannot be looked up. */
export async function releaseIds(cwd: string, env: Environment): Promise<readonly string[]> {
  try {
    return await (await openGround(cwd, env)).store.list();
  } catch (error) {
    if (error instanceof RelctlError) return [];
    throw error;
  }
}
