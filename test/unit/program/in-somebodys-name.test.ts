import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { asSomebody } from '../../../src/domain/people/people.ts';
import { ENTRIES } from '../../../src/program/entries.ts';

/** What a command opens, by its source: the repository in somebody's name, or in nobody's. */
function openedBy(path: string): 'somebody' | 'nobody' | undefined {
  const file = new URL(`../../../src/commands/${path.replace(' ', '-')}.ts`, import.meta.url);
  const source = readFileSync(file, 'utf8');
  if (/invocation\.(?:reading|observing|ground)\(/.test(source)) return 'nobody';
  return /invocation\.context\(/.test(source) ? 'somebody' : undefined;
}

test('a command is given in the name of another exactly where it asks who gives it', () => {
  const opened = new Map(ENTRIES.map(({ path }) => [path, openedBy(path)]));
  const named = ENTRIES.map(({ path }) => path).filter((path) => {
    const line = `relctl ${path} x`;
    return asSomebody(line, ['ada@example.com'], undefined) !== line;
  });
  const of = (who: string) => [...opened].flatMap(([path, one]) => (one === who ? [path] : []));
  expect(named.filter((path) => opened.get(path) === 'nobody')).toEqual([]);
  expect(of('somebody').filter((path) => !named.includes(path))).toEqual([]);
  // What opens nothing, such as `completion`, is no step that anybody is told to take.
  expect([of('somebody').length, of('nobody').length]).toEqual([expect.any(Number), 8]);
  expect(of('somebody').length).toBeGreaterThan(15);
});
