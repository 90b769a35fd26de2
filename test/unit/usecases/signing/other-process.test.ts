import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../../../src/usecases/audit.ts';
import { checkRelease } from '../../../../src/usecases/planning/check/check-release.ts';
import { type Governance, loadGovernance } from '../../../../src/usecases/signing/governance.ts';
import { modeOf } from '../../../../src/usecases/signing/look.ts';
import { status } from '../../../../src/usecases/status.ts';
import { refusal } from '../../../support/company.ts';
import { submit, toStaging } from '../../../support/company-walk.ts';
import { PEOPLE, SAMPLE_FILE } from '../../../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../../../support/signed-company.ts';

/**
 * Which process a plan follows says the plan, and whoever may push writes it. In a company that signs, no name that they could write there leads
 * to claims: whether the process is nowhere, on a branch alone, on the protected branch without signatures, or an older version.
 */
const file = (process: string) => `relctl/process/${process.replace('@', '-')}.yaml`;
const policyOf = (company: SignedCompany, process: string, mode: 'unsigned' | 'required') => {
  const [name = '', version = ''] = process.split('@');
  return company.policy
    .replace('mode: required', `mode: ${mode}`)
    .replace('name: standard', `name: ${name}`)
    .replace('version: "3.0"', `version: "${version}"`);
};

let company: SignedCompany;
let own: string;
beforeAll(async () => {
  company = await openSignedCompany();
  const { git } = company;
  git.commit(
    {
      [file('lax@3.0')]: policyOf(company, 'lax@3.0', 'unsigned'),
      [file('standard@2.9')]: policyOf(company, 'standard@2.9', 'unsigned'),
    },
    'Processes without signatures',
  );
  git.git('checkout', '--quiet', '-b', 'train');
  git.commit({ [file('mine@1.0')]: policyOf(company, 'mine@1.0', 'unsigned') }, 'A process of a branch');
  own = readFileSync(join(git.root, SAMPLE_FILE), 'utf8');
}, 120_000);
afterAll(() => company.close());
beforeEach(() => writeFileSync(join(company.git.root, SAMPLE_FILE), own));

const OTHERS = [
  ['is on a branch alone', 'mine@1.0', 'policy-not-protected'],
  ['asks for no signatures on the protected branch', 'lax@3.0', 'process-unsigned'],
  ['is an older version of one that asks', 'standard@2.9', 'policy-rolled-back'],
] as const;

describe.each(OTHERS)('a plan whose process %s', (_, process, fault) => {
  it('stands under no rules, and no step of it is a claim', async () => {
    const load = loadGovernance(company.as(PEOPLE.rdLead), process, { simulated: false, finished: false });
    await expect(load).rejects.toMatchObject({ code: 'signing.trust', data: { fault } });
  });

  it('cannot be submitted nor staged, which its check, its status and the audit say as well', async () => {
    const path = join(company.git.root, SAMPLE_FILE);
    writeFileSync(path, own.replace('process: standard@3.0', `process: ${process}`));
    const lead = company.as(PEOPLE.rdLead);
    expect(await refusal(checkRelease(lead, company.id))).toMatchObject({
      code: 'plan.incomplete',
      data: { findings: expect.arrayContaining([expect.objectContaining({ code: 'process.rules' })]) },
    });
    expect(await refusal(submit(company))).toMatchObject({ data: { refusals: [{ gate: 'plan.complete' }] } });
    expect(await refusal(toStaging(company))).toMatchObject({
      data: { refusals: expect.arrayContaining([expect.objectContaining({ gate: 'approval.genuine' })]) },
    });
    expect((await status(lead, company.id)).data.blockers).toMatchObject([{ gate: 'plan.complete' }]);
    expect((await audit(lead, company.id)).data.findings).toContainEqual(expect.objectContaining({ code: fault }));
  }, 120_000);
});

describe('a release that was over when the company began to sign', () => {
  const over = (merged: boolean): Promise<Governance> =>
    loadGovernance(company.as(PEOPLE.rdLead), 'lax@3.0', {
      simulated: false,
      finished: true,
      merged: async () => merged,
    });

  it('keeps the rules of then where the protected branch holds it', async () => {
    expect(await over(true)).toMatchObject({ mode: 'unsigned' });
  });

  it('does not where only its file says that it is over, and pages do not call it unsigned', async () => {
    await expect(over(false)).rejects.toMatchObject({ data: { fault: 'process-unsigned' } });
    expect(await modeOf(company.as(PEOPLE.rdLead), 'lax@3.0')).toBe('unchecked');
  });
});

it('a company where no process asks for signatures is let be', async () => {
  const { git } = company;
  git.git('checkout', '--quiet', 'main');
  git.commit({ [file('standard@3.0')]: policyOf(company, 'standard@3.0', 'unsigned') }, 'Nobody signs');
  const load = loadGovernance(company.as(PEOPLE.rdLead), 'lax@3.0', { simulated: false, finished: false });
  expect(await load).toMatchObject({ mode: 'unsigned' });
});
