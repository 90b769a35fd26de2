import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../cluster/wait.ts';
import { CHROMIUM, CHROMIUM_FLAGS, WITHOUT_BROWSER } from '../support/browser-page.ts';
import { findGitea, type Gitea, startGitea } from '../support/gitea.ts';
import { type GiteaPeople, peopleInBrowser } from '../support/gitea-browser.ts';
import { type Finished, installRelctl } from '../support/installed.ts';

/**
 * The command that CI runs, `relctl collect`, as a process in a clone of a real Gitea: the R&D Lead proposes the plan in a browser, the board votes there, and
 * what CI pushed is carried to production by people who have a clone, in the simulated company of the quick starts.
 */

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const ID = '2026-11-wallet-checkout';
const BRANCH = 'plans/wallet';
const REPOSITORY = 'ravi/shop';
const BOARD = ['carol', 'chen', 'carlos'] as const;
const CI = 'ci@example.com';
const folder = findGitea();
if (folder === undefined && process.env.CI === 'true')
  throw new Error('no gitea here; get one with: scripts/setup-gitea.sh');

describe.skipIf(folder === undefined || WITHOUT_BROWSER)('votes that the command of CI collects', () => {
  const relctl = installRelctl();
  const root = mkdtempSync(join(tmpdir(), 'relctl-forge-command-'));
  const company = join(root, 'company');
  const clone = join(root, 'clone');
  const env = { PATH: process.env.PATH ?? '', HOME: root, GIT_CONFIG_NOSYSTEM: '1', LANG: 'C.UTF-8' };
  const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, env, encoding: 'utf8' }).trim();
  let gitea: Gitea;
  let browser: Browser;
  let people: GiteaPeople;

  beforeAll(async () => {
    gitea = await startGitea(folder ?? '');
    browser = await chromium.launch({ executablePath: CHROMIUM ?? 'chromium', args: CHROMIUM_FLAGS });
    for (const login of ['ravi', ...BOARD, 'robot']) gitea.addUser(login, login === 'ravi');
    await gitea.call('ravi', 'POST', '/user/repos', { name: 'shop', default_branch: 'main' });
    for (const login of [...BOARD, 'robot']) {
      await gitea.call('ravi', 'PUT', `/repos/${REPOSITORY}/collaborators/${login}`, { permission: 'write' });
    }
    execFileSync(process.execPath, [join(PROJECT, 'scripts/practice.js'), company, 'cab'], { env, stdio: 'pipe' });
    git(company, 'checkout', '--quiet', '-b', BRANCH);
    git(company, 'add', 'releases');
    git(company, 'commit', '--quiet', '-m', 'Submit the plan');
    git(company, 'checkout', '--quiet', 'main');
    const change = (path: string, edit: (text: string) => string) =>
      writeFileSync(join(company, path), edit(readFileSync(join(company, path), 'utf8')));
    change('relctl/process/standard-3.0.yaml', (text) =>
      text
        .replace('signing: # docs/signing.md', 'signing:\n  accepts: { cab: [ssh, forge] }')
        .replace('machines: []', `machines: [${CI}]`),
    );
    const login = '{ kind: basic, user: robot, passwordFrom: FORGE_PASSWORD }';
    const forge = `forge: { kind: gitea, api: { url: "${gitea.url}", login: ${login} }, repository: ${REPOSITORY} }`;
    change('relctl.yaml', (text) => `${text}\n${forge}\n`);
    const lines = ['ravi', ...BOARD].map((one) => `${one}: ${one}@example.com\n`);
    writeFileSync(join(company, 'relctl/forge_people.yaml'), lines.join(''));
    git(company, 'add', '-A');
    git(company, 'commit', '--quiet', '-m', 'Votes on the forge');
    git(company, 'remote', 'add', 'origin', gitea.remote('ravi', REPOSITORY));
    git(company, 'push', '--quiet', 'origin', 'main', BRANCH, 'v4.1.0', `release/${ID}`);
    await gitea.call('ravi', 'POST', `/repos/${REPOSITORY}/branch_protections`, {
      ...{ rule_name: 'main', enable_push: false, required_approvals: 2 },
    });
    git(root, 'clone', '--quiet', gitea.remote('robot', REPOSITORY), clone);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', CI, '-f', join(root, 'key')]);
    git(clone, 'config', 'relctl.signingKey', join(root, 'key'));
    git(clone, 'config', 'user.name', 'relctl');
    git(clone, 'config', 'user.email', CI);
    const known = () =>
      gitea.call('ravi', 'GET', `/repos/${REPOSITORY}/branches/${encodeURIComponent(BRANCH)}`).then(
        () => true,
        () => false,
      );
    await waitFor(known, { what: 'the branch on Gitea' });
    people = peopleInBrowser(browser, gitea, `${REPOSITORY}/pulls/1`);
    await people.propose('ravi', BRANCH, 'Wallet checkout');
  });
  afterAll(async () => {
    await browser?.close();
    await gitea?.stop();
    relctl.remove();
    rmSync(root, { recursive: true, force: true });
  });

  /** What a pipeline does: takes the branch of the request as it is now, and runs the command. */
  async function ci(): Promise<
    Finished & { readonly data: { readonly recorded: readonly string[]; readonly phase: string } }
  > {
    git(clone, 'fetch', '--quiet', 'origin');
    git(clone, 'checkout', '--quiet', '--force', '-B', BRANCH, `refs/remotes/origin/${BRANCH}`);
    const given = ['collect', ID, '--as', CI, '--branch', BRANCH, '--push', '--json'];
    const finished = await relctl.run(given, {
      cwd: clone,
      env: {
        FORGE_PASSWORD: gitea.password('robot'),
        RELCTL_PROTECTED_BRANCH: 'refs/remotes/origin/main',
        HOME: root,
      },
    });
    const { data } = JSON.parse(finished.stdout) as { data: { recorded: string[]; phase: string } };
    return { ...finished, data };
  }
  const go = async (login: string) =>
    (await people.copied(login, 'Ballot')).replaceAll('[ ]', '[x]').replace('(Go or No-Go)', 'Go');
  const head = () => git(company, 'ls-remote', 'origin', BRANCH).split('\t')[0];
  const as = async (person: string, ...args: string[]) => {
    const ran = await relctl.run([...args, '--as', `${person}@example.com`], { cwd: company });
    expect(ran.exitCode, `${args.join(' ')}: ${ran.stderr}`).toBe(0);
  };

  it('are asked for on the request, and nothing is pushed while nobody answered', async () => {
    const before = head();
    const asked = await ci();
    expect(asked, asked.stderr).toMatchObject({ exitCode: 0, data: { recorded: [] } });
    expect(head()).toBe(before);
  });

  it('are not the author’s; those of people are recorded and pushed until the board has decided', async () => {
    await people.review('ravi', 'comment', await go('ravi'));
    const refused = await ci();
    expect(refused, refused.stderr).toMatchObject({ exitCode: 0, data: { recorded: [] } });
    expect(refused.stdout).toContain('opened the request');
    for (const login of BOARD) await people.review(login, 'approve', await go(login));
    const before = head();
    const collected = await ci();
    expect(collected, collected.stderr).toMatchObject({
      exitCode: 0,
      data: { recorded: ['carol@example.com', 'chen@example.com'], phase: 'approved' },
    });
    expect(collected.stdout).toContain('the board has decided');
    expect(head()).not.toBe(before);
    expect(collected.stdout + collected.stderr).not.toContain(gitea.password('robot'));
  });

  it('carry the release to production', async () => {
    git(company, 'checkout', '--quiet', BRANCH);
    git(company, 'pull', '--quiet', 'origin', BRANCH);
    await as('ravi', 'stage', ID);
    await as('ravi', 'sandbox', 'advance', '--by', '1h');
    const reports = ['--junit', 'reports/*.xml', '--passed', 'WAL-1', '--passed', 'WAL-2'];
    await as('quinn', 'signoff', 'qa', ID, ...reports, '--decision', 'pass');
    await as('olga', 'signoff', 'ops', ID, '--decision', 'pass');
    await as('ravi', 'sandbox', 'advance', '--to', '2026-11-12T14:05');
    await as('olga', 'deploy', ID);
    const { stdout } = await relctl.run(['status', ID, '--json'], { cwd: company });
    expect(JSON.parse(stdout)).toMatchObject({ data: { phase: 'deployed' } });
  });
});
