import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Repository } from '../../ports/repository.ts';
import { exportCommit } from './export.ts';

/** The files of a commit, as a source reads them: from git, or as a folder of its own for a program that wants files. */
export interface Tree {
  readonly commit: string;
  /** Paths of the regular files. */
  files(): Promise<readonly string[]>;
  /** Text of a file. */
  read(path: string): Promise<string | undefined>;
  /** Does something with the commit written out into a folder, which is there until it has ended. */
  withFolder<T>(act: (folder: string) => Promise<T>): Promise<T>;
}

/** Trees of a repository. The folder of a commit is shared by those who use it at the same time, and removed after the last. */
export function treesOf(repository: Pick<Repository, 'root' | 'filesAt' | 'fileAt'>): (commit: string) => Tree {
  const shared = new Map<string, { users: number; readonly folder: Promise<string> }>();
  return (commit) => ({
    commit,
    files: () => repository.filesAt(commit),
    read: (path) => repository.fileAt(commit, path),
    async withFolder(act) {
      const entry = shared.get(commit) ?? { users: 0, folder: written(repository.root, commit) };
      shared.set(commit, entry);
      entry.users += 1;
      try {
        return await act(await entry.folder);
      } finally {
        entry.users -= 1;
        if (entry.users === 0) {
          shared.delete(commit);
          await entry.folder.then((folder) => rm(join(folder, '..'), { recursive: true, force: true })).catch(() => {});
        }
      }
    },
  });
}

async function written(root: string, commit: string): Promise<string> {
  const around = await mkdtemp(join(tmpdir(), 'relctl-render-'));
  try {
    return await exportCommit(root, commit, around);
  } catch (error) {
    await rm(around, { recursive: true, force: true });
    throw error;
  }
}
