import { gitIn } from './git.ts';

/** Paths at or below a path that git has in its index; nothing is read from the work tree. */
export async function trackedBelow(root: string, path: string): Promise<readonly string[]> {
  const output = await gitIn(root).read(['ls-files', '-z', '--cached', '--', path]);
  return output.split('\0').filter((one) => one !== '');
}
