import { expect, test } from 'vitest';
import { asSomebody, nameList, namesIn } from '../../../../src/domain/people/people.ts';

test('a list of people is read as it was written, and a role is nobody', () => {
  const people = ['ada@example.com', 'bob@example.com'];
  expect(namesIn(nameList(people))).toEqual(people);
  expect(namesIn(nameList([]))).toEqual([]);
  expect(namesIn('the R&D Lead')).toEqual([]);
});

test.each([
  ['another acts', 'relctl stage r', ['Ada@example.com'], 'bob@example.com', 'relctl stage r --as Ada@example.com'],
  ['nobody is known', 'relctl stage r', ['ada@example.com'], undefined, 'relctl stage r --as ada@example.com'],
  ['the reader acts', 'relctl stage r', ['bob@example.com', 'ADA@example.com'], 'ada@example.com', 'relctl stage r'],
  ['it only looks', 'relctl status r --verbose', ['bob@example.com'], undefined, 'relctl status r --verbose'],
  ['anybody acts', 'relctl status r', [], 'ada@example.com', 'relctl status r'],
  ['it names them', 'relctl stage r --as c@d', ['ada@example.com'], 'bob@example.com', 'relctl stage r --as c@d'],
  ['it is no command of relctl', 'git fetch', ['ada@example.com'], 'bob@example.com', 'git fetch'],
  [
    'it must be quoted',
    'relctl stage r',
    ["a'b@example.com"],
    'bob@example.com',
    `relctl stage r --as 'a'\\''b@example.com'`,
  ],
])('a command where %s', (_, line, who, reader, expected) => {
  expect(asSomebody(line, who, reader)).toBe(expected);
});
