import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/usecases/audit.ts';
import { collect } from '../../src/usecases/collect.ts';
import { success } from '../../src/usecases/success.ts';
import { endHypercare, OPERATOR, walkTo } from '../support/company-walk.ts';
import { type PaperForge, paperForge } from '../support/paper-forge.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import {
  openSignedCompany,
  POLICY_FILE,
  SIGNERS_FILE,
  type SignedCompany,
  signerLine,
} from '../support/signed-company.ts';

/** The Product Manager has neither a clone nor a key: success and review on the merge request, in a company that counts only what is signed. */

const CI = 'ci@example.com';
const DAY = 86_400_000;
const PM = PEOPLE.productManager;
const LOGINS = { priya: PM, ravi: PEOPLE.rdLead, olga: OPERATOR, carol: PEOPLE.cab[0] };

let company: SignedCompany;
let forge: PaperForge;
afterEach(() => company.close());

const commitPlan = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');
const collected = async () =>
  (await collect(company.as(CI, { ballots: forge }), company.id, { branch: 'release' })).data;
const box = () => forge.box('Success and review');
const tell = (login: string, text: string, more = {}) => forge.review(login, text, { stance: 'comments', ...more });

/** A company whose release is out, with a metric that only people can tell. */
async function deployed(accepts = '{ success: [ssh, forge], review: [ssh, forge] }') {
  company = await openSignedCompany({
    policy: (text) =>
      text
        .replace('signing: # docs/signing.md', `signing:\n  accepts: ${accepts}`)
        .replace('machines: []', `machines: [${CI}]`),
    plan: (document) => {
      document.spec.successMetrics = [
        ...(document.spec.successMetrics ?? []),
        {
          ...{ name: 'complaints', direction: 'down', target: 10, guardrail: 40, owner: PM, source: { kind: 'hand' } },
        },
      ];
    },
  });
  const people = Object.entries(LOGINS).map(([login, person]) => `${login}: ${person}\n`);
  const key = company.publicKey(CI);
  const line = signerLine(CI, ['outcome'], key).replace('namespaces="', 'namespaces="forge-vote@relctl.dev,');
  company.git.commit(
    { 'relctl/forge_people.yaml': people.join(''), [SIGNERS_FILE]: company.signers + line },
    'The Product Manager on the forge',
  );
  forge = paperForge('ravi', () => company.git.git('rev-parse', 'HEAD'));
  await walkTo(company, 'hypercare');
  commitPlan();
}

/** Days go by, and CI looks on. */
async function daysLater(days: number) {
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + days * DAY);
  await success(company.as(CI), company.id, { values: [] });
  await collected();
}

/** The form of a day as it stands on the request, with a value in it. */
function dayForm(index: number, value: string): string {
  const lines = box()
    .split('\n')
    .map((line) => line.replace(/^ {4}/, ''));
  const heads = lines.flatMap((line, at) => (line.startsWith('Success values:') ? [at] : []));
  const from = heads[index] ?? -1;
  return lines
    .slice(from, lines.indexOf('Comment:', from) + 1)
    .join('\n')
    .replace('(number)', value);
}

const reviewForm = (change: (text: string) => string = (text) => text) =>
  change(
    forge
      .form('Post-release review', undefined, 'the provider was slow')
      .replaceAll('[ ]', '[x]')
      .replace(/^Outcome: .*$/m, 'Outcome: Partial')
      .replace(/^Lesson: .*$/m, 'Lesson: the canary saw enough traffic'),
  );

describe('a value of a success metric, on the request', () => {
  it('is recorded in the name of the Product Manager, confirmed there, corrected later, and re-checked offline', async () => {
    await deployed();
    await daysLater(2);
    expect(box()).toContain('complaints');
    tell('priya', dayForm(0, '7'));
    expect(await collected()).toMatchObject({ recorded: [PM], refused: [], answers: [{ act: 'success' }] });
    expect(box()).toMatch(/complaints\*\* on \d{4}-\d\d-\d\d: 7/);
    // Given again, it records nothing twice.
    expect(await collected()).toMatchObject({ recorded: [], refused: [] });
    tell('priya', dayForm(0, '9'));
    expect(await collected()).toMatchObject({ recorded: [PM] });
    expect(box()).toContain('corrected, it was 7');
    const told = (await company.plan()).events.filter(
      (event) => event.type === 'success.observed' && event.data.authenticatedBy !== undefined,
    );
    expect(told.map(({ actor, data }) => [actor, data])).toMatchObject([
      [PM, { days: [{ metric: 'complaints', value: 7 }], signature: { namespace: 'forge-vote@relctl.dev' } }],
      [PM, { days: [{ metric: 'complaints', value: 9 }], authenticatedBy: { login: 'priya', collectedBy: CI } }],
    ]);
    const { result, data } = await audit(company.as(OPERATOR), company.id);
    expect([result, (data.findings as { code: string }[]).map((one) => one.code)]).toEqual([
      'done',
      ['proved-by-forge', 'proved-by-forge'],
    ]);
  });

  it('beyond its guardrail warns, of whichever day it is', async () => {
    await deployed();
    await daysLater(3);
    tell('priya', dayForm(1, '55'));
    expect(await collected()).toMatchObject({ recorded: [PM] });
    const warnings = (await company.plan()).events.filter(
      (event) => event.type === 'notification.queued' && event.data.topic === 'success.warning',
    );
    expect(warnings.map((event) => event.type === 'notification.queued' && event.data.text)).toEqual([
      expect.stringContaining('complaints'),
    ]);
  });

  it('is not recorded where anything is amiss, and the request says why', async () => {
    await deployed();
    await daysLater(2);
    const good = dayForm(0, '7');
    const cases: readonly (readonly [string, () => void, RegExp])[] = [
      ['of somebody without a part in it', () => tell('carol', good), /Product Manager/],
      ['of a login that nobody has', () => tell('mallory', good), /nobody is known/],
      ['with a typing error', () => tell('priya', good.replace('; 7', '; seven')), /no number/],
      ['that was edited', () => tell('priya', good, { voided: 'edited' }), /edited/],
      ['of a commit that is not here', () => tell('priya', good, { commit: 'f'.repeat(40) }), /f{12}/],
      ['of a day that is not over', () => tell('priya', good.replace(/[0-9a-f]{32}/, 'f'.repeat(32))), /another day/],
    ];
    for (const [what, write, reason] of cases) {
      forge.all.length = 0;
      write();
      expect(await collected(), what).toMatchObject({
        recorded: [],
        refused: [{ reason: expect.stringMatching(reason) }],
      });
      expect(box(), what).toContain('Not counted');
    }
  });

  it('is asked for only where the policy takes it, and counts only as long', async () => {
    await deployed('{ success: [ssh, forge] }');
    await daysLater(2);
    expect(box()).not.toContain('Post-release review:');
    tell('priya', dayForm(0, '7'));
    expect(await collected()).toMatchObject({ recorded: [PM] });
    const days = async () => (await company.state()).successDays.length;
    expect(await days()).toBeGreaterThan(0);
    company.git.commit(
      { [POLICY_FILE]: company.policy.replace('success: [ssh, forge]', 'success: [ssh], cab: [ssh, forge]') },
      'Only keys',
    );
    const { data } = await audit(company.as(OPERATOR), company.id);
    expect((data.findings as { code: string }[]).map((one) => one.code)).not.toContain('forge-answer-mismatch');
  });
});

describe('the post-release review, on the request', () => {
  /** The week is over, each day was told, and hypercare was signed off. */
  async function weekOver() {
    await deployed();
    await endHypercare(company);
    await daysLater(7);
    for (const index of [0, 1, 2]) tell('priya', dayForm(index, String(7 + index)));
    expect(await collected()).toMatchObject({ recorded: [PM, PM, PM] });
  }

  it('closes the release, with what was measured in the name of CI and what was told in that of the Product Manager', async () => {
    await weekOver();
    expect(box()).toContain('It closes the release.');
    tell('priya', reviewForm());
    expect(await collected()).toMatchObject({ recorded: [PM], answers: [{ act: 'review' }], phase: 'closed' });
    const { review } = await company.state();
    expect(review).toMatchObject({
      actor: PM,
      data: { outcome: 'partial', attended: { product: [PM], rd: [PEOPLE.rdLead] }, debts: [] },
    });
    expect(box()).toContain('lesson: the canary saw enough traffic');
    const { result, data } = await audit(company.as(OPERATOR), company.id);
    const codes = (data.findings as { code: string }[]).map((one) => one.code);
    expect([result, new Set(codes)]).toEqual(['done', new Set(['proved-by-forge'])]);
    expect(codes).toHaveLength(5);
  });

  it('is corrected by a later text, as a whole, and both stay in the history', async () => {
    await weekOver();
    tell('priya', reviewForm());
    await collected();
    const debt = `Remove the old form; ${PEOPLE.rdLead}; 2027-02-01; SHOP-812`;
    tell(
      'priya',
      reviewForm((text) =>
        text.replace('[x] No technical', '[ ] No technical').replace(/^Debt: .*$/m, `Debt: ${debt}`),
      ),
    );
    expect(await collected()).toMatchObject({ recorded: [PM], phase: 'closed' });
    expect((await company.state()).review?.data.debts).toHaveLength(1);
    expect(box()).toContain('technical debt: Remove the old form');
    const { events } = await company.plan();
    expect(events.filter((event) => event.type === 'review.closed')).toHaveLength(2);
    expect(events.filter((event) => event.type === 'success.judged')).toHaveLength(1);
    expect((await audit(company.as(OPERATOR), company.id)).result).toBe('done');
  });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'against the metrics without a reason',
      (text) => text.replace('Partial', 'Success').replace(/Comment: .*/, 'Comment:'),
      /does not answer: Why success/,
    ],
    ['held by one side', (text) => text.replace('[x] Attended for R&D', '[ ] Attended for R&D'), /Product and R&D/],
    [
      'with a debt that has no owner',
      (text) =>
        text.replace('[x] No technical', '[ ] No technical').replace(/^Debt: .*$/m, 'Debt: x; ; 2027-02-01; T-1'),
      /no owner/,
    ],
  ])('%s records nothing', async (_, change, reason) => {
    await weekOver();
    tell('priya', reviewForm(change));
    expect(await collected()).toMatchObject({ recorded: [], refused: [{ reason: expect.stringMatching(reason) }] });
    expect((await company.state()).review).toBeUndefined();
    expect((await company.state()).success).toBeUndefined();
  });

  it('is not asked for before its time', async () => {
    await deployed();
    await daysLater(2);
    expect(box()).not.toContain('Post-release review:');
  });
});
