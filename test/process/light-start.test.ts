import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { installRelctl } from '../support/installed.ts';

const relctl = installRelctl();
const folder = mkdtempSync(join(tmpdir(), 'relctl-light-'));
afterAll(() => {
  relctl.remove();
  rmSync(folder, { recursive: true });
});

interface Meta {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
}
const meta = JSON.parse(readFileSync(fileURLToPath(new URL('../../dist/meta.json', import.meta.url)), 'utf8')) as Meta;

/** Packages whose code was in the files that a run of relctl loaded, as V8 saw them and as the bundler put them there. */
async function packagesLoadedBy(args: readonly string[]): Promise<ReadonlySet<string>> {
  const coverage = mkdtempSync(join(folder, 'coverage-'));
  const finished = await relctl.run(args, { cwd: folder, env: { NODE_V8_COVERAGE: coverage } });
  expect(finished.exitCode).toBe(0);
  const files = readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url).filter((url) => url.startsWith('file:') && url.includes('/dist/'));
  });
  expect(files.length).toBeGreaterThan(0);
  const packages = new Set<string>();
  for (const file of files) {
    const output = file.slice(file.indexOf('/dist/') + 1);
    const inputs = Object.entries(meta.outputs).find(([name]) =>
      output.endsWith(name.replace(/^.*?\.tmp\//, 'dist/')),
    )?.[1].inputs;
    if (inputs === undefined) throw new Error(`${output} is not in dist/meta.json`);
    for (const input of Object.keys(inputs)) {
      const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
      if (found !== undefined) packages.add(found);
    }
  }
  return packages;
}

const HEAVY = ['chalk', 'zod', 'execa', 'listr2', '@inquirer/core', 'yaml', 'temporal-polyfill'];

describe('a start of relctl loads no more than it needs', () => {
  it('["--version"]: no package at all', async () => {
    expect([...(await packagesLoadedBy(['--version']))]).toEqual([]);
  });

  it.each([[['--help']], [['deploy', '--help']]])('%j: the command tree and nothing else', async (args) => {
    const packages = await packagesLoadedBy(args);
    expect([...packages]).toContain('commander');
    expect([...packages].filter((name) => HEAVY.includes(name))).toEqual([]);
  });

  it('sees what is loaded: a schema needs zod, and no prompts or task lists', async () => {
    const packages = await packagesLoadedBy(['schema', 'status']);
    expect([...packages]).toContain('zod');
    expect([...packages].filter((name) => /listr2|inquirer|execa/.test(name))).toEqual([]);
  });
});
