import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';
import { PROJECT, plant } from './planted-tree.ts';

const config = createRequire(import.meta.url)(join(PROJECT, '.dependency-cruiser.cjs')) as {
  readonly forbidden: readonly (IForbiddenRuleType & { readonly name: string; readonly comment?: string })[];
  readonly options: Readonly<Record<string, unknown>>;
};
const manifest = readFileSync(join(PROJECT, 'package.json'), 'utf8');

/** Names of the rules that a tree of files breaks. */
async function broken(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const tree = plant({
    'package.json': manifest,
    'tsconfig.json': '{"compilerOptions":{"module":"nodenext"}}',
    ...files,
  });
  const home = process.cwd();
  try {
    process.chdir(tree.root);
    const folders = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))];
    const { output } = await cruise(folders, {
      ...config.options,
      tsConfig: { fileName: 'tsconfig.json' },
      validate: true,
      ruleSet: { forbidden: [...config.forbidden] },
    });
    return [...new Set((output as ICruiseResult).summary.violations.map((violation) => violation.rule.name))].sort();
  } finally {
    process.chdir(home);
    tree.remove();
  }
}

const VALUE = 'export const value = 1;\n';
const TYPE = 'export type Shape = { readonly a: number };\n';
const uses = (path: string) => `import { value } from '${path}';\nexport const used = value;\n`;
const usesType = (path: string) =>
  `import type { Shape } from '${path}';\nexport const used = (shape: Shape) => shape;\n`;

/** For each rule, files that break it and no other. */
const PLANTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no-cycles': {
    'src/domain/a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
    'src/domain/b.ts': "import { a } from './a.ts';\nexport const b = () => a;\n",
  },
  'no-orphans': { 'src/domain/lonely.ts': VALUE },
  'no-unresolved': { 'src/domain/a.ts': uses('./gone.ts') },
  'domain-stands-alone': { 'src/domain/a.ts': uses('../usecases/b.ts'), 'src/usecases/b.ts': VALUE },
  'domain-takes-ports-as-types': { 'src/domain/a.ts': uses('../ports/b.ts'), 'src/ports/b.ts': VALUE },
  'plan-stands-alone': { 'src/plan/a.ts': uses('../domain/state.ts'), 'src/domain/state.ts': VALUE },
  'evidence-reads-only': { 'src/evidence/a.ts': uses('../usecases/b.ts'), 'src/usecases/b.ts': VALUE },
  'ports-are-shapes': { 'src/ports/a.ts': usesType('../usecases/b.ts'), 'src/usecases/b.ts': TYPE },
  'usecases-know-no-adapter': { 'src/usecases/a.ts': uses('../renderers/b.ts'), 'src/renderers/b.ts': VALUE },
  'rooms-call-no-front-door': { 'src/usecases/audit/a.ts': uses('../audit.ts'), 'src/usecases/audit.ts': VALUE },
  'rooms-stand-in-order': { 'src/usecases/release/a.ts': uses('../cluster/b.ts'), 'src/usecases/cluster/b.ts': VALUE },
  'cluster-knows-no-deployment': {
    'src/usecases/cluster/a.ts': uses('../deployment/b.ts'),
    'src/usecases/deployment/b.ts': VALUE,
  },
  'canary-knows-no-deployment': {
    'src/usecases/canary/a.ts': usesType('../deployment/b.ts'),
    'src/usecases/deployment/b.ts': TYPE,
  },
  'planning-changes-nothing': {
    'src/usecases/planning/check/a.ts': uses('../../deployment/b.ts'),
    'src/usecases/deployment/b.ts': VALUE,
  },
  'adapters-obey-ports': { 'src/adapters/a.ts': uses('../usecases/b.ts'), 'src/usecases/b.ts': VALUE },
  'only-the-terminal-draws': { 'src/adapters/git/a.ts': uses('../../renderers/b.ts'), 'src/renderers/b.ts': VALUE },
  'text-knows-nothing': { 'src/text/a.ts': uses('../plan/b.ts'), 'src/plan/b.ts': VALUE },
  'renderers-know-the-domain-only': { 'src/renderers/a.ts': usesType('../ports/b.ts'), 'src/ports/b.ts': TYPE },
  'renderers-take-the-plan-as-types': { 'src/renderers/a.ts': uses('../plan/b.ts'), 'src/plan/b.ts': VALUE },
  'commands-call-use-cases': { 'src/commands/a.ts': uses('../evidence/b.ts'), 'src/evidence/b.ts': VALUE },
  'program-only-parses': { 'src/program/a.ts': uses('../usecases/b.ts'), 'src/usecases/b.ts': VALUE },
  'commands-are-imported-lazily': { 'src/program/a.ts': uses('../commands/b.ts'), 'src/commands/b.ts': VALUE },
  'only-composition-wires': { 'src/commands/a.ts': uses('../adapters/b.ts'), 'src/adapters/b.ts': VALUE },
  'nothing-imports-main': { 'src/terminal.ts': uses('./main.ts'), 'src/main.ts': VALUE },
  'pure-code-reaches-nothing': {
    'src/domain/a.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
  },
  'pure-code-draws-nothing': { 'src/domain/a.ts': "import chalk from 'chalk';\nexport const red = chalk.red;\n" },
  'only-exec-starts-processes': {
    'src/adapters/git/a.ts': "import { spawn } from 'node:child_process';\nexport const start = spawn;\n",
  },
  'packages-have-a-reason': { 'src/adapters/a.ts': "import ajv from 'ajv';\nexport const validator = ajv;\n" },
};

describe('the layers', () => {
  it.each(['domain', 'plan', 'evidence', 'ports', 'usecases', 'renderers', 'text'])(
    'keep files, processes and the network out of %s',
    async (room) => {
      const files = {
        [`src/${room}/a.ts`]: "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
      };
      expect(await broken(files)).toContain('pure-code-reaches-nothing');
    },
  );

  it.each(config.forbidden.map((rule) => rule.name))('%s is broken by what is planted', async (name) => {
    const files = PLANTED[name];
    if (files === undefined) throw new Error(`nothing is planted for ${name}`);
    expect(await broken(files)).toContain(name);
  });

  it('are all explained', () => {
    expect(config.forbidden.filter((rule) => (rule.comment ?? '').length < 20)).toEqual([]);
    expect(Object.keys(PLANTED).sort()).toEqual(config.forbidden.map((rule) => rule.name).sort());
  });

  it('let through an invocation as design has it, from bin to the ports', async () => {
    const files = {
      'bin/relctl.js': "const { run } = await import('../src/main.ts');\nexport { run };\n",
      'src/main.ts': `${uses('./program/program.ts')}export const wire = () => import('./composition/composition.ts');\n`,
      'src/program/program.ts': "export const value = () => import('../commands/deploy.ts');\n",
      'src/commands/deploy.ts': uses('../usecases/deploy.ts'),
      'src/usecases/deploy.ts': [
        "import { value as decide } from '../domain/decide.ts';",
        "import { value as read } from '../evidence/read.ts';",
        "import type { Shape } from '../ports/cluster.ts';",
        'export const value = (cluster: Shape) => [decide, read, cluster];\n',
      ].join('\n'),
      'src/domain/decide.ts': `import type { Shape } from '../plan/spec.ts';\nexport const value = (spec: Shape) => spec;\n`,
      'src/evidence/read.ts': "import { value as digest } from '../plan/digest.ts';\nexport const value = digest;\n",
      'src/plan/digest.ts': "import { createHash } from 'node:crypto';\nexport const value = createHash;\n",
      'src/plan/spec.ts': TYPE,
      'src/ports/cluster.ts': TYPE,
      'src/composition/composition.ts': uses('../adapters/kubectl.ts'),
      'src/adapters/kubectl.ts': `${uses('./exec.ts')}export const value = used;\n`,
      'src/adapters/exec.ts': "import { execa } from 'execa';\nexport const value = execa;\n",
    };
    expect(await broken(files)).toEqual([]);
  });
});
