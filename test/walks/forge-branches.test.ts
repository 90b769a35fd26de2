import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Forge } from '../../src/ports/forge.ts';
import { audit } from '../../src/usecases/audit.ts';
import { collect } from '../../src/usecases/collect.ts';
import { plan } from '../../src/usecases/plan.ts';
import { submitCab } from '../../src/usecases/submit-cab.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR } from '../support/company-walk.ts';
import { type PaperForge, paperForge } from '../support/paper-forge.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, SIGNERS_FILE, type SignedCompany } from '../support/signed-company.ts';

/** The Product Manager chooses the branches of a draft on its merge request, in a company that counts only what is proved. */

const CI = 'ci@example.com';
const PM = PEOPLE.productManager;
const LOGINS = { priya: PM, ravi: PEOPLE.rdLead, olga: OPERATOR };

let company: SignedCompany;
let forge: PaperForge;
let approved: string[];
afterEach(() => company.close());

/** What the forge says of branches: those in `approved` are, at what they are now. */
const branches: Forge = {
  request: async (branch) => {
    const head = company.git.git('rev-parse', branch);
    const approvals = approved.includes(branch) ? [{ login: 'chen', commit: head }] : [];
    return {
      available: true,
      request: {
        ...{ url: `https://git.example.com/shop/web/pulls/${branch}`, number: 7, state: 'open', head, author: 'dev' },
        ...{ authors: ['dev'], objections: [], approvals, checks: 'passing' },
      },
    };
  },
};
const as = (who: string) => company.as(who, { ballots: forge, forge: branches });
const commitPlan = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');
const collected = async () => (await collect(as(CI), company.id, { branch: 'plans' })).data;
const box = () => forge.box('Choice of branches');
const tell = (login: string, text: string, more = {}) => forge.review(login, text, { stance: 'comments', ...more });
const form = (...names: readonly string[]) =>
  names.reduce(
    (text, name) => text.replace(`[ ] ${name}\n`, `[x] ${name}\n`),
    forge.form('Choice of branches', undefined, ''),
  );

/** Two approved branches and one that nobody approved, and a draft. */
async function drafted() {
  company = await openSignedCompany({
    policy: (text) =>
      text
        .replace('signing: # docs/signing.md', 'signing:\n  accepts: { branches: [forge] }')
        .replace('machines: []', `machines: [${CI}]`),
  });
  const people = Object.entries(LOGINS).map(([login, person]) => `${login}: ${person}\n`);
  const line = `${CI} namespaces="forge-vote@relctl.dev" ${company.publicKey(CI)}\n`;
  company.git.commit(
    { 'relctl/forge_people.yaml': people.join(''), [SIGNERS_FILE]: company.signers + line },
    'Choices on the forge',
  );
  for (const name of ['feature/wallet', 'feature/gifts', 'feature/later']) {
    company.git.git('checkout', '--quiet', '-b', name, 'v4.1.0');
    company.git.commit({ [`services/web/${name.split('/')[1]}.js`]: `// ${name}\n` }, `Add ${name}`);
  }
  company.git.git('checkout', '--quiet', 'main');
  approved = ['feature/wallet', 'feature/gifts'];
  forge = paperForge('ravi', () => company.git.git('rev-parse', 'HEAD'));
  commitPlan();
  await collected();
}

describe('the choice of branches, on the request', () => {
  it('offers what is approved, is recorded in the name of the Product Manager, and the draft follows it', async () => {
    await drafted();
    expect(box()).toContain('- [ ] feature/wallet');
    expect(box()).not.toContain('feature/later');
    tell('priya', form('feature/wallet'));
    expect(await collected()).toMatchObject({
      recorded: [PM],
      refused: [],
      answers: [{ act: 'branches' }],
      phase: 'draft',
    });
    expect(box()).toContain('chose feature/wallet');
    expect((await company.state()).chosen).toMatchObject({
      actor: PM,
      data: {
        branches: [{ name: 'feature/wallet', head: company.git.git('rev-parse', 'feature/wallet') }],
        authenticatedBy: { login: 'priya', collectedBy: CI },
        signature: { namespace: 'forge-vote@relctl.dev' },
      },
    });
    // Until the draft is what was chosen, it is submitted to nobody.
    const early = await refusal(submitCab(as(PEOPLE.rdLead), company.id, {}));
    expect(JSON.stringify(early.data)).toContain('feature/wallet is not in it');
    const { data } = await plan(as(PEOPLE.rdLead), company.id, NOTHING);
    expect(data).toMatchObject({ candidate: { branches: [{ name: 'feature/wallet' }] } });
    expect(company.told.filter((one) => one.type === 'note').map((one) => one.text)).toContainEqual(
      expect.stringContaining(`${PM} chose feature/wallet`),
    );
    const codes = (await audit(company.as(OPERATOR), company.id)).data.findings as { code: string }[];
    expect(codes.map((one) => one.code)).toEqual(['proved-by-forge']);
  });

  it('is corrected by a later one, as long as the plan is a draft', async () => {
    await drafted();
    tell('priya', form('feature/wallet'));
    await collected();
    tell('priya', form('feature/wallet', 'feature/gifts'));
    expect(await collected()).toMatchObject({ recorded: [PM] });
    expect((await company.state()).chosen?.data.branches.map(({ name }) => name).sort()).toEqual([
      'feature/gifts',
      'feature/wallet',
    ]);
    expect(await collected()).toMatchObject({ recorded: [], refused: [] });
  });

  it.each<[string, () => void, RegExp]>([
    ['of somebody else', () => tell('olga', form('feature/wallet')), /Product Manager/],
    ['of a login that nobody has', () => tell('mallory', form('feature/wallet')), /nobody is known/],
    ['of nothing', () => tell('priya', form()), /no branch/],
    [
      'of a branch that is not approved',
      () => tell('priya', form('feature/wallet').replace('gifts', 'later')),
      /none of the form/,
    ],
    ['with a typing error', () => tell('priya', form('feature/wallet').replace('[x]', '[y]')), /none of the form/],
    ['that was edited', () => tell('priya', form('feature/wallet'), { voided: 'edited' }), /edited/],
    [
      'of what is offered no more',
      () => {
        tell('priya', form('feature/wallet'));
        approved = ['feature/gifts'];
      },
      /what can be chosen has changed/,
    ],
  ])('%s chooses nothing, and the request says why', async (_, write, reason) => {
    await drafted();
    write();
    expect(await collected()).toMatchObject({ recorded: [], refused: [{ reason: expect.stringMatching(reason) }] });
    expect((await company.state()).chosen).toBeUndefined();
    expect(box()).toContain('Not counted');
  });
});

const NOTHING = {
  branches: [],
  images: [],
  owners: { operations: [], qa: [], cab: [], informed: [] },
};
