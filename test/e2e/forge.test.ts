import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { openBallots } from '../../src/adapters/forge/ballots.ts';
import type { Ballots } from '../../src/ports/forge.ts';
import { audit } from '../../src/usecases/audit.ts';
import { collect } from '../../src/usecases/collect.ts';
import { OPERATOR, submit, TESTER, toProduction, toStaging } from '../support/company-walk.ts';
import { findGitea, type Gitea, startGitea } from '../support/gitea.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, SIGNERS_FILE, type SignedCompany } from '../support/signed-company.ts';

/**
 * A real Gitea with a protected branch: the plan is a pull request, the board, QA and Operations review it, CI's command collects, and what was
 * decided is deployed (to the sandbox's clusters, as a company that counts only what is signed).
 */

const CI = 'ci@example.com';
const BRANCH = 'plans/wallet';
const PEOPLE_FILE = 'relctl/forge_people.yaml';
const LOGINS = {
  ravi: PEOPLE.rdLead,
  carol: PEOPLE.cab[0],
  chen: PEOPLE.cab[1],
  cleo: PEOPLE.cab[2],
  quinn: TESTER,
  olga: OPERATOR,
};
const folder = findGitea();
if (folder === undefined && process.env.CI === 'true')
  throw new Error('no gitea here; get one with: scripts/setup-gitea.sh');

describe.skipIf(folder === undefined)('votes on a real Gitea', () => {
  let gitea: Gitea;
  let company: SignedCompany;
  let ballots: Ballots;
  const repository = 'ravi/shop';

  beforeAll(async () => {
    gitea = await startGitea(folder ?? '');
    for (const login of Object.keys(LOGINS)) gitea.addUser(login, login === 'ravi');
    gitea.addUser('robot');
    await gitea.call('ravi', 'POST', '/user/repos', { name: 'shop', default_branch: 'main' });
    for (const login of ['carol', 'chen', 'cleo', 'quinn', 'olga', 'robot']) {
      await gitea.call('ravi', 'PUT', `/repos/${repository}/collaborators/${login}`, { permission: 'write' });
    }
    company = await openSignedCompany({
      policy: (text) =>
        text
          .replace(
            'signing: # docs/signing.md',
            'signing:\n  accepts: { cab: [ssh, forge], qa: [forge], ops: [forge] }',
          )
          .replace('machines: []', `machines: [${CI}]`),
    });
    const people = Object.entries(LOGINS).map(([login, person]) => `${login}: ${person}\n`);
    const line = `${CI} namespaces="forge-vote@relctl.dev" ${company.publicKey(CI)}\n`;
    company.git.commit(
      {
        [PEOPLE_FILE]: people.join(''),
        [SIGNERS_FILE]: company.signers + line,
        'relctl.yaml': `${readFileSync(join(company.git.root, 'relctl.yaml'), 'utf8')}\nforge: { kind: gitea, api: "${gitea.url}", repository: ${repository} }\n`,
      },
      'Votes on the forge',
    );
    company.git.git('remote', 'add', 'origin', gitea.remote('ravi', repository));
    company.git.git('push', '--quiet', 'origin', 'main');
    await gitea.call('ravi', 'POST', `/repos/${repository}/branch_protections`, {
      rule_name: 'main',
      enable_push: false,
      required_approvals: 2,
      dismiss_stale_approvals: true,
    });
    ballots = await openBallots(
      {
        kind: 'gitea',
        repository,
        api: {
          url: gitea.url,
          headers: {},
          headersFrom: {},
          login: { kind: 'basic', user: 'robot', passwordFrom: 'FORGE_PASSWORD' },
        },
      },
      { cwd: company.git.root, exec, timeout: 20_000, env: { FORGE_PASSWORD: gitea.password('robot') } },
    );
    company.git.git('config', 'relctl.protectedBranch', 'origin/main');
    company.git.git('checkout', '--quiet', '-b', BRANCH);
    await submit(company);
    push('Submit the plan');
    company.git.git('branch', '--quiet', '--set-upstream-to', `origin/${BRANCH}`);
    await gitea.call('ravi', 'POST', `/repos/${repository}/pulls`, {
      head: BRANCH,
      base: 'main',
      title: 'Wallet checkout',
    });
  });
  afterAll(async () => {
    company?.close();
    await gitea?.stop();
  });

  const text = () => readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8');
  function push(message: string): void {
    company.git.commit({ [SAMPLE_FILE]: text() }, message);
    company.git.git('push', '--quiet', 'origin', BRANCH);
  }
  const collected = async (junit: readonly string[] = []) =>
    (await collect(company.as(CI, { ballots }), company.id, { junit })).data;
  const box = async () => {
    const comments = await gitea.call<{ body: string; user: { login: string } }[]>(
      'ravi',
      'GET',
      `/repos/${repository}/issues/1/comments`,
    );
    return comments.filter((one) => one.user.login === 'robot').map((one) => one.body);
  };
  /** Gitea dismisses the approvals that stand some time after a push, and would take along one that is given before. */
  const dismissals = () => {
    const standing = async () =>
      (
        await gitea.call<{ state: string; dismissed: boolean }[]>('ravi', 'GET', `/repos/${repository}/pulls/1/reviews`)
      ).filter((one) => one.state === 'APPROVED' && !one.dismissed).length;
    return expect.poll(standing, { timeout: 20_000 }).toBe(0);
  };
  const filled = async (decision: 'Go' | 'No-Go', comment = '') => {
    const [body = ''] = await box();
    const lines = body.split('\n').filter((line) => line.startsWith('    '));
    const ballot = lines.map((line) => line.trim()).join('\n');
    return (decision === 'Go' ? ballot.replaceAll('[ ]', '[x]') : ballot)
      .replace('(Go or No-Go)', decision)
      .replace(/Comment:$/, `Comment: ${comment}`);
  };
  const review = (login: string, event: 'APPROVED' | 'REQUEST_CHANGES' | 'COMMENT', body: string) =>
    gitea.call<{ id: number }>(login, 'POST', `/repos/${repository}/pulls/1/reviews`, { event, body });

  it('begin with a ballot that relctl puts on the request, once', async () => {
    expect(await collected()).toMatchObject({ recorded: [], refused: [] });
    expect(await collected()).toMatchObject({ recorded: [] });
    expect(await box()).toHaveLength(1);
    expect((await box())[0]).toMatch(/Ballot: [0-9a-f]{32}/);
  });

  it('are refused of the author, by Gitea as a review and by relctl as a comment', async () => {
    const go = await filled('Go');
    await expect(review('ravi', 'APPROVED', go)).rejects.toThrow(/approve your own pull/);
    await review('ravi', 'COMMENT', go);
    expect(await collected()).toMatchObject({
      recorded: [],
      refused: [{ login: 'ravi', reason: expect.stringContaining('opened the request') }],
    });
  });

  it('approve nothing with a typing error, which the request names, until they are written anew', async () => {
    await review('carol', 'APPROVED', (await filled('Go')).replace('Decision: Go', 'Decision: Goo'));
    expect(await collected()).toMatchObject({ recorded: [] });
    expect((await box())[0]).toContain('neither Go nor No-Go');
    await review('carol', 'APPROVED', await filled('Go', 'fine by me'));
    expect(await collected()).toMatchObject({ recorded: [PEOPLE.cab[0]] });
    expect((await box())[0]).toContain('fine by me');
  });

  it('are not counted once they were dismissed', async () => {
    const { id } = await review('cleo', 'APPROVED', await filled('Go'));
    await gitea.call('ravi', 'POST', `/repos/${repository}/pulls/1/reviews/${id}/dismissals`, { message: 'on leave' });
    expect(await collected()).toMatchObject({
      recorded: [],
      refused: expect.arrayContaining([
        expect.objectContaining({ login: 'cleo', reason: expect.stringContaining('dismissed') }),
      ]),
    });
  });

  it('are void after a push that changes the plan, and good again for the text that was reviewed', async () => {
    push('Record the vote');
    await dismissals();
    const before = text();
    const go = await filled('Go');
    writeFileSync(join(company.git.root, SAMPLE_FILE), before.replace('Wallet checkout', 'Wallet checkouts'));
    await review('carol', 'APPROVED', 'It reads well.');
    push('Change the plan');
    await dismissals();
    await review('chen', 'APPROVED', go);
    // The submission is void with it, so nothing is asked of anybody.
    expect(await collected()).toMatchObject({ recorded: [], phase: 'draft' });
    writeFileSync(join(company.git.root, SAMPLE_FILE), before);
    push('Put it back');
    await dismissals();
    expect(await collected()).toMatchObject({
      recorded: [],
      refused: expect.arrayContaining([
        expect.objectContaining({ login: 'chen', reason: expect.stringMatching(/another text|dismissed/) }),
      ]),
    });
    await review('chen', 'APPROVED', await filled('Go'));
    expect(await collected()).toMatchObject({ recorded: [PEOPLE.cab[1]], phase: 'approved' });
    push('Record the decision');
  });

  it('are followed by sign-offs of QA and Operations there, and carry the release to production; the audit names what proves each', async () => {
    await company.advanceToWindow(-4 * 86_400_000);
    await toStaging(company);
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3_600_000);
    push('Record the staging');
    const { junit } = company.sandbox.people((await company.plan()).spec).qaFindings();
    await company.as(TESTER).workspace.write('reports/regression.xml', junit, { overwrite: true });
    expect(await collected()).toMatchObject({ recorded: [], phase: 'staged' });
    expect(await box()).toHaveLength(2);
    const passed = async (head: string) => {
      const lines = (await box())[1]?.split('\n').map((line) => line.replace(/^ {4}/, '')) ?? [];
      const from = lines.findIndex((line) => line.startsWith(`${head}:`));
      const form = lines.slice(from, lines.indexOf('Comment:', from) + 1).join('\n');
      return form.replaceAll('[ ]', '[x]').replace('(Pass or Reject)', 'Pass');
    };
    await review('quinn', 'APPROVED', (await passed('QA sign-off')).replace('Decision: Pass', 'Decision: Pas'));
    await review('olga', 'COMMENT', await passed('Operations sign-off'));
    expect(await collected(['reports/*.xml'])).toMatchObject({
      recorded: [],
      refused: expect.arrayContaining([
        expect.objectContaining({ login: 'quinn', reason: expect.stringContaining('neither Pass nor Reject') }),
        expect.objectContaining({ login: 'olga', reason: expect.stringContaining('does not approve') }),
      ]),
    });
    await review('quinn', 'APPROVED', await passed('QA sign-off'));
    await review('olga', 'APPROVED', await passed('Operations sign-off'));
    expect(await collected(['reports/*.xml'])).toMatchObject({ recorded: [TESTER, OPERATOR], phase: 'ready' });
    push('Record the sign-offs');
    await company.advanceToWindow();
    expect(await toProduction(company)).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    const { result, data } = await audit(company.as(OPERATOR), company.id);
    const found = (data.findings as { code: string; severity: string }[]).map((one) => one.code);
    expect([result, found]).toEqual(['done', Array(4).fill('proved-by-forge')]);
  });
});
