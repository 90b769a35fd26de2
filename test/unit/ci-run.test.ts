import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

it('RELCTL_CI=full leaves no end-to-end test out', () => {
  // What chooses files: the lists of names, and the arguments of the script. Vitest takes each as a part of a path.
  const words = read('.ci/run')
    .split('\n')
    .filter((line) => /^\s*(e2e|more)=\(|npm run test:e2e/.test(line) && !line.includes('$'))
    .flatMap((line) => line.replace(/.*(=\(|test:e2e --)/, '').match(/[\w./-]+/g) ?? [])
    .filter((word) => !word.startsWith('-'))
    .map((word) => word.replace(/\.test\.ts$/, ''));
  const files = readdirSync(fileURLToPath(new URL('test/e2e', ROOT))).filter((file) => file.endsWith('.test.ts'));
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !words.some((word) => `test/e2e/${file}`.includes(word)))).toEqual([]);
});
