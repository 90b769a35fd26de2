import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/usecases/audit.ts';
import { collect } from '../../src/usecases/collect.ts';
import { WITHOUT_BROWSER } from '../support/browser-page.ts';
import { OPERATOR, submit, TESTER, toProduction, toStaging, voteGo } from '../support/company-walk.ts';
import { CI, type ForgeCompany, openForgeCompany } from '../support/forge-company.ts';
import { findGitea } from '../support/gitea.ts';
import type { GiteaPeople } from '../support/gitea-browser.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import type { SignedCompany } from '../support/signed-company.ts';

/**
 * A real Gitea with a protected branch: the plan is a pull request, the board, QA and Operations review it, CI's command collects, and what was
 * decided is deployed (to the sandbox's clusters, as a company that counts only what is signed). People read, copy and review in Chromium.
 */

const BRANCH = 'plans/wallet';
const folder = findGitea();
if (folder === undefined && process.env.CI === 'true')
  throw new Error('no gitea here; get one with: scripts/setup-gitea.sh');

describe.skipIf(folder === undefined || WITHOUT_BROWSER)('votes on a real Gitea', () => {
  let ground: ForgeCompany;
  let company: SignedCompany;
  let people: GiteaPeople;
  beforeAll(async () => {
    ground = await openForgeCompany(folder ?? '', {
      accepts: '{ cab: [ssh, forge], qa: [forge], ops: [forge] }',
      branch: BRANCH,
      quorum: 3,
    });
    ({ company } = ground);
    await submit(company);
    ground.push('Submit the plan');
    await ground.open(BRANCH, 'Wallet checkout');
    people = ground.on(1);
  });
  afterAll(() => ground?.close());

  const text = () => readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8');
  const push = (message: string) => ground.push(message);
  const collected = async (junit: readonly string[] = []) =>
    (await collect(company.as(CI, { ballots: ground.ballots }), company.id, { junit })).data;
  const box = () => ground.boxes(1);
  const reviews = () =>
    ground.gitea.call<{ id: number; state: string; dismissed: boolean; user: { login: string } }[]>(
      'ravi',
      'GET',
      `/repos/${ground.repository}/pulls/1/reviews`,
    );
  /** Gitea dismisses the approvals that stand some time after a push, and would take along one that is given before. */
  const dismissals = () => {
    const standing = async () => (await reviews()).filter((one) => one.state === 'APPROVED' && !one.dismissed).length;
    return expect.poll(standing, { timeout: 20_000 }).toBe(0);
  };
  const filled = async (login: string, decision: 'Go' | 'No-Go', comment = '') => {
    const ballot = await people.copied(login, 'Ballot');
    return (decision === 'Go' ? ballot.replaceAll('[ ]', '[x]') : ballot)
      .replace('(Go or No-Go)', decision)
      .replace(/Comment:$/, `Comment: ${comment}`);
  };
  const review: GiteaPeople['review'] = (login, how, text) => people.review(login, how, text);

  it('begin with a ballot that relctl puts on the request, once', async () => {
    expect(await collected()).toMatchObject({ recorded: [], refused: [] });
    expect(await collected()).toMatchObject({ recorded: [] });
    expect(await box()).toHaveLength(1);
    expect((await box())[0]).toMatch(/Ballot: [0-9a-f]{32}/);
  });

  it('are refused of the author, by Gitea as a review and by relctl as a comment', async () => {
    const go = await filled('ravi', 'Go');
    const given = { event: 'APPROVED', body: go };
    const approved = ground.gitea.call('ravi', 'POST', `/repos/${ground.repository}/pulls/1/reviews`, given);
    await expect(approved).rejects.toThrow(/approve your own pull/);
    await review('ravi', 'comment', go);
    expect(await collected()).toMatchObject({
      recorded: [],
      refused: [{ login: 'ravi', reason: expect.stringContaining('opened the request') }],
    });
  });

  it('approve nothing with a typing error, which the request names, until they are written anew', async () => {
    await review('carol', 'approve', (await filled('carol', 'Go')).replace('Decision: Go', 'Decision: Goo'));
    expect(await collected()).toMatchObject({ recorded: [] });
    expect((await box())[0]).toContain('neither Go nor No-Go');
    await review('carol', 'approve', await filled('carol', 'Go', 'fine by me'));
    expect(await collected()).toMatchObject({ recorded: [PEOPLE.cab[0]] });
    expect((await box())[0]).toContain('fine by me');
  });

  it('are not counted once they were edited on the page, or dismissed', async () => {
    await review('cleo', 'approve', await filled('cleo', 'Go', 'at first sight'));
    await people.edit('cleo', 'at first sight', 'On second thoughts: No-Go.');
    const edited = { login: 'cleo', reason: expect.stringContaining('edited') };
    expect(await collected()).toMatchObject({
      recorded: [],
      refused: expect.arrayContaining([expect.objectContaining(edited)]),
    });
    await review('cleo', 'approve', await filled('cleo', 'Go'));
    const id = (await reviews()).findLast(({ user }) => user.login === 'cleo')?.id;
    await ground.gitea.call('ravi', 'POST', `/repos/${ground.repository}/pulls/1/reviews/${id}/dismissals`, {
      message: 'on leave',
    });
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
    const go = await filled('chen', 'Go');
    writeFileSync(join(company.git.root, SAMPLE_FILE), before.replace('Wallet checkout', 'Wallet checkouts'));
    await review('carol', 'approve', 'It reads well.');
    push('Change the plan');
    await dismissals();
    await review('chen', 'approve', go);
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
    for (const login of ['chen', 'cleo']) await review(login, 'approve', await filled(login, 'Go'));
    expect(await collected()).toMatchObject({ recorded: [PEOPLE.cab[1], PEOPLE.cab[2]], phase: 'approved' });
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
    const passed = async (login: string, head: string) =>
      (await people.copied(login, head)).replaceAll('[ ]', '[x]').replace('(Pass or Reject)', 'Pass');
    await review('quinn', 'approve', (await passed('quinn', 'QA sign-off')).replace('Decision: Pass', 'Decision: Pas'));
    await review('olga', 'comment', await passed('olga', 'Operations sign-off'));
    expect(await collected(['reports/*.xml'])).toMatchObject({
      recorded: [],
      refused: expect.arrayContaining([
        expect.objectContaining({ login: 'quinn', reason: expect.stringContaining('neither Pass nor Reject') }),
        expect.objectContaining({ login: 'olga', reason: expect.stringContaining('does not approve') }),
      ]),
    });
    await review('quinn', 'approve', await passed('quinn', 'QA sign-off'));
    await review('olga', 'approve', await passed('olga', 'Operations sign-off'));
    expect(await collected(['reports/*.xml'])).toMatchObject({ recorded: [TESTER, OPERATOR], phase: 'ready' });
    push('Record the sign-offs');
    await company.advanceToWindow();
    expect(await toProduction(company)).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    const { result, data } = await audit(company.as(OPERATOR), company.id);
    const found = (data.findings as { code: string; severity: string }[]).map((one) => one.code);
    expect([result, found]).toEqual(['done', Array(5).fill('proved-by-forge')]);
  });
});

describe.skipIf(folder === undefined || WITHOUT_BROWSER)('a No-Go on a real Gitea', () => {
  it('stays said where its request is closed, and another one of the branch is opened', async () => {
    const ground = await openForgeCompany(folder ?? '', { accepts: '{ cab: [ssh, forge] }', branch: BRANCH });
    const { company, gitea, repository } = ground;
    try {
      const collected = async () => (await collect(company.as(CI, { ballots: ground.ballots }), company.id, {})).data;
      await submit(company);
      ground.push('Submit the plan');
      const first = await ground.open(BRANCH, 'Wallet checkout');
      await collected();
      for (const member of PEOPLE.cab.slice(0, 2)) await voteGo(company, member);
      ground.push('Record the votes');
      const body = (await ground.on(first).copied('cleo', 'Ballot'))
        .replace('(Go or No-Go)', 'No-Go')
        .replace(/Comment:$/, 'Comment: a hole was found');
      const request = `/repos/${repository}/pulls/${first}`;
      await ground.on(first).review('cleo', 'reject', body);
      await gitea.call('ravi', 'PATCH', request, { state: 'closed' });
      expect(await ground.open(BRANCH, 'Wallet checkout, again')).toBeGreaterThan(first);
      expect(await collected()).toMatchObject({ recorded: [PEOPLE.cab[2]], phase: 'no-go' });
    } finally {
      await ground.close();
    }
  });

  it('is what a Go counts as that was edited on the page after it was recorded', async () => {
    const ground = await openForgeCompany(folder ?? '', { accepts: '{ cab: [ssh, forge] }', branch: BRANCH });
    const { company } = ground;
    try {
      const collected = () => collect(company.as(CI, { ballots: ground.ballots }), company.id, {});
      await submit(company);
      ground.push('Submit the plan');
      const people = ground.on(await ground.open(BRANCH, 'Wallet checkout'));
      await collected();
      const go = (await people.copied('carol', 'Ballot')).replaceAll('[ ]', '[x]').replace('(Go or No-Go)', 'Go');
      await people.review('carol', 'approve', go.replace(/Comment:$/, 'Comment: at first sight'));
      expect((await collected()).data).toMatchObject({ recorded: [PEOPLE.cab[0]], phase: 'submitted' });
      await people.edit('carol', 'at first sight', go.replace('Decision: Go', 'Decision: No-Go'));
      expect(await collected()).toMatchObject({ result: 'failed', data: { phase: 'no-go' } });
    } finally {
      await ground.close();
    }
  });
});
