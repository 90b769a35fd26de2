import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { PROJECT, plant } from './planted-tree.ts';

interface Report {
  readonly testResults: readonly { readonly name: string; readonly message: string }[];
}

/** A file of tests that runs a statement, and nothing after it. */
const leaving = (statement: string) =>
  `import { it } from 'vitest';\n\nit('leaves something behind', () => {\n  ${statement}\n});\n`;

const LEFT = {
  'directory.test.js': ["process.chdir('..');", 'the working directory'],
  'umask.test.js': ['process.umask(0o070);', 'the umask'],
  'set.test.js': ["process.env.RELCTL_LEFT = 'x';", 'variable RELCTL_LEFT'],
  'deleted.test.js': ['delete process.env.HOME;', 'variable HOME'],
  'listener.test.js': ["process.on('SIGINT', () => undefined);", 'listeners of SIGINT'],
} as const;

it('a file that does not leave the process it shares as it found it fails, and no other', {
  timeout: 120_000,
}, async () => {
  const setup = 'test/support/shared-process.ts';
  const tree = plant({
    'vitest.config.js': `export default { test: { isolate: false, maxWorkers: 1, setupFiles: ['${setup}'] } };\n`,
    [setup]: readFileSync(join(PROJECT, setup), 'utf8'),
    ...Object.fromEntries(Object.entries(LEFT).map(([file, [statement]]) => [file, leaving(statement)])),
    'restored.test.js': leaving('const was = process.umask(0o070); process.umask(was);'),
  });
  try {
    const vitest = join(PROJECT, 'node_modules/.bin/vitest');
    const { exitCode, stdout } = await exec(vitest, ['run', '--reporter=json'], { cwd: tree.root, timeout: 100_000 });
    const { testResults } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as Report;
    const found = testResults.map(({ name, message }) => [basename(name), /expected \[ '(.*)' \]/.exec(message)?.[1]]);
    expect(found.sort()).toEqual(
      [...Object.entries(LEFT).map(([file, [, told]]) => [file, told]), ['restored.test.js', undefined]].sort(),
    );
    expect(exitCode).toBe(1);
  } finally {
    tree.remove();
  }
});
