import { type BigIntStats, closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { lstat } from 'node:fs/promises';

/** What tells a version of a file from the others: size, inode, and when content and inode changed, in nanoseconds. */
export type FileVersion = string;

/** A file system counts time in steps; a change within one step of another does not show. Linux ticks are at most 10 ms. */
const FINE_STEP_MS = 100;
/** Steps of file systems that keep whole milliseconds, seconds, or two of them (FAT). */
const COARSE_STEP_MS = 2500;

/** The version of a file that lies at a path, or `undefined` when there is no regular file. Links are not followed. */
export function versionOf(path: string): FileVersion | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found?.isFile() ? nameOf(found) : undefined;
}

/** The same; `unsettled` where it changed so recently that a further change could leave it the same. */
export async function settledVersionOf(path: string): Promise<FileVersion | 'unsettled' | undefined> {
  const before = Date.now();
  const found = await lstat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return undefined;
  return found.isFile() && isSettled(found, before) ? nameOf(found) : 'unsettled';
}

/**
 * Reads a file with its version; the version is `undefined` when the file changed so recently that a further change could leave
 * it the same.
 * @param most bytes that are read at most
 */
export function readVersioned(
  path: string,
  most: number,
): { readonly bytes: Uint8Array; readonly version: FileVersion | undefined } {
  const handle = openSync(path, 'r');
  try {
    const before = Date.now();
    const found = fstatSync(handle, { bigint: true });
    // One byte more than it should have: a file that grows meanwhile is read again next time.
    const buffer = Buffer.allocUnsafe(Math.min(most, Number(found.size) + 1));
    let length = 0;
    for (let got = -1; got !== 0 && length < buffer.length; length += got) {
      got = readSync(handle, buffer, length, buffer.length - length, length);
    }
    const settled = isSettled(found, before) && BigInt(length) === found.size;
    return { bytes: buffer.subarray(0, length), version: settled ? nameOf(found) : undefined };
  } finally {
    closeSync(handle);
  }
}

function nameOf(found: BigIntStats): FileVersion {
  return `${found.size}:${found.ino}:${found.mtimeNs}:${found.ctimeNs}`;
}

function isSettled(found: BigIntStats, now: number): boolean {
  const step = found.ctimeNs % 1_000_000n === 0n ? COARSE_STEP_MS : FINE_STEP_MS;
  return now - Number(found.ctimeNs / 1_000_000n) > step;
}
