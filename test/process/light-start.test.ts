import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openCompany } from '../support/company.ts';
import { installRelctl } from '../support/installed.ts';
import { writePastRelease } from '../support/past-release.ts';

const relctl = installRelctl();
const folder = mkdtempSync(join(tmpdir(), 'relctl-light-'));
afterAll(() => {
  relctl.remove();
  rmSync(folder, { recursive: true });
});

/** The sources of each file of the bundle. */
const meta = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../dist/meta.json', import.meta.url)), 'utf8'),
) as Readonly<Record<string, readonly string[]>>;

/** The sources that were in the files that a run of relctl loaded, as V8 saw them and as the bundler put them there. */
async function sourcesLoadedBy(args: readonly string[], cwd = folder): Promise<readonly string[]> {
  const coverage = mkdtempSync(join(folder, 'coverage-'));
  const finished = await relctl.run(args, { cwd, env: { NODE_V8_COVERAGE: coverage } });
  expect(finished.exitCode).toBe(0);
  const files = readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url).filter((url) => url.startsWith('file:') && url.includes('/dist/'));
  });
  expect(files.length).toBeGreaterThan(0);
  return files.flatMap((file) => {
    const output = file.slice(file.indexOf('/dist/') + 1);
    const inputs = Object.entries(meta).find(([name]) => output.endsWith(name))?.[1];
    if (inputs === undefined) throw new Error(`${output} is not in dist/meta.json`);
    return inputs;
  });
}

async function packagesLoadedBy(args: readonly string[]): Promise<ReadonlySet<string>> {
  const sources = await sourcesLoadedBy(args);
  return new Set(sources.flatMap((one) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(one)?.[1] ?? []));
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

  it('status of a release that is in production: the rules of plans, and with them the grammar of queries, are for plans that are not approved', async () => {
    const company = await openCompany({ real: true });
    try {
      writePastRelease(company.git.root, { id: '2026-10-past', deployedAt: Date.now(), until: 'hypercare closed' });
      const loads = async (id: string) => {
        const sources = await sourcesLoadedBy(['status', id], company.git.root);
        return sources.filter((one) => /plan-check|lezer-promql/.test(one));
      };
      expect(await loads(company.id)).not.toEqual([]);
      expect(await loads('2026-10-past')).toEqual([]);
    } finally {
      company.close();
    }
  });

  it('sees what is loaded: a schema needs zod, and no prompts or task lists', async () => {
    const packages = await packagesLoadedBy(['schema', 'status']);
    expect([...packages]).toContain('zod');
    expect([...packages].filter((name) => /listr2|inquirer|execa/.test(name))).toEqual([]);
  });
});
