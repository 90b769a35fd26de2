import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../fs/file-operations.ts';
import { settledVersionOf } from '../fs/file-version.ts';

/** Where git looks for what a name means. Source: gitrevisions(7), `<refname>`. */
const placesOf = (name: string): readonly string[] => [
  name,
  ...['', 'tags/', 'heads/', 'remotes/'].map((folder) => `refs/${folder}${name}`),
  `refs/remotes/${name}/HEAD`,
];
/** Whose meaning hangs on more than refs: on parents of commits, or on which other objects there are (shortened ids, `v1-3-gabcdef`). */
const HANGS_ON_MORE = /[~^]|^(?:.*-g)?[0-9a-f]{4,39}$/i;
const ID = /^([0-9a-f]{40}|[0-9a-f]{64})\n?$/;

/**
 * Remembers which commits names mean, as long as nothing moved that could give one another meaning. What is read for that are a few short
 * files; starting git takes as long as hundreds of them.
 * @param folder absolute path of an ordinary `.git`; without it nothing is remembered
 * @param ask what git says; what it throws is not remembered
 */
export function untilMoved(
  folder: string | undefined,
  ask: (name: string) => Promise<string>,
): (name: string) => Promise<string> {
  if (folder === undefined) return ask;
  const known = new Map<string, { readonly version: string; readonly id: Promise<string> }>();
  return async (name) => {
    const version = HANGS_ON_MORE.test(name) ? undefined : await versionOfName(folder, name);
    if (version === undefined) return ask(name);
    const before = known.get(name);
    if (before?.version === version) return before.id;
    const asked = { version, id: ask(name) };
    known.set(name, asked);
    const forget = () => {
      if (known.get(name) === asked) known.delete(name);
    };
    // Moved while git was asked: then nobody can say which of the two it saw.
    asked.id.then(async () => (await versionOfName(folder, name)) === version || forget()).catch(forget);
    return asked.id;
  };
}

/** What all places say together; `undefined` where a place leads on, and where refs are kept otherwise. */
async function versionOfName(folder: string, name: string): Promise<string | undefined> {
  const [packed, config, ...ids] = await Promise.all([
    settledVersionOf(join(folder, 'packed-refs')),
    read(join(folder, 'config')),
    ...placesOf(name).map((place) => read(join(folder, place))),
  ]);
  const isPlain =
    config !== undefined && !/refstorage/i.test(config) && ids.every((id) => id === '' || ID.test(id ?? ''));
  return packed === 'unsettled' || !isPlain ? undefined : [packed ?? '', ...ids].join('\0');
}

/** A file's text; empty where there is none; `undefined` where it cannot be read. */
async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    return ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '') ? '' : undefined;
  }
}
