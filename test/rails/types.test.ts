import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { type PlantedTree, PROJECT, plant } from './planted-tree.ts';

/** Mistakes that the compiler must find, with the number of its message. `@/` is the project's own source. */
const MISTAKES: Readonly<Record<string, readonly [error: string, source: string]>> = {
  'an-any': ['TS7006', 'export const f = (x) => x;\n'],
  'an-unchecked-index': ['TS2322', 'export const first = (list: readonly string[]): string => list[0];\n'],
  'an-undefined-for-an-absent-key': ['TS2375', 'export const o: { a?: string } = { a: undefined };\n'],
  'a-missing-return': ['TS7030', 'export function f(x: boolean) {\n  if (x) return 1;\n}\n'],
  'a-fall-through': [
    'TS7029',
    'export function f(x: string) {\n  switch (x) {\n    case "a":\n      x.trim();\n    default:\n      return 1;\n  }\n}\n',
  ],
  'a-value-import-of-a-type': [
    'TS1484',
    "import { Clock } from '@/ports/clock.ts';\nexport const f = (c: Clock) => c;\n",
  ],
  'an-unknown-error-code': [
    'TS2345',
    "import { RelctlError } from '@/errors.ts';\nexport const e = new RelctlError('no.such-code', 'x');\n",
  ],
  'an-unknown-event': [
    'TS2344',
    "import type { EventData } from '@/plan/events.ts';\nexport const f = (d: EventData<'deploy.begun'>) => d;\n",
  ],
  'a-changed-outcome': [
    'TS2540',
    "import type { Outcome } from '@/domain/outcome/outcome.ts';\nexport const f = (o: Outcome) => {\n  o.headline = 'x';\n};\n",
  ],
};

describe('the compiler', () => {
  let tree: PlantedTree;
  let said = '';
  beforeAll(async () => {
    const { compilerOptions } = JSON.parse(readFileSync(join(PROJECT, 'tsconfig.json'), 'utf8')) as {
      compilerOptions: object;
    };
    const files = Object.entries(MISTAKES).map(([name, [, source]]) => [
      `src/${name}.ts`,
      source.replaceAll("'@/", `'${PROJECT}src/`),
    ]);
    tree = plant({
      ...Object.fromEntries(files),
      'src/nothing-wrong.ts': 'export const f = (x: string): string => x;\n',
      'package.json': '{"type":"module"}',
      'tsconfig.json': JSON.stringify({ compilerOptions, include: ['src'] }),
    });
    const tsc = join(PROJECT, 'node_modules/typescript-native/bin/tsc');
    const result = await exec(tsc, ['-p', '.', '--pretty', 'false'], { cwd: tree.root, timeout: 120_000 });
    expect(result.exitCode).not.toBe(0);
    said = result.stdout;
  }, 150_000);
  afterAll(() => tree.remove());

  it.each(Object.entries(MISTAKES).map(([name, [error]]) => [name, error]))('finds %s (%s)', (name, error) => {
    expect(
      said
        .split('\n')
        .filter((line) => line.startsWith(`src/${name}.ts`))
        .join('\n'),
    ).toContain(error);
  });

  it('says nothing of a file in which nothing is wrong', () => {
    expect(said).not.toContain('nothing-wrong');
  });
});
