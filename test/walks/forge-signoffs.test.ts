import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/usecases/audit.ts';
import { collect } from '../../src/usecases/collect.ts';
import {
  OPERATOR,
  opsSigns,
  qaSigns,
  submit,
  TESTER,
  toProduction,
  toStaging,
  voteGo,
} from '../support/company-walk.ts';
import { type PaperForge, paperForge } from '../support/paper-forge.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, POLICY_FILE, SIGNERS_FILE, type SignedCompany } from '../support/signed-company.ts';

/** Sign-offs and conditions on a merge request, in a company that counts only signed approvals: CI signs what it saw. */

const CI = 'ci@example.com';
const REPORTS = ['reports/*.xml'];
const LOGINS = { quinn: TESTER, olga: OPERATOR, omar: PEOPLE.operations[1], carol: PEOPLE.cab[0], ravi: PEOPLE.rdLead };
const HOUR = 3_600_000;

let company: SignedCompany;
let forge: PaperForge;
afterEach(() => company.close());

const commitPlan = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');
const collected = async (junit: readonly string[] = REPORTS) =>
  (await collect(company.as(CI, { ballots: forge }), company.id, { branch: 'release', junit })).data;

/** A company whose release is in staging, with the texts of the forge on the request. */
async function staged(
  accepts = '{ qa: [ssh, forge], ops: [ssh, forge], condition: [ssh, forge] }',
  conditions: readonly string[] = [],
) {
  company = await openSignedCompany({
    policy: (text) =>
      text
        .replace('signing: # docs/signing.md', `signing:\n  accepts: ${accepts}`)
        .replace('machines: []', `machines: [${CI}]`),
  });
  const people = Object.entries(LOGINS).map(([login, person]) => `${login}: ${person}\n`);
  const line = `${CI} namespaces="forge-vote@relctl.dev" ${company.publicKey(CI)}\n`;
  company.git.commit(
    { 'relctl/forge_people.yaml': people.join(''), [SIGNERS_FILE]: company.signers + line },
    'Sign-offs on the forge',
  );
  forge = paperForge('ravi', () => company.git.git('rev-parse', 'HEAD'));
  await submit(company);
  await voteGo(company, PEOPLE.cab[0], conditions);
  await voteGo(company, PEOPLE.cab[1]);
  await company.advanceToWindow(-4 * 24 * HOUR);
  await toStaging(company);
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + HOUR);
  commitPlan();
  const { junit } = company.sandbox.people((await company.plan()).spec).qaFindings();
  await company.as(TESTER).workspace.write('reports/regression.xml', junit, { overwrite: true });
  await collected();
}

const filled = (head: string, decision: 'Pass' | 'Reject', comment = '') => forge.form(head, decision, comment);

describe('a sign-off as a review on the request', () => {
  it('is recorded with the checks of a terminal, signed by CI, and the release goes to production', async () => {
    await staged();
    expect(forge.box('Sign-offs')).toContain('Nobody has signed off yet.');
    forge.review('quinn', filled('QA sign-off', 'Pass', 'all green'));
    expect(await collected()).toMatchObject({ recorded: [TESTER], answers: [{ act: 'qa' }], phase: 'staged' });
    forge.review('olga', filled('Operations sign-off', 'Pass'));
    expect(await collected()).toMatchObject({ recorded: [OPERATOR], phase: 'ready' });
    expect(forge.box('Sign-offs')).toContain('all green');
    // Given again, it records nothing twice.
    expect(await collected()).toMatchObject({ recorded: [], refused: [] });
    const signed = (await company.plan()).events.filter((event) => event.type === 'signoff.recorded');
    expect(signed.map(({ actor, data }) => [actor, data.role, data.authenticatedBy?.login])).toEqual([
      [TESTER, 'qa', 'quinn'],
      [OPERATOR, 'ops', 'olga'],
    ]);
    const names = signed.map(({ data }) => data.checks.map((check) => check.name));
    expect(names[0]).toEqual(
      expect.arrayContaining([
        'web in staging',
        'regression reports/regression.xml',
        'feature test WALLET-1',
        'regression run',
      ]),
    );
    expect(names[1]).toEqual(expect.arrayContaining(['web in staging']));
    expect(signed[0]?.data.evidence).toHaveLength(1);
    const { result, data } = await audit(company.as(OPERATOR), company.id);
    expect(result).toBe('done');
    expect((data.findings as { code: string; problem: string }[]).map((one) => [one.code, one.problem])).toEqual([
      ['proved-by-forge', expect.stringMatching(/^the QA sign-off of quinn@.* and by no key of quinn@/)],
      ['proved-by-forge', expect.stringMatching(/^the Operations sign-off of olga@/)],
    ]);
    await company.advanceToWindow();
    expect(await toProduction(company)).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
  });

  it('stands beside one that was signed with a key', async () => {
    await staged();
    await qaSigns(company);
    forge.review('olga', filled('Operations sign-off', 'Pass'));
    expect(await collected()).toMatchObject({ recorded: [OPERATOR], phase: 'ready' });
  });

  it('keeps a release back with its reason, and a later one lets it go on', async () => {
    await staged();
    await opsSigns(company);
    forge.review('quinn', filled('QA sign-off', 'Reject', 'WALLET-2 fails'));
    expect(await collected([])).toMatchObject({ recorded: [TESTER], phase: 'staged' });
    const found = (await company.state()).signoffs.qa?.data;
    expect(found).toMatchObject({ decision: 'reject', comment: 'WALLET-2 fails' });
    expect(found?.checks.filter((check) => !check.ok).map((check) => check.name)).toEqual([
      'feature test WALLET-1',
      'feature test WALLET-2',
      'regression run',
    ]);
    forge.review('quinn', filled('QA sign-off', 'Pass'));
    expect(await collected()).toMatchObject({ recorded: [TESTER], phase: 'ready' });
  });

  it('is not counted where anything is amiss, and the request says why', async () => {
    await staged();
    const go = filled('QA sign-off', 'Pass');
    const cases: readonly (readonly [string, () => void, RegExp, (readonly string[])?])[] = [
      ['of somebody without the role', () => forge.review('carol', go), /QA|role/i],
      ['of who opened the request', () => forge.review('ravi', go), /opened the request/],
      ['that does not approve', () => forge.review('quinn', go, { stance: 'comments' }), /does not approve/],
      ['that was edited', () => forge.review('quinn', go, { voided: 'edited' }), /edited/],
      ['that was dismissed', () => forge.review('quinn', go, { voided: 'dismissed' }), /dismissed/],
      [
        'with a typing error',
        () => forge.review('quinn', go.replace('Decision: Pass', 'Decision: Passed')),
        /neither Pass nor Reject/,
      ],
      ['with an open box', () => forge.review('quinn', go.replace('[x] WALLET-1', '[ ] WALLET-1')), /open: WALLET-1/],
      ['without a report of the regression run', () => forge.review('quinn', go), /no report/, []],
      ['with a report that is not there', () => forge.review('quinn', go), /no file matches/, ['none/*.xml']],
      ['of a commit that is not here', () => forge.review('quinn', go, { commit: 'f'.repeat(40) }), /f{12}/],
      ['of a login that nobody has', () => forge.review('mallory', go), /nobody is known/],
    ];
    for (const [what, write, reason, junit = REPORTS] of cases) {
      forge.all.length = 0;
      write();
      expect(await collected(junit), what).toMatchObject({
        recorded: [],
        phase: 'staged',
        refused: [{ reason: expect.stringMatching(reason) }],
      });
      expect(forge.box('Sign-offs'), what).toContain('Not counted');
    }
    // What is refused at each run leaves nothing that would be pushed at each.
    const kept = readdirSync(join(company.git.root, 'releases', company.id));
    expect(kept.filter((name) => name.startsWith('ballots-'))).toEqual([]);
  });

  it('of one person for both roles counts once', async () => {
    await staged();
    company.git.commit({ 'relctl/forge_people.yaml': `quinn: ${TESTER}\nolga: ${TESTER}\n` }, 'Olga has another login');
    forge.review('quinn', filled('QA sign-off', 'Pass'));
    forge.review('olga', filled('Operations sign-off', 'Pass'));
    expect(await collected()).toMatchObject({ recorded: [TESTER], refused: [{ login: 'olga' }] });
  });

  it('with a red check signs off nothing', async () => {
    await staged();
    await company
      .as(TESTER)
      .workspace.write(
        'reports/regression.xml',
        '<testsuite name="checkout" tests="1" failures="1"><testcase name="pays"><failure/></testcase></testsuite>',
        { overwrite: true },
      );
    forge.review('quinn', filled('QA sign-off', 'Pass'));
    expect(await collected()).toMatchObject({ recorded: [], refused: [{ reason: expect.stringContaining('red') }] });
  });

  it('is void once another candidate is in staging', async () => {
    await staged();
    const before = filled('QA sign-off', 'Pass');
    await toStaging(company);
    commitPlan();
    forge.review('quinn', before);
    expect(await collected()).toMatchObject({
      recorded: [],
      refused: [{ reason: expect.stringContaining('another staging') }],
    });
    forge.review('quinn', filled('QA sign-off', 'Pass'));
    expect(await collected()).toMatchObject({ recorded: [TESTER] });
  });

  it('is asked for only where the policy takes it, and counts only as long', async () => {
    await staged('{ ops: [ssh, forge] }');
    expect(forge.box('Sign-offs')).not.toContain('QA sign-off:');
    forge.review('olga', filled('Operations sign-off', 'Pass'));
    await collected();
    const faults = async () =>
      ((await audit(company.as(OPERATOR), company.id)).data.findings as { code: string }[]).map((one) => one.code);
    expect(await faults()).toEqual(['proved-by-forge']);
    company.git.commit(
      { [POLICY_FILE]: company.policy.replace('ops: [ssh, forge]', 'ops: [ssh], cab: [ssh, forge]') },
      'Only keys',
    );
    expect(await faults()).toContain('proof-not-accepted');
  });
});

describe('a condition of the board, on the request', () => {
  const CONDITION = `load test; ${OPERATOR}; 2026-12-01`;
  const met = (evidence: string) =>
    forge.form('Condition met', undefined, '').replace(/Evidence: .*/, `Evidence: ${evidence}`);

  it('is closed by its owner with what shows it, and by nobody else', async () => {
    await staged(undefined, [CONDITION]);
    expect(forge.box('Sign-offs')).toContain('load test');
    forge.review('quinn', met('SHOP-812'), { stance: 'comments' });
    expect(await collected()).toMatchObject({
      recorded: [],
      refused: [{ reason: expect.stringContaining('only by') }],
    });
    forge.review('olga', met('https://ci.example.com/load/7'), { stance: 'comments' });
    expect(await collected()).toMatchObject({ recorded: [OPERATOR], answers: [{ act: 'condition' }] });
    const [condition] = (await company.state()).conditions;
    expect(condition).toMatchObject({ closed: true });
    const { result, data } = await audit(company.as(OPERATOR), company.id);
    expect([result, (data.findings as { code: string }[]).map((one) => one.code)]).toEqual([
      'done',
      ['proved-by-forge'],
    ]);
    expect(forge.box('Sign-offs')).toContain('condition met: load test');
  });
});
