import { expect, test } from 'vitest';

const { readArguments } = (await import(String(new URL('../../scripts/bench-arguments.js', import.meta.url)))) as {
  readArguments(
    given: readonly string[],
    sections: readonly string[],
  ): { isKept: boolean; names: string[]; own: string[]; fault: string | undefined };
};

const read = (line: string) => readArguments(line.split(' '), ['bake', 'judge-days', 'start']);

test.each([
  ['bake 20 50', { isKept: false, names: ['bake'], own: ['20', '50'] }],
  ['bake -- 20 50', { isKept: false, names: ['bake'], own: ['20', '50'] }],
  ['--write bake 20', { isKept: true, names: ['bake'], own: ['20'] }],
  [
    'judge-days --only bake --canaries 5',
    { isKept: false, names: ['judge-days'], own: ['--only', 'bake', '--canaries', '5'] },
  ],
  ['judge-days -- --only bake', { isKept: false, names: ['judge-days'], own: ['--only', 'bake'] }],
  ['start bake', { isKept: false, names: ['start', 'bake'], own: [] }],
])('"%s" is read with its arguments, whether npm has left the -- or not', (line, wanted) => {
  expect(read(line)).toEqual({ ...wanted, fault: undefined });
});

test.each([
  ['nope', 'no section nope'],
  ['start bake 20', 'arguments belong to one section'],
  ['20 50', 'arguments belong to one section'],
])('"%s" is refused: %s', (line, fault) => {
  expect(read(line).fault).toBe(fault);
});
