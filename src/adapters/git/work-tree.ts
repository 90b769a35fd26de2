import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/**
 * The root of the work tree that `cwd` lies in, where it can be said without asking git: the nearest folder above with an
 * ordinary `.git`. Starting git takes as long as the rest of `relctl status`.
 * @param cwd absolute path
 * @param env environment; where it redirects git, git is asked
 * @returns `undefined` where only git knows, or where there is none
 */
export async function plainWorkTree(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (Object.keys(env).some((name) => REDIRECTS.has(name))) return undefined;
  const start = await realpath(cwd).catch(() => undefined);
  if (start === undefined) return undefined;
  for (let folder = start; ; folder = dirname(folder)) {
    const kind = await kindOf(join(folder, '.git'));
    if (kind === 'ordinary') return relative(folder, start).split(sep).includes('.git') ? undefined : folder;
    if (kind === 'other' || folder === dirname(folder)) return undefined;
  }
}

/** True where the configuration of an ordinary work tree names a remote. */
export async function hasRemote(root: string): Promise<boolean> {
  return /^\s*\[remote /m.test(await readFile(join(root, '.git', 'config'), 'utf8').catch(() => ''));
}

/** Variables that tell git to look elsewhere or not so far up. */
const REDIRECTS: ReadonlySet<string> = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_COMMON_DIR',
  'GIT_CEILING_DIRECTORIES',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
]);

/** A work tree or submodule has a file, a foreign folder another owner, some configurations another root: git decides. */
async function kindOf(path: string): Promise<'ordinary' | 'other' | 'none'> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'none';
  if (!found.isDirectory() || found.uid !== process.getuid?.()) return 'other';
  try {
    const [config] = await Promise.all([readFile(join(path, 'config'), 'utf8'), stat(join(path, 'HEAD'))]);
    return /worktree|bare\s*=\s*true|include/i.test(config) ? 'other' : 'ordinary';
  } catch {
    return 'other';
  }
}
