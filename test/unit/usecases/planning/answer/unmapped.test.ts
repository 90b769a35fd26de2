import { expect, test } from 'vitest';
import { unmappedGroups, unmappedRow, unmappedSentence } from '../../../../../src/usecases/planning/answer/unmapped.ts';

const MANY = ['a', 'b', 'c', 'd', 'e'].map((name) => `infra/terraform/modules/${name}.tf`);

test('a folder of many is one line, by its number and the first; few, and files of the root, stand by themselves', () => {
  const groups = unmappedGroups(['Makefile', ...MANY, 'hooks/a.sh', 'hooks/b.sh']);
  expect(groups.map(unmappedSentence)).toEqual([
    'Changed file that belongs to no service; say what it affects (Makefile)',
    '5 changed files of infra/terraform belong to no service; say what they affect (infra/terraform/modules/a.tf and 4 more)',
    'Changed file that belongs to no service; say what it affects (hooks/a.sh)',
    'Changed file that belongs to no service; say what it affects (hooks/b.sh)',
  ]);
  expect(groups.map(unmappedRow)[1]?.slice(1, 3)).toEqual(['infra/terraform, 5 files', 'a person decides']);
  expect(groups.flatMap(({ files }) => files)).toHaveLength(8);
});

test('files of the root are never one: they have nothing in common', () => {
  expect(unmappedGroups(['a', 'b', 'c', 'd', 'e'])).toHaveLength(5);
});
