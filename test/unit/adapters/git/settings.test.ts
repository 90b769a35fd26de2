import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gitIn } from '../../../../src/adapters/git/git.ts';
import { settingsOf } from '../../../../src/adapters/git/settings.ts';
import { type GitFixture, gitFixture } from '../../../support/git-fixture.ts';

let repo: GitFixture;
beforeEach(() => {
  repo = gitFixture();
});
afterEach(() => repo.remove());

/** Texts of a configuration that are easily read otherwise than git does. */
const CONFIGURATIONS: Readonly<Record<string, string>> = {
  nothing: '',
  'one remote': '[remote "origin"]\n\turl = https://example.com/a.git\n',
  'remotes out of order': '[remote "b"]\n\turl = b\n[remote "a"]\n\turl = a\n[remote "B"]\n\turl = c\n',
  'a remote with dots and one with a space': '[remote "a.b.c"]\n\turl = x\n[remote "d e"]\n\turl = y\n',
  'a remote without an address': '[remote "odd"]\n\tfetch = +refs/heads/*:refs/remotes/odd/*\n',
  'a remote that begins with a slash': '[remote "/tmp"]\n\turl = x\n',
  'what is no remote': '[remote]\n\tpushDefault = mine\n[branch "main"]\n\tremote = other\n',
  'a name that is set twice': '[relctl]\n\trecordsBranch = one\n[relctl]\n\trecordsBranch = two\n',
  'a name in capitals': '[RELCTL]\n\tRECORDSBRANCH = loud\n',
  'a name without a value': '[relctl]\n\trecordsBranch\n',
  'an empty value': '[relctl]\n\trecordsBranch = ""\n',
  'a value with line breaks': '[relctl]\n\trecordsBranch = "one\\nremote.evil.url"\n',
  'a value with an equals sign and spaces': '[relctl]\n\trecordsBranch = " a = b "\n',
  'the same name below another': '[relctl "x"]\n\trecordsBranch = below\n',
};

test.each(Object.entries(CONFIGURATIONS))('%s: as git says each alone', async (_name, text) => {
  appendFileSync(join(repo.root, '.git', 'config'), text);
  const git = gitIn(repo.root);
  const alone = (await git.run(['config', '--get', 'relctl.recordsBranch'])).stdout.trim();
  const remotes = (await git.read(['remote'])).split('\n').filter((one) => one !== '');
  const settings = await settingsOf(git);
  expect(settings.get('relctl.recordsBranch')).toBe(alone === '' ? undefined : alone);
  expect(settings.remotes).toEqual(remotes);
});
