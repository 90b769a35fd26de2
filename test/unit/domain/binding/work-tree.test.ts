import { expect, it } from 'vitest';
import {
  boundTree,
  treeOf,
  whatProgramsRead,
  whatSettingsRead,
  withoutTree,
} from '../../../../src/domain/binding/work-tree.ts';
import type { Config } from '../../../../src/plan/config.ts';

it('the commit of a work tree is bound beside the fields, and is none of them', () => {
  const bound = { 'candidate.base': 'b', ...boundTree('c') };
  expect(treeOf(bound)).toBe('c');
  expect(withoutTree(bound)).toEqual({ 'candidate.base': 'b' });
  expect(treeOf({ 'candidate.base': 'b' })).toBeUndefined();
});

it('records are read by no program, all else is', () => {
  const records = [
    'releases/one.yaml',
    'releases/one/cab-packet-1.md',
    'releases/index.html',
    'releases/one/review.ics',
  ];
  const others = [
    '.npmrc',
    'releases/conftest.py',
    'releases/one/run.sh',
    'releases/one/deep/x.json',
    'relctl/process/x.yaml',
  ];
  expect(whatProgramsRead([...records, ...others, 'relctl.yaml'])).toEqual(others);
});

it('what services are made of differs while a change is worked on; what lies at the root counts', () => {
  const services = { shop: { paths: ['**'] } } as unknown as Config['services'];
  expect(whatSettingsRead(['src/main.js', 'package.json', '.npmrc'], { services })).toEqual(['package.json', '.npmrc']);
});
