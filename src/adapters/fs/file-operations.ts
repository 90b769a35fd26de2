import * as fs from 'node:fs/promises';

/**
 * The few file-system calls that a durable write is made of, one by one, so that tests can let each of them fail or kill
 * the process at it. Errors are Node's own.
 */
export interface FileOperations {
  /** Makes a new file and writes the content; fails when the file exists. */
  writeNew(path: string, content: string | Uint8Array, mode: number): Promise<void>;
  /** Waits until the content of a file is on the disk. */
  syncFile(path: string): Promise<void>;
  /** Waits until the names in a folder are on the disk. */
  syncFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** A second name for a file; fails when the name exists. */
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** The real file system. */
export const REAL_FILES: FileOperations = {
  writeNew: (path, content, mode) => fs.writeFile(path, content, { flag: 'wx', mode }),
  syncFile: async (path) => {
    const handle = await fs.open(path, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  syncFolder: async (path) => {
    const handle = await openFolder(path);
    try {
      await handle?.sync();
    } finally {
      await handle?.close();
    }
  },
  rename: fs.rename,
  link: fs.link,
  unlink: fs.unlink,
};

/** Windows cannot open folders; its file systems order the rename themselves. */
async function openFolder(path: string): Promise<fs.FileHandle | undefined> {
  try {
    return await fs.open(path, 'r');
  } catch (error) {
    if (process.platform === 'win32') return undefined;
    throw error;
  }
}

/** Node's code of a system error such as `ENOENT`, or an empty text. */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
