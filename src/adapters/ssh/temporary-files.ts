import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes files into a folder that only this user can open, for as long as the work takes. Public material only. */
export async function withFiles<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  work: (paths: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'relctl-signing-'));
  try {
    const paths: Record<string, string> = {};
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      await writeFile(path, content, { mode: 0o600, flag: 'wx' });
      paths[name] = path;
    }
    return await work(paths);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
