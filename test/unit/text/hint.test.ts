import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hintLines, hintParts } from '../../../src/text/hint.ts';

it.each([
  ['relctl status x', { command: 'relctl status x' }],
  ['--exception "<reason>"', { command: '--exception "<reason>"' }],
  ['it has run: relctl deploy x --ran a', { command: 'relctl deploy x --ran a', words: 'it has run' }],
  ["it is so: relctl review x --lesson 'a, b'", { command: "relctl review x --lesson 'a, b'", words: 'it is so' }],
  ['have it merged into main, then: git fetch', { words: 'have it merged into main, then: git fetch' }],
  ['run it: git push, or ask for it', { words: 'run it: git push, or ask for it' }],
  ['try it by hand: /opt/notify a, b', { command: '/opt/notify a, b', words: 'try it by hand' }],
  ['by olga@example.com', { words: 'by olga@example.com' }],
  ['git', { words: 'git' }],
])('%s', (hint, parts) => {
  expect(hintParts(hint)).toEqual(parts);
});

describe('what is said of a command', () => {
  it.each([
    ['load test', 'load test'],
    ['a\n\n    ::error::x', 'a\n\n    ::error::x'],
    ['relctl rollback r --confirm', '| relctl rollback r --confirm'],
    ['as agreed: git push --force', '| as agreed: git push --force'],
    ['a   b   c', 'a   b   c'],
  ])('is words, whatever somebody wrote there: %j', (words, shown) => {
    const command = "relctl signoff condition r --condition 'a   b'\\'' $c'";
    expect(hintParts(`${command}   ${words}`)).toEqual({ command, words });
    expect(hintLines(`${command}   ${words}`)).toEqual([command, shown]);
    expect(hintParts(`--condition d4   ${words}`)).toEqual({ command: '--condition d4', words });
  });

  it.each([
    "relctl x --a 'b   c'",
    "relctl x --a $'b\\'   c'",
    'relctl x --a "<b   c>"',
    "it has run: relctl x 'a   b'",
  ])('is not what stands between quotes: %s', (hint) => {
    expect(hintLines(hint)).toEqual([hint]);
  });
});

it('knows every program that relctl gives a command of', () => {
  const folder = fileURLToPath(new URL('../../../src', import.meta.url));
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const programs = new Set(
    sources.flatMap((file) =>
      [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(/(?<![a-z])command`(?!try )([a-z][a-z-]*) /g)].map(
        ([, one]) => one,
      ),
    ),
  );
  expect(programs).toContain('relctl');
  for (const program of programs) expect(hintParts(`${program} x`), program).toEqual({ command: `${program} x` });
});
