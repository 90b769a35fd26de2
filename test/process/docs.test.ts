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
