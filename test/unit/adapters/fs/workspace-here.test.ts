import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorkspace } from '../../../../src/adapters/fs/workspace.ts';

let folder: string;
let root: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'relctl-here-')));
  root = join(folder, 'shop');
  mkdirSync(join(root, 'services/web'), { recursive: true });
  symlinkSync(root, join(folder, 'link'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['services/web', 'reports/*.xml', 'services/web/reports/*.xml'],
  ['services/web', '../../reports/**/*.xml', 'reports/**/*.xml'],
  ['services/web', './packet.html', 'services/web/packet.html'],
  ['', 'packet.html', 'packet.html'],
  ['', '.', '.'],
  // What leads outside is refused by what reads or writes it, with its own words.
  ['services/web', '../../../other.xml', '../../../other.xml'],
])('from "%s", %s is %s', (from, typed, expected) => {
  expect(createWorkspace(root, '', join(root, from)).here(typed)).toBe(expected);
});

test('an absolute path, and a folder reached through a link, are what they lead to', () => {
  expect(createWorkspace(root, '', join(folder, 'link/services')).here('web/a.xml')).toBe('services/web/a.xml');
  expect(createWorkspace(root, '').here(join(root, 'a.xml'))).toBe('a.xml');
});
