import { mkdir, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { gitIn } from '../git/git.ts';

/**
 * Writes the files of a commit into `around/tree`, byte for byte as they were committed.
 *
 * It goes through a repository of its own that borrows the objects of the real one. So neither the user's configuration nor
 * the attributes of the repository change a byte or start a program (line endings, LFS and other filters), no hook runs, and the
 * index and the work tree of the user are not touched. A symbolic link that leads out of the commit is left out: it would bring
 * files of this machine into what is rendered.
 * @param around an empty folder
 * @returns the folder with the files
 */
export async function exportCommit(root: string, commit: string, around: string): Promise<string> {
  const outer = gitIn(root);
  const [objects, format] = await Promise.all([
    outer.read(['rev-parse', '--path-format=absolute', '--git-path', 'objects']),
    outer.read(['rev-parse', '--show-object-format']),
  ]);
  const gitDir = join(around, 'git');
  const folder = join(around, 'tree');
  await mkdir(folder, { recursive: true });
  const env = {
    GIT_DIR: gitDir,
    GIT_WORK_TREE: folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
  };
  const git = gitIn(folder);
  await git.read(['init', '--quiet', '--bare', `--object-format=${format.trim()}`, '--template=', gitDir]);
  await mkdir(join(gitDir, 'info'), { recursive: true });
  await mkdir(join(gitDir, 'objects', 'info'), { recursive: true });
  await writeFile(join(gitDir, 'objects', 'info', 'alternates'), objects);
  await writeFile(join(gitDir, 'info', 'attributes'), '* -text -filter -ident -eol -working-tree-encoding\n');
  await git.read(['read-tree', commit], { env });
  await git.read(['checkout-index', '--all', '--quiet'], { env });
  await dropForeignLinks(folder, await linksOf(git, env));
  return folder;
}

async function linksOf(git: ReturnType<typeof gitIn>, env: Readonly<Record<string, string>>): Promise<string[]> {
  const entries = await git.read(['ls-files', '--stage', '-z'], { env });
  return entries
    .split('\0')
    .filter((entry) => entry.startsWith('120000 '))
    .map((entry) => entry.slice(entry.indexOf('\t') + 1));
}

async function dropForeignLinks(folder: string, links: readonly string[]): Promise<void> {
  const inside = `${await realpath(folder)}${sep}`;
  for (const link of links) {
    const path = join(folder, link);
    const target = await realpath(path).catch(async () => readlink(path).catch(() => ''));
    if (!`${target}${sep}`.startsWith(inside)) await rm(path, { force: true });
  }
}
