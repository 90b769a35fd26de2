import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { systemCode } from './file-operations.ts';

/**
 * Refuses a path that leads out of a folder through a symbolic link. A path of which nothing exists yet is fine, and so is
 * a folder that is itself reached through a link: what counts is that nothing below it leads elsewhere.
 * @throws RelctlError `plan.outside-releases`
 */
export async function confine(folder: string, path: string, shown: string): Promise<void> {
  const base = await realPathOf(folder);
  const expected = join(base, path.slice(folder.length));
  const found = await realPathOf(path);
  if (found === expected) return;
  throw new RelctlError('plan.outside-releases', `${shown} leads to ${found} through a symbolic link`, {
    place: { file: shown },
    why: 'relctl reads and writes plans and evidence in their own folder only, so that a link cannot make it touch anything else.',
    hints: [command`ls -ld ${shown}`, 'put the file itself there'],
  });
}

/** The real path; of what does not exist, the real path of its nearest parent with the rest added. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    const code = systemCode(error);
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || parent === path) {
      // A circle of links, for one: it leads nowhere, and so not to the place that is expected.
      return `${path} (${code})`;
    }
    return join(await realPathOf(parent), basename(path));
  }
}
