import { realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { RelctlError } from '../../errors.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { command } from '../../text/command-line.ts';
import { globBase, globMatcher, isGlob } from '../../text/glob.ts';
import { writeAtomically } from './atomic-write.ts';
import { readBounded } from './bounded-read.ts';
import { confine } from './confine.ts';
import { REAL_FILES, systemCode } from './file-operations.ts';

/** Files of a repository are read up to this size: configuration, reports, manifests. */
const LARGEST_BYTES = 64 * 1024 * 1024;
const SKIPPED = new Set(['node_modules', '.git']);

/**
 * The files of a repository beside its plans.
 * @param root absolute path of the work tree
 * @param templates absolute path of the templates that ship with relctl
 * @param cwd absolute path of the folder in which somebody stands; the root when it is left out
 */
export function createWorkspace(root: string, templates: string, cwd = root): Workspace {
  const absolute = (path: string): string => {
    const clean = posix.normalize(path);
    if (clean.startsWith('../') || clean === '..' || posix.isAbsolute(clean) || clean.includes('\0'))
      throw outside(path);
    return join(root, clean);
  };
  return {
    here(path) {
      const target = posix.resolve(realFolder(cwd), path);
      const top = realFolder(root);
      if (target === top) return '.';
      return target.startsWith(`${top}/`) ? target.slice(top.length + 1) : path;
    },
    async read(path) {
      const file = absolute(path);
      await confine(root, file, path);
      return readText(file, path);
    },
    async readBytes(path) {
      const file = absolute(path);
      await confine(root, file, path);
      return readFile(file, path);
    },
    async find(glob) {
      if (!isGlob(glob)) return (await this.read(glob)) === undefined ? [] : [posix.normalize(glob)];
      const matches = globMatcher([posix.normalize(glob)]);
      const base = globBase(posix.normalize(glob));
      absolute(base === '' ? '.' : base);
      return (await filesBelow(root, base)).filter((path) => matches(path)).sort();
    },
    async write(path, content, options = {}) {
      const file = absolute(path);
      await confine(root, file, path);
      const placement = options.overwrite === true ? 'replace' : 'new';
      return writeAtomically(REAL_FILES, { path: file, shown: path, content, placement });
    },
    async template(path) {
      const text = await readText(join(templates, path), path);
      if (text === undefined) throw new Error(`relctl ships without its template ${path}`);
      return text;
    },
  };
}

/** A folder without links in its path, so that two ways to one folder are one. */
function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

async function readText(file: string, shown: string): Promise<string | undefined> {
  const bytes = await readFile(file, shown);
  try {
    return bytes && new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(shown, 'it is not UTF-8 text');
  }
}

async function readFile(file: string, shown: string): Promise<Uint8Array | undefined> {
  try {
    const bytes = await readBounded(file, LARGEST_BYTES);
    if (bytes.byteLength > LARGEST_BYTES) throw unreadable(shown, `it is larger than ${LARGEST_BYTES} bytes`);
    return bytes;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    if (error instanceof RelctlError) throw error;
    throw unreadable(shown, systemCode(error) ?? String(error), error);
  }
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry): Promise<string[]> => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesBelow(root, path);
      return entry.isFile() ? [path] : [];
    }),
  );
  return found.flat();
}

function unreadable(shown: string, problem: string, cause?: unknown): RelctlError {
  return new RelctlError('config.invalid', `${shown} cannot be read: ${problem}`, {
    place: { file: shown },
    why: 'Nothing was changed.',
    hints: [command`ls -ld ${shown}`],
    cause,
  });
}

function outside(path: string): RelctlError {
  return new RelctlError('usage.bad-flag', `${path} is outside the repository`, {
    why: 'relctl reads and writes only inside the repository that it works on.',
    hints: ['give a path relative to the root of the repository'],
  });
}
