import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { PROJECT, plant } from './planted-tree.ts';

/** Runs the linter with the project's own settings on one planted file. */
async function lint(
  path: string,
  source: string,
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const tree = plant({ 'biome.json': readFileSync(join(PROJECT, 'biome.json'), 'utf8'), [path]: source });
  try {
    cpSync(join(PROJECT, 'scripts/lint'), join(tree.root, 'scripts/lint'), { recursive: true });
    const biome = join(PROJECT, 'node_modules/.bin/biome');
    const { exitCode, stdout, stderr } = await exec(biome, ['check', path], { cwd: tree.root, timeout: 60_000 });
    return { exitCode, output: stdout + stderr };
  } finally {
    tree.remove();
  }
}

describe('the linter', () => {
  it.each([
    ['an any', 'src/adapters/a.ts', 'export const f = (x: any): number => x;\n', 'noExplicitAny'],
    [
      'a non-null assertion',
      'src/adapters/a.ts',
      'export const f = (x?: string) => x!.length;\n',
      'noNonNullAssertion',
    ],
    ['a print', 'src/adapters/a.ts', "export const f = () => console.log('x');\n", 'noConsole'],
    [
      'an unused import',
      'src/adapters/a.ts',
      "import { a } from './b.ts';\n\nexport const c = 1;\n",
      'noUnusedImports',
    ],
    ['an unused variable', 'src/adapters/a.ts', 'export const f = () => {\n  const a = 1;\n};\n', 'noUnusedVariables'],
    ['a clock in a decision', 'src/domain/a.ts', 'export const f = () => Date.now();\n', 'Time and chance'],
    ['a date in a use case', 'src/usecases/a.ts', 'export const f = () => new Date();\n', 'Time and chance'],
    ['chance in a decision', 'src/domain/a.ts', 'export const f = () => Math.random();\n', 'Time and chance'],
    ['the process in a decision', 'src/domain/a.ts', 'export const f = () => process.pid;\n', 'noRestrictedGlobals'],
    ['waiting in a use case', 'src/usecases/a.ts', 'export const f = () => setTimeout(f, 1);\n', 'noRestrictedGlobals'],
    [
      'HTML that is not escaped',
      'src/usecases/a.ts',
      'export const f = (x: string) => `<li>${x}</li>`;\n',
      'HTML writer',
    ],
    ['a Markdown heading', 'src/domain/a.ts', 'export const f = (x: string) => `## ${x}`;\n', 'Markdown writer'],
    ['a Markdown table', 'src/usecases/a.ts', 'export const f = (x: string) => `| ${x} |`;\n', 'Markdown writer'],
    ['Markdown in bold', 'src/commands/a.ts', 'export const f = (x: string) => `it is **${x}**`;\n', 'Markdown writer'],
    [
      'an unquoted command',
      'src/domain/a.ts',
      'export const f = (x: string) => `relctl stage ${x}`;\n',
      'the tag command',
    ],
    [
      'one in a sentence',
      'src/domain/a.ts',
      'export const f = (x: string) => `then: git add ${x}`;\n',
      'the tag command',
    ],
    [
      'one that is put together with +',
      'src/usecases/a.ts',
      "export const f = (x: string) => 'then: relctl stage ' + x;\n",
      'the tag command',
    ],
    [
      'one whose words are joined',
      'src/usecases/a.ts',
      "export const f = (x: string) => ['relctl', 'stage', x].join(' ');\n",
      'the tag command',
    ],
    [
      'one whose arguments are joined',
      'src/adapters/a.ts',
      "export const f = (args: string[]) => `terraform ${args.join(' ')}`;\n",
      'the tag command',
    ],
    ['an unquoted flag', 'src/usecases/a.ts', 'export const f = (x: string) => `--drill ${x}`;\n', 'the tag command'],
    ['another layout', 'src/adapters/a.ts', 'export const f = "x"\n', 'format'],
  ])('refuses %s', async (_what, path, source, rule) => {
    const { exitCode, output } = await lint(path, source);
    expect(output).toContain(rule);
    expect(exitCode).not.toBe(0);
  });

  it.each([
    'ls -ld',
    'rm --',
    'git rm -r',
    'ssh-keygen -k -f',
    'kubectl kustomize',
    'helm dependency build',
    'gh auth status --hostname',
  ])('refuses an unquoted %s', async (line) => {
    const { output } = await lint('src/adapters/a.ts', `export const f = (x: string) => \`${line} \${x}\`;\n`);
    expect(output).toContain('the tag command');
  });

  it.each([
    [
      'what a writer escapes',
      "import { html } from './b.ts';\n\nexport const f = (x: string) => html`<li>${x}</li>`;\n",
    ],
    [
      'a quoted command',
      "import { command } from './b.ts';\n\nexport const f = (x: string) => `then: ${command`git add ${x}`}`;\n",
    ],
    [
      'words that are no command',
      "export const f = (x: string[]) => `${['git', 'is', 'there'].length} of ${x.join(' ')}`;\n",
    ],
    ['placeholders', 'export const f = (x: string) => `relctl.yaml says ${x}, <what> and --flag`;\n'],
  ])('lets %s through', async (_what, source) => {
    expect(await lint('src/usecases/a.ts', source)).toMatchObject({ exitCode: 0 });
  });

  it('lets a clock through where clocks belong', async () => {
    expect(await lint('src/adapters/clock.ts', 'export const now = () => Date.now();\n')).toMatchObject({
      exitCode: 0,
    });
  });
});
