import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSandbox } from '../../../../src/adapters/sandbox/sandbox.ts';
import { companyConfig, openCompany, START } from './company.ts';

const folder = mkdtempSync(join(tmpdir(), 'relctl-company-'));
const writer = join(folder, 'writer.mjs');
beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('company-writer.ts', import.meta.url))],
    outfile: writer,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    banner: { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a writer; resolves with what it printed and how it ended. `killAfter` lines of output it is killed, if given. */
function work(file: string, name: string, count: number, killAfter?: number): Promise<{ won: string[]; end: unknown }> {
  const child = spawn(process.execPath, [writer, file, name, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += String(chunk);
    if (killAfter !== undefined && output.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ won: output.split('\n').filter(Boolean), end: code ?? signal }));
  });
}

it('processes that work on one company at once lose nothing, and every lease has one holder', async () => {
  const file = join(folder, 'shared.json');
  openCompany({ file });
  const rounds = 8;
  const ends = await Promise.all(['ann', 'bob', 'cyd'].map((name) => work(file, name, rounds)));
  expect(ends.map((each) => each.end)).toEqual([0, 0, 0]);
  expect(ends.flatMap((each) => each.won).sort()).toEqual(Array.from({ length: rounds }, (_, round) => String(round)));
  const company = openSandbox({ file, config: companyConfig() });
  const kept = await company.cluster('production').list({ apiVersion: 'v1', kind: 'ConfigMap' });
  expect(kept).toHaveLength(3 * rounds);
  expect(company.clock.now()).toBeGreaterThanOrEqual(START + rounds * 1000);
  expect(readdirSync(folder).filter((name) => name.startsWith('shared.json'))).toEqual(['shared.json']);
});

it('a process that is killed leaves a whole company, and the next one goes on', async () => {
  const file = join(folder, 'killed.json');
  openCompany({ file });
  expect((await work(file, 'ann', 10_000, 5)).end).toBe('SIGKILL');
  const company = openSandbox({ file, config: companyConfig() });
  const kept = await company.cluster('production').list({ apiVersion: 'v1', kind: 'ConfigMap' });
  expect(kept.length).toBeGreaterThanOrEqual(5);
  company.faults.set('no-go', true);
  expect(company.faults.list().find((fault) => fault.name === 'no-go')?.on).toBe(true);
});
