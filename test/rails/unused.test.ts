import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { PROJECT, plant } from './planted-tree.ts';

interface Report {
  readonly issues: readonly {
    readonly file: string;
    readonly exports?: readonly { readonly name: string }[];
    readonly files?: readonly { readonly name: string }[];
    readonly dependencies?: readonly { readonly name: string }[];
    readonly unlisted?: readonly { readonly name: string }[];
  }[];
}

describe('the search for what nobody uses', () => {
  it('finds an export, a file, a package and an unlisted package, and nothing where all is used', {
    timeout: 120_000,
  }, async () => {
    const manifest = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Record<string, unknown>;
    const tree = plant({
      'package.json': JSON.stringify({
        ...manifest,
        dependencies: { chalk: '*', yaml: '*' },
        devDependencies: {},
        scripts: {},
      }),
      'knip.json': readFileSync(join(PROJECT, 'knip.json'), 'utf8'),
      'tsconfig.json': readFileSync(join(PROJECT, 'tsconfig.json'), 'utf8'),
      'bin/relctl.js': "const { run } = await import('../dist/main.js');\nrun();\n",
      'src/main.ts':
        "import chalk from 'chalk';\nimport { used } from './domain/used.ts';\nimport * as z from 'zod';\n\nexport const run = () => [chalk, used, z];\n",
      'src/domain/used.ts': 'export const used = 1;\nexport const forgotten = 2;\n',
      'src/domain/lonely.ts': 'export const alone = 1;\n',
    });
    try {
      const knip = join(PROJECT, 'node_modules/.bin/knip');
      const { exitCode, stdout } = await exec(knip, ['--reporter', 'json', '--no-progress'], {
        cwd: tree.root,
        timeout: 100_000,
      });
      expect(exitCode).not.toBe(0);
      const { issues } = JSON.parse(stdout) as Report;
      const named = (kind: 'exports' | 'files' | 'dependencies' | 'unlisted') =>
        issues.flatMap((issue) => (issue[kind] ?? []).map((one) => one.name)).sort();
      expect(named('exports')).toEqual(['forgotten']);
      expect(named('files')).toEqual(['src/domain/lonely.ts']);
      expect(named('dependencies')).toEqual(['yaml']);
      expect(named('unlisted')).toEqual(['zod']);
    } finally {
      tree.remove();
    }
  });
});
