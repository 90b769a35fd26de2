import { randomBytes } from 'node:crypto';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { byName } from '../../text/by-name.ts';
import { command } from '../../text/command-line.ts';
import { type FileOperations, systemCode } from './file-operations.ts';

/** How the new file takes its place. */
export type Placement =
  /** Over whatever is there. */
  | 'replace'
  /** Only where nothing is; an existing file is left alone. */
  | 'new';

/** What a durable write needs to know. */
export interface WriteRequest {
  readonly path: string;
  /** How messages name the file. */
  readonly shown: string;
  readonly content: string | Uint8Array;
  readonly placement: Placement;
  /** Runs when the content is on the disk, right before it takes its place; what it throws leaves the old file. */
  readonly lastCheck?: () => Promise<void>;
}

/**
 * Puts a whole file in place, so that a crash at any moment leaves the old file or the new one: temporary file in the same
 * folder, fsync, rename (or link, for a file that must not exist), fsync of the folder.
 * @returns false when `placement` is `new` and a file is there already
 * @throws RelctlError `plan.write-failed` when the disk is full, broken or read-only
 */
export async function writeAtomically(files: FileOperations, request: WriteRequest): Promise<boolean> {
  const folder = dirname(request.path);
  const temporary = temporaryName(request.path);
  let placed = false;
  try {
    const made = await mkdir(folder, { recursive: true });
    if (made !== undefined) await files.syncFolder(dirname(made));
    await files.writeNew(temporary, request.content, await modeOf(request.path));
    await files.syncFile(temporary);
    await request.lastCheck?.();
    placed = await putInPlace(files, temporary, request);
    if (placed) await files.syncFolder(folder);
    return placed;
  } catch (error) {
    throw error instanceof RelctlError ? error : writeFailed(request.shown, error, placed);
  } finally {
    // After a rename the temporary name is gone; otherwise what is left of it must not stay.
    await files.unlink(temporary).catch(() => undefined);
  }
}

async function putInPlace(files: FileOperations, temporary: string, request: WriteRequest): Promise<boolean> {
  if (request.placement === 'replace') {
    await files.rename(temporary, request.path);
    return true;
  }
  try {
    await files.link(temporary, request.path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
  }
  // A file system without hard links: the caller holds the lock, so looking first is as good.
  if (await exists(request.path)) return false;
  await files.rename(temporary, request.path);
  return true;
}

/** Removes temporary files that killed writers left of this file. Only for the holder of the file's lock. */
export async function sweepTemporaryFiles(files: FileOperations, path: string): Promise<void> {
  const prefix = `.${basename(path)}.`;
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    // The rest is matched exactly, because the name of another file may begin like the name of this one.
    const ours = name.startsWith(prefix) && /^[0-9a-f]{12}\.tmp$/.test(name.slice(prefix.length));
    if (ours) await files.unlink(join(folder, name)).catch(() => undefined);
  }
}

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
}

async function modeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 0o644 : found.mode & 0o777;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

const REASONS: Readonly<Record<string, string>> = byName({
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk reported an error',
  EROFS: 'the file system is read-only',
  EACCES: 'permission was denied',
  EPERM: 'permission was denied',
  ENOTDIR: 'a part of its path is a file',
});

function writeFailed(shown: string, error: unknown, placed: boolean): RelctlError {
  const code = systemCode(error);
  const folder = dirname(shown);
  return new RelctlError('plan.write-failed', `${shown} could not be written: ${REASONS[code] ?? String(error)}`, {
    place: { file: shown },
    why: placed
      ? 'The new content is there, but the disk did not confirm that it would survive a power cut.'
      : 'The file is as it was before; what relctl was about to record is not in it.',
    hints: [code === 'ENOSPC' || code === 'EDQUOT' ? command`df -h ${folder}` : command`ls -ld ${folder} ${shown}`],
    cause: error,
    data: { file: shown, errno: code, placed },
  });
}
