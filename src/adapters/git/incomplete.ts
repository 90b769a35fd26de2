import { isAbsolute, join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { readBounded } from '../fs/bounded-read.ts';
import { systemCode } from '../fs/file-operations.ts';
import type { Git } from './git.ts';

/** A shallow clone of a repository with very many branches names as many commits. */
const LARGEST_BYTES = 16 * 1024 * 1024;

/**
 * Refuses a question about commits whose answer this clone does not hold. A shallow clone takes the commits at its edge for the first ones
 * there are, and a file of grafts gives any commit other parents; git answers from them without a word. (What `git replace` puts in the
 * place of objects is never looked at: `GIT_NO_REPLACE_OBJECTS`.)
 * @throws RelctlError `repo.history-incomplete`
 */
export async function refuseIncomplete(git: Git, base: string, head: string): Promise<void> {
  const [shallow = '', grafts = ''] = await ask(git, ['--git-path', 'shallow', '--git-path', 'info/grafts']);
  if (await isGrafted(git, grafts)) {
    throw incomplete(
      'this clone has a file of grafts (info/grafts), which gives commits other parents than they have',
      [command`rm ${grafts}`],
    );
  }
  const edge = new Set(await linesOf(git.cwd, shallow));
  if (edge.size === 0) return;
  const commits = (await git.read(['rev-list', `${base}..${head}`, '--'])).split('\n');
  if (!commits.some((commit) => edge.has(commit))) return;
  throw incomplete(
    `this clone is shallow, and what lies between ${base.slice(0, 12)} and ${head.slice(0, 12)} is not all in it`,
    ['git fetch --unshallow', 'in CI: fetch-depth: 0, or GIT_DEPTH: "0"'],
  );
}

/** True where a file of grafts gives any commit other parents. */
async function isGrafted(git: Git, grafts: string): Promise<boolean> {
  return (await linesOf(git.cwd, grafts)).some((line) => !line.startsWith('#'));
}

/** What `git rev-parse` says to several questions, through one process. */
async function ask(git: Git, questions: readonly string[]): Promise<readonly string[]> {
  return (await git.read(['rev-parse', ...questions])).split('\n');
}

/** False where git answers from other parents than commits have: in a shallow clone, and with a file of grafts. */
export async function holdsHistory(git: Git): Promise<boolean> {
  const [shallow, grafts = ''] = await ask(git, ['--is-shallow-repository', '--git-path', 'info/grafts']);
  return shallow !== 'true' && !(await isGrafted(git, grafts));
}

async function linesOf(cwd: string, path: string): Promise<readonly string[]> {
  try {
    const bytes = await readBounded(isAbsolute(path) ? path : join(cwd, path), LARGEST_BYTES);
    return new TextDecoder()
      .decode(bytes)
      .split('\n')
      .filter((line) => line.trim() !== '');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function incomplete(message: string, hints: readonly string[]): RelctlError {
  return new RelctlError('repo.history-incomplete', message, {
    why: 'Nobody approves what they made; who made it is read from the commits, and from all of them.',
    hints,
  });
}

/** True in a clone that was made with a depth. */
export async function isShallow(git: Git): Promise<boolean> {
  return (await git.run(['rev-parse', '--is-shallow-repository'])).stdout.trim() === 'true';
}
