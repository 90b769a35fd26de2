import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { installRelctl } from '../support/installed.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const relctl = installRelctl();
/** A repository that holds releases and what says whose they are. */
function companyOf(folder: string) {
  const company = gitFixture();
  for (const part of ['releases', 'relctl', 'relctl.yaml']) {
    cpSync(join(folder, part), join(company.root, part), { recursive: true });
  }
  company.commit({ 'README.md': '# A company\n' });
  return company;
}
const shown = companyOf(PROJECT);
const earlier = companyOf(join(PROJECT, 'test/fixtures/earlier-releases'));
const windows = companyOf(PROJECT);
afterAll(() => windows.remove());
/** A clone as Git for Windows makes it: every text, relctl.yaml and the process with it, has CRLF. */
function windowsClone() {
  windows.git('add', '--all');
  windows.git('commit', '--quiet', '-m', 'releases');
  windows.git('clone', '--quiet', '-c', 'core.autocrlf=true', `file://${windows.root}`, 'clone');
  const root = join(windows.root, 'clone');
  for (const file of ['relctl.yaml', 'relctl/process/standard-3.0.yaml'])
    if (!readFileSync(join(root, file), 'utf8').includes('\r\n')) throw new Error(`${file} has no CRLF`);
  return { root };
}
afterAll(() => {
  relctl.remove();
  shown.remove();
  earlier.remove();
});

/** What is shown to those who look around, and what an earlier relctl wrote and a company would still have. */
describe.each([
  ['in releases/', shown],
  ['of an earlier relctl', earlier],
  ['in a clone with CRLF', windowsClone()],
])('the releases %s', (_where, company) => {
  const run = (...args: string[]) => relctl.run(args, { cwd: company.root });

  it('are listed', async () => {
    const { exitCode, stdout } = await run('list', '--json');
    expect(exitCode).toBe(0);
    for (const id of ['2026-11-wallet-checkout', '2026-12-wallet-express']) expect(stdout).toContain(id);
  });

  it.each([
    ['2026-11-wallet-checkout', 'closed'],
    ['2026-12-wallet-express', 'rolled-back'],
  ])('%s is still read, holds, and is %s', async (id, phase) => {
    expect(await run('audit', id)).toMatchObject({ exitCode: 0 });
    const { stdout } = await run('status', id, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ data: { phase } });
    expect(await run('report', id)).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['an event', 'omar@', 'olga@'],
    ['the approved plan', 'share: 1%', 'share: 2%'],
  ])('do not hold once one byte of %s was changed', async (_what, from, to) => {
    const file = join(company.root, 'releases', '2026-12-wallet-express.yaml');
    const text = readFileSync(file, 'utf8');
    const at = text.lastIndexOf(from);
    expect(at).toBeGreaterThan(0);
    writeFileSync(file, text.slice(0, at) + to + text.slice(at + from.length));
    const refusal = await run('audit', '2026-12-wallet-express');
    writeFileSync(file, text);
    expect(refusal.exitCode).not.toBe(0);
    expect(refusal.stdout + refusal.stderr).toContain('2026-12-wallet-express');
  });
});
