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
  const since = { base: 'd', files: { 'smoke/a.sh': 'e', 'relctl.yaml': 'f', 'gone.sh': '0' } };
  const records = { 'releases/one.yaml': 'g' };
  const tree = { commit: 'c', since: { ...since, files: { ...since.files, ...records } } };
  const bound = { 'candidate.base': 'b', ...boundTree(tree) };
  expect(treeOf(bound)).toEqual({ commit: 'c', since });
  expect(treeOf({ 'work tree': 'c' })).toEqual({ commit: 'c', since: undefined });
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
