import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeCommentedYaml } from '../../../src/plan/commented-yaml.ts';
import { editHead } from '../../../src/plan/edit.ts';
import { readYaml } from '../../../src/plan/yaml.ts';

const SHARED = { hooks: { 'Job/migrate': 'migration' }, values: ['a.yaml', 'b.yaml'] };
const TWICE = { staging: SHARED, production: SHARED, other: { values: SHARED.values } };

test('what a value holds twice is written twice, and reads again', () => {
  const written = writeCommentedYaml({ manifests: TWICE });
  expect(readYaml(written, 'relctl.yaml').value).toEqual({ manifests: TWICE });
});

test.each([
  { kind: 'set', path: ['a'], value: TWICE },
  { kind: 'append', path: ['a'], items: [{ value: TWICE }] },
] as const)('an edit too: $kind', (edit) => {
  const text = editHead('b: 1\n', [edit]);
  expect(readYaml(text, 'plan.yaml').value).toMatchObject({ b: 1 });
});

test('nothing of src writes YAML in another way', () => {
  const src = join(import.meta.dirname, '../../../src');
  const others = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(src, file), 'utf8');
      const writes = /from 'yaml'/.test(text) && /(?<!JSON\.)\bstringify\(|new Document\(|createNode\(/.test(text);
      return writes && !text.includes('PLAIN_YAML') ? [file] : [];
    });
  expect(others).toEqual([]);
});
