import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A git repository in a temporary folder, with fixed identity and dates; nothing of the host's configuration is read. */
export interface GitFixture {
  readonly root: string;
  /** Runs git and returns its trimmed output. */
  git(...args: string[]): string;
  /** Writes files (null deletes one) and commits them; returns the commit id. */
  commit(files: Readonly<Record<string, string | null>>, message?: string, author?: string): string;
  /** Dates the commits that follow from this moment on, milliseconds since the epoch. */
  setClock(at: number): void;
  /** Deletes the folder. */
  remove(): void;
}

/**
 * Makes an empty repository whose branch is `main`. Each commit is one minute after the one before.
 * @param from a repository to copy instead: much quicker than to make it again; its commits are taken to be of the first half hour
 */
export function gitFixture(from?: GitFixture): GitFixture {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'relctl-git-')));
  if (from !== undefined) cpSync(from.root, root, { recursive: true });
  let minutes = from === undefined ? 0 : 30;
  let start = Date.UTC(2026, 0, 5, 9);
  const git = (...args: string[]): string => {
    const date = new Date(start + minutes * 60_000).toISOString();
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: root,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
      },
    }).trim();
  };
  if (from === undefined) {
    git('init', '--quiet', '--initial-branch=main');
    git('config', 'user.name', 'Ada');
    git('config', 'user.email', 'ada@example.com');
    git('config', 'commit.gpgSign', 'false');
  }
  return {
    root,
    git,
    setClock(at) {
      start = at - minutes * 60_000;
    },
    commit(files, message = 'change', author = 'Ada <ada@example.com>') {
      minutes += 1;
      for (const [path, text] of Object.entries(files)) {
        const full = join(root, path);
        if (text === null) rmSync(full);
        else {
          mkdirSync(dirname(full), { recursive: true });
          writeFileSync(full, text);
        }
      }
      git('add', '--all', '--', ...Object.keys(files));
      git('commit', '--quiet', '--allow-empty', `--author=${author}`, '-m', message);
      return git('rev-parse', 'HEAD');
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
