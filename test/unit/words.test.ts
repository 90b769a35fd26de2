import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Words that people would read for one of the words of relctl, and what relctl says: one word for one thing. */
const OTHER_WORDS: readonly (readonly [pattern: RegExp, said: string])[] = [
  [/\bways? back\b/i, 'a release is rolled back (rollback); a migration is undone'],
  [/\bways? down\b/i, 'a migration is undone'],
  [/\bback[- ]?out\b/i, 'rollback'],
  [/\d+(\.\d+)?[ )}]*×(?!\d)/, 'a ratio is written ×5'],
];

const filesBelow = (folder: string, ending: string) =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));
const textOf = (file: string) => readFileSync(join(PROJECT, file), 'utf8');

/** Lines of a source without its comments, which nobody reads who uses relctl. */
const shownIn = (source: string) => source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');

/** Pages that people read; decisions and figures are written for those who work on relctl. */
const isGuide = (file: string) => !/^docs\/(decisions|bench)/.test(file);

it.each(OTHER_WORDS)('nothing that relctl says has %s: %s', (pattern) => {
  const texts = [
    ...filesBelow('src', '.ts').map((file) => [file, shownIn(textOf(file))] as const),
    ...['README.md', ...filesBelow('docs', '.md').filter(isGuide), ...filesBelow('templates', '')]
      .filter((file) => /\.\w+$/.test(file))
      .map((file) => [file, textOf(file)] as const),
  ];
  expect(texts.length).toBeGreaterThan(100);
  const found = texts.flatMap(([file, text]) =>
    text.split('\n').flatMap((line) => (pattern.test(line) ? [`${file}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});
