import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('docs/cli.md and docs/schemas say what the sources say; `npm run docs` brings them up to date', async () => {
  const script = join(root, 'scripts/generate-docs.js');
  const { exitCode, stderr } = await exec(process.execPath, [script, '--check'], { cwd: root, timeout: 30_000 });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

it('every decision says when it was made and whether it holds', () => {
  const folder = join(root, 'docs/decisions');
  const undated = readdirSync(folder).filter((name) => {
    const [title = '', , dated = ''] = readFileSync(join(folder, name), 'utf8').split('\n');
    return !title.startsWith('# ') || !/^Date: \d{4}-\d\d-\d\d\. Status: (?:accepted|superseded by \S+)\.$/.test(dated);
  });
  expect(undated).toEqual([]);
});
