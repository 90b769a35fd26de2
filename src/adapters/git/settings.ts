import type { Git } from './git.ts';

/** What git's configuration says, from wherever git reads it. */
export interface Settings {
  /** The value that counts; `undefined` where there is none, or an empty one. */
  get(name: string): string | undefined;
  /** Names of the remotes, sorted. */
  readonly remotes: readonly string[];
}

/** All settings at once, through one process: each `git config --get` would be another. Errors: `tool.*`. */
export async function settingsOf(git: Pick<Git, 'read'>): Promise<Settings> {
  const values = new Map<string, string>();
  for (const entry of (await git.read(['config', '--list', '-z'])).split('\0')) {
    // A name that stands without a value says true, and no text.
    const [, name, value = ''] = /^([^\n]+)(?:\n(.*))?$/s.exec(entry) ?? [];
    if (name !== undefined) values.set(name, value.trim());
  }
  const remotes = [...values.keys()].flatMap((name) => /^remote\.(.+)\.[^.]+$/s.exec(name)?.[1] ?? []);
  return {
    // git writes the last part of a name in small letters, and none of relctl's has a part in the middle.
    get: (name) => values.get(name.toLowerCase()) || undefined,
    // As `git remote` does, which takes none for a remote that begins so.
    remotes: [...new Set(remotes)].filter((name) => !name.startsWith('/')).sort(),
  };
}
