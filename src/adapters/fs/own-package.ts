import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnPackage } from '../../ports/own-package.ts';

/** What the package holds, as `files` of package.json says; what the build notes for the tests stays away. */
const PARTS = ['package.json', 'LICENSE', 'CHANGELOG.md', 'bin', 'dist', 'templates'];
const LEFT_OUT = 'dist/meta.json';

/**
 * The package that a relctl was started from.
 * @param root absolute path of its folder
 */
export async function createOwnPackage(root: string): Promise<OwnPackage> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  return {
    version,
    async pack() {
      const paths = (await Promise.all(PARTS.map((part) => filesAt(root, part)))).flat().sort();
      if (!paths.includes('dist/main.js')) return undefined;
      const { createTarGzip } = await import('nanotar');
      const files = await Promise.all(
        paths.map(async (path) => ({ name: `package/${path}`, data: await readFile(join(root, path)) })),
      );
      // Neither times nor owners, so that the same relctl makes the same bytes.
      return createTarGzip(files, { attrs: { mtime: 0, uid: 0, gid: 0, mode: '644' } });
    },
  };
}

async function filesAt(root: string, path: string): Promise<readonly string[]> {
  const found = await stat(join(root, path)).catch(() => undefined);
  if (found === undefined || path === LEFT_OUT) return [];
  if (found.isFile()) return [path];
  const names = await readdir(join(root, path));
  return (await Promise.all(names.map((name) => filesAt(root, `${path}/${name}`)))).flat();
}
