import { expect, it } from 'vitest';
import { ENTRIES } from '../../../src/program/entries.ts';
import { buildProgram, CommanderError } from '../../../src/program/program.ts';
import { tell } from '../../support/hostile/told.ts';

function helpOf(path: string, columns = 100): string {
  let text = '';
  const output = {
    write: (part: string) => {
      text += part;
    },
    columns,
  };
  const words = path === '' ? [] : path.split(' ');
  try {
    buildProgram('0.0.0', output, () => undefined, words[0]).parse([...words, '--help'], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  return text;
}

it.each(ENTRIES.map(({ path }) => path))('%s shows its own flags before those of every command', (path) => {
  const headings = [...helpOf(path).matchAll(/^([A-Z]\w+):$/gm)].map((match) => match[1]);
  expect(headings.filter((one) => one === 'Options' || one === 'Everywhere')).toEqual(['Options', 'Everywhere']);
});

it.each(['', ...ENTRIES.map(({ path }) => path)])('relctl %s --help fits 80 columns, examples aside', (path) => {
  const lines = helpOf(path, 80).split('\n');
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => line.length > 80 && !line.startsWith('  $ '))).toEqual([]);
});

it.each(ENTRIES.map(({ path }) => path))('help %s shows the help of that command', async (path) => {
  const words = path.split(' ');
  const { exitCode, stdout } = await tell(process.cwd(), ['help', ...words]);
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`Usage: relctl ${path}`) });
});

it.each([
  ['signof cab', 'relctl signoff cab'],
  ['signoff cba', 'relctl signoff cab'],
  ['nonsense', 'relctl --help'],
])('help %s is refused, and says %s', async (words, next) => {
  const { exitCode, stderr } = await tell(process.cwd(), ['help', ...words.split(' ')]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(next) });
});
