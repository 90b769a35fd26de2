import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { plainIdentity } from '../../src/adapters/git/plain-identity.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';

/** What is read without git is what git says, or nothing. */

let git: GitFixture;
afterEach(() => git.remove());

const SETTINGS = {
  'in the repository': { local: '[user]\n\temail = ada@example.com\n' },
  'of the user': { global: '[user]\n\tname = Ada\n\temail = ada@example.com\n' },
  'of both': { local: '[user]\n\temail = ada@example.com\n', global: '[user]\n\temail = bob@example.com\n' },
  'set twice': {
    local: '[user]\n\temail = bob@example.com\n[core]\n\tbare = false\n[user]\n\temail = ada@example.com\n',
  },
  'of an author': { global: '[author]\n\temail = ada@example.com\n', local: '[user]\n\temail = bob@example.com\n' },
  'in the environment': { local: '[user]\n\temail = bob@example.com\n', env: { GIT_AUTHOR_EMAIL: 'ada@example.com' } },
  'below XDG': { xdg: '[USER]\n\tEMAIL=ada@example.com\n' },
  'of nobody': {},
  'of nobody but the mail program': { env: { EMAIL: 'ada@example.com' } },
} as const;

/** Only git reads these. */
const FOR_GIT = {
  'that is included': { global: '[include]\n\tpath = work.inc\n' },
  'with a condition': { global: '[includeIf "gitdir:~/"]\n\tpath = work.inc\n' },
  'between quotes': { local: '[user]\n\temail = "ada@example.com"\n' },
  'with a comment': { local: '[user]\n\temail = ada@example.com ; at work\n' },
  'on the line of its section': { local: '[user] email = ada@example.com\n' },
  'in the environment of git': { env: { GIT_CONFIG_COUNT: '0' }, local: '[user]\n\temail = ada@example.com\n' },
} as const;

interface Setting {
  readonly local?: string;
  readonly global?: string;
  readonly xdg?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What git and what the reader says of a setting. */
async function both({ local = '', global = '', xdg = '', env = {} }: Setting) {
  git = gitFixture();
  const { root } = git;
  git.git('config', '--remove-section', 'user');
  appendFileSync(join(root, '.git', 'config'), local);
  writeFileSync(join(root, '.gitconfig'), global);
  mkdirSync(join(root, '.config', 'git'), { recursive: true });
  writeFileSync(join(root, '.config', 'git', 'config'), xdg);
  const home = { PATH: process.env.PATH, HOME: root, ...env };
  const arguments_ = ['-c', 'user.useConfigOnly=true', '-c', 'user.name=x', 'var', 'GIT_AUTHOR_IDENT'];
  let said: string | undefined;
  try {
    said = /<(.*)>/.exec(
      execFileSync('git', arguments_, { cwd: root, env: home, encoding: 'utf8', stdio: 'pipe' }),
    )?.[1];
  } catch {
    said = undefined;
  }
  return { said, read: await plainIdentity(root, home) };
}

test.each(Object.entries<Setting>(SETTINGS))('an identity %s is the one of git', async (name, setting) => {
  const { said, read } = await both(setting);
  expect(read).toBe(said);
  expect(read).toBe(name.startsWith('of nobody') ? undefined : 'ada@example.com');
});

test.each(Object.entries<Setting>(FOR_GIT))('an identity %s is left to git', async (_, setting) => {
  expect((await both(setting)).read).toBeUndefined();
});
