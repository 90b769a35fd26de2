import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';

/** Where relctl kept its memory before it lay in the user's cache folder. */
const OLD_FOLDER = '.relctl';

/** How `.relctl` of a work tree stands: not there, a folder that an older relctl may have left, or a link. */
export async function findKeptState(root: string): Promise<'none' | 'folder' | 'link'> {
  const found = await lstat(join(root, OLD_FOLDER)).catch(() => undefined);
  if (found === undefined) return 'none';
  return found.isSymbolicLink() ? 'link' : 'folder';
}

/**
 * Refuses a repository that brings a `.relctl` of its own: no honest one does, and an older relctl would have believed it.
 * @param tracked paths at or below a path that git knows
 * @throws RelctlError `repo.untrusted-state`
 */
export async function refuseKeptState(
  root: string,
  tracked: (path: string) => Promise<readonly string[]>,
): Promise<void> {
  const found = await findKeptState(root);
  if (found === 'none') return;
  if (found === 'link') throw refused('is a symbolic link');
  const [first] = await tracked(OLD_FOLDER);
  if (first !== undefined) throw refused(`is kept in git (${first})`);
}

function refused(problem: string): RelctlError {
  return new RelctlError('repo.untrusted-state', `${OLD_FOLDER} ${problem}`, {
    place: { file: OLD_FOLDER },
    why: 'What relctl remembers of a repository is never part of it: whoever may push could say there what was decided.',
    hints: [
      command`git log --stat -- ${OLD_FOLDER}`,
      command`git rm -r --cached ${OLD_FOLDER} && rm -rf ${OLD_FOLDER}`,
    ],
  });
}
