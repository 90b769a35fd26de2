import { expect, test } from 'vitest';
import { parseDiff } from '../../../../src/evidence/impact/diff.ts';
import { mayMatter } from '../../../../src/evidence/impact/relevance.ts';

const changed = (path: string, line: string, header = '') =>
  parseDiff(`diff --git a/${path} b/${path}\n${header}--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-old\n+${line}\n`).map(
    mayMatter,
  )[0];

test.each([
  ['a.ts', '  WALLET_URL,', true],
  ['a.ts', 'const x = process.env.foo;', true],
  ['a.ts', '*/', true],
  ['a.rb', '=begin', true],
  ['a.ts', 'return total + 1;', false],
  ['a.go', 'x := f(y)', false],
  ['a.go', 'port := fs.Int("port", 80, "")', true],
  ['a.go', 'fs.DurationVar(&c.Timeout, "timeout", time.Second, "")', true],
  ['A.java', '    int poolSize();', true],
  ['A.java', '    pool.size();', false],
  ['a.py', '    database_url: str', true],
  ['src/migrations/1.ts', 'return total + 1;', true],
  ['k8s/a.yaml', 'replicas: 2', true],
  ['package.json', '"a": "1"', true],
])('%s: %s -> %s', (path, line, expected) => expect(changed(path, line)).toBe(expected));

test('a new file is always read', () => {
  expect(changed('a.ts', 'x', 'new file mode 100644\n')).toBe(true);
});
