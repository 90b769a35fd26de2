import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fromGit, PUTS_BACK } from '../../src/plan/guard.ts';

/** `git checkout -- <file>` discards what is not committed; wherever it is advised, that is said. */

const SAID = /command`git checkout -- [^`]*`[\s\S]{0,200}?PUTS_BACK/g;

test('every advice to take a file from git says what is lost', () => {
  let all = 0;
  const bare: string[] = [];
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.ts'))) {
    const text = readFileSync(`src/${file}`, 'utf8');
    const given = text.match(/command`git checkout -- /g)?.length ?? 0;
    all += given;
    if ((text.match(SAID)?.length ?? 0) < given) bare.push(file);
  }
  expect(bare).toEqual([]);
  expect(all).toBeGreaterThan(4);
});

test('what is said of it stands behind it', () => {
  expect(fromGit('a.yaml').slice(1)).toEqual(['git checkout -- a.yaml', PUTS_BACK]);
});
