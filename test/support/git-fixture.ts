import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { templateOf } from './git-templates.ts';

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
  if (from !== undefined) return fixtureIn(copyOf(from.root), 30);
  return fixtureIn(copyOf(templateOf(['empty'], makeEmpty).root), 0);
}

/**
 * A repository with the commits that `make` makes, which are made once in a run of tests and copied from then on: git starts several
 * processes for each.
 * @param of everything that decides what `make` makes, so that no other repository is taken for it
 * @param make uses nothing of the fixture but its commits and its git
 */
export function madeOnce(of: readonly unknown[], make: (git: GitFixture) => void): GitFixture {
  const { root, minutes } = templateOf(of, (folder) => {
    cpSync(templateOf(['empty'], makeEmpty).root, folder, { recursive: true });
    let made = 0;
    const fixture = fixtureIn(folder, 0);
    const commit: GitFixture['commit'] = (...args) => {
      made += 1;
      return fixture.commit(...args);
    };
    make({ ...fixture, commit });
    return made;
  });
  return fixtureIn(copyOf(root), minutes);
}

function copyOf(from: string): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'relctl-git-')));
  cpSync(from, root, { recursive: true });
  return root;
}

function makeEmpty(root: string): number {
  const { git } = fixtureIn(root, 0);
  git('init', '--quiet', '--initial-branch=main');
  const hooks = join(root, '.git', 'hooks');
  for (const sample of readdirSync(hooks)) rmSync(join(hooks, sample));
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  git('config', 'commit.gpgSign', 'false');
  return 0;
}

/** @param minutes how many commits were made in it */
function fixtureIn(root: string, minutes: number): GitFixture {
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
