import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Reads a regular file, but at most `limit + 1` bytes of it: a reader that checks the length then refuses a huge file without
 * having loaded it. A pipe would keep the reader waiting for somebody to write, so what is no file is refused without a wait.
 * Errors are Node's own, and two with words for a code: `it is a folder`, `not a file`.
 */
export async function readBounded(path: string, limit: number): Promise<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) {
      const code = stat.isDirectory() ? 'it is a folder' : 'not a file';
      throw Object.assign(new Error(`${path} is no file`), { code });
    }
    const buffer = Buffer.alloc(Math.min(stat.size, limit) + 1);
    let length = 0;
    while (length < buffer.byteLength) {
      const { bytesRead } = await handle.read(buffer, length, buffer.byteLength - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}
