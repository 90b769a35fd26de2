import { createHmac, randomBytes } from 'node:crypto';
import { chmod, link, lstat, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { systemCode } from './file-operations.ts';

/** What says where a user's cache lies. */
export type StateEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The folder of what relctl remembers and keeps of a repository on this machine: locks, running deployments, what was read before, the
 * simulated company. It lies in the user's cache folder and never in the repository, where whoever pushes could put a memory of their
 * own. Its name is a keyed digest of the repository's path: nobody without the key can say which folder will be believed.
 * @param root absolute path of the work tree
 * @returns its absolute path; it is made when something is written
 */
export async function stateFolder(root: string, env: StateEnvironment): Promise<string> {
  const base = await usableBase(env);
  const name = createHmac('sha256', await secretOf(base))
    .update(await realpath(root))
    .digest('hex');
  return join(base, name.slice(0, 32));
}

/** The cache folder of the user; where none can be written to, a folder of theirs below the temporary one. */
async function usableBase(env: StateEnvironment): Promise<string> {
  const wanted = join(cacheHome(env), 'relctl');
  try {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    await secretOf(wanted);
    return wanted;
  } catch (error) {
    if (error instanceof RelctlError) throw error;
    const own = join(tmpdir(), `relctl-${userInfo().username}`);
    await mkdir(own, { recursive: true, mode: 0o700 });
    return own;
  }
}

/** As the XDG Base Directory Specification, Apple and Microsoft have it. */
function cacheHome(env: StateEnvironment): string {
  if (env.XDG_CACHE_HOME !== undefined && isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME;
  const home = env.HOME !== undefined && isAbsolute(env.HOME) ? env.HOME : homedir();
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches');
  if (process.platform === 'win32') return env.LOCALAPPDATA ?? join(home, 'AppData', 'Local');
  return join(home, '.cache');
}

/** The user's key, made when it is first asked for; a folder that somebody else can write to is not used. */
async function secretOf(base: string): Promise<string> {
  const found = await lstat(base);
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  if (!found.isDirectory() || !isOwn) throw foreign(base);
  if ((found.mode & 0o022) !== 0) await chmod(base, 0o700);
  const file = join(base, 'secret');
  for (;;) {
    const secret = await readFile(file, 'utf8').catch((error: unknown) => missing(error));
    if (secret !== undefined && secret.length >= 64) return secret;
    const temporary = `${file}.${randomBytes(6).toString('hex')}`;
    await writeFile(temporary, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
    // A link takes the place only where nobody was quicker, and is never seen half written.
    await link(temporary, file).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw error;
    });
    await rm(temporary, { force: true });
  }
}

function missing(error: unknown): undefined {
  if (systemCode(error) === 'ENOENT') return undefined;
  throw error;
}

function foreign(base: string): RelctlError {
  return new RelctlError('repo.untrusted-state', `${base} is not a folder of yours`, {
    place: { file: base },
    why: 'What is remembered there is believed, so nobody else may be able to write it.',
    hints: [command`ls -ld ${base}`, 'or name another cache folder: XDG_CACHE_HOME'],
  });
}
