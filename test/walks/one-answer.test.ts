import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/usecases/audit.ts';
import { list } from '../../src/usecases/list.ts';
import { metrics } from '../../src/usecases/metrics.ts';
import { reportModel } from '../../src/usecases/report/model.ts';
import { portfolioModel } from '../../src/usecases/report.ts';
import { status } from '../../src/usecases/status.ts';
import { OPERATOR, walkTo } from '../support/company-walk.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, POLICY_FILE, type SignedCompany, signedPolicy } from '../support/signed-company.ts';

/** Which rules a release stands under has one answer: no page counts as fine what the audit refuses, whatever a branch says of itself. */
let company: SignedCompany;
afterEach(() => company.close());

const OLDER_FILE = 'relctl/process/standard-2.9.yaml';
const unsignedRules = (text: string) => text.replace('mode: required', 'mode: unsigned');
const OLDER = unsignedRules(signedPolicy())
  .replace(/^version: .*$/m, 'version: "2.9"')
  .replace(/^ *repository: .*$/m, '');
const planText = () => readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8');

/** A company whose older rules, which asked for no signatures, stand on main beside those in force; and a branch of it. */
async function openBranch(): Promise<void> {
  company = await openSignedCompany();
  company.git.commit({ [OLDER_FILE]: OLDER }, 'The rules of last year');
  company.git.git('checkout', '--quiet', '-b', 'train');
}

/** Nobody approved it, and nothing of it is signed. */
async function neverWas(): Promise<void> {
  const { specDigest, textDigest } = await company.plan();
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 86_400_000);
  const images = { web: 'w@sha256:1', api: 'a@sha256:2' };
  const begun = { specDigest, textDigest, attempt: 1, fence: 1, strategy: 'pod-ratio', steps: ['a'], images };
  await forged(
    ['deploy.started', { ...begun, clusters: { production: 'x' } }],
    ['deploy.completed', { attempt: 1, images: { web: ['w'], api: ['a'] } }],
  );
}

/** Signed, shipped and merged; what follows on the branch is a rollback that never was. */
async function neverRolledBack(): Promise<void> {
  await walkTo(company, 'deployed');
  company.git.commit({ [SAMPLE_FILE]: planText() }, 'Deployed');
  company.git.git('checkout', '--quiet', 'main');
  company.git.git('merge', '--quiet', '--no-ff', '-m', 'Merge the release', 'train');
  company.git.git('checkout', '--quiet', '-b', 'later');
  await forged(
    ['rollback.started', { attempt: 1, reason: 'it lost money', fence: 9 }],
    ['rollback.completed', { attempt: 1, verified: 'empty diff over 9 objects' }],
  );
}

async function forged(...written: readonly (readonly [string, object])[]): Promise<void> {
  const added = written.map(([type, data]): Written => ({ actor: OPERATOR, type, data }));
  await forge(company, (events) => [...events, ...added]);
}

function namesOlderRules(): void {
  company.git.commit({ [SAMPLE_FILE]: planText().replace('process: standard@3.0', 'process: standard@2.9') }, 'Tidy');
}

function asksForNoSignatures(): void {
  company.git.commit({ [POLICY_FILE]: unsignedRules(signedPolicy()), [SAMPLE_FILE]: planText() }, 'Tidy');
}

/** What each page says of whether the release is proved. */
async function told() {
  const look = { ...company.as(OPERATOR), looksOnly: true };
  const { releases } = (await list(look, { phases: [] })).data as { releases: readonly { claimed: boolean }[] };
  const portfolio = await portfolioModel(company.as(OPERATOR), 'x.html');
  return {
    audit: (await audit(company.as(OPERATOR), company.id)).result === 'done',
    status: !(await status(look, company.id)).headline.includes('claimed'),
    list: !releases[0]?.claimed,
    metrics: ((await metrics(look, { services: [] })).data as { unproven: readonly string[] }).unproven.length === 0,
    portfolio: (portfolio.claimed?.size ?? 0) === 0,
    report: (await reportModel(company.as(OPERATOR), company.id)).claimed !== true,
  };
}

const REFUSED = { audit: false, status: false, list: false, metrics: false, portfolio: false, report: false };

describe('a history that the audit refuses', () => {
  it.each([
    ['a deployment that never was', 'asks for no signatures on its branch', neverWas, asksForNoSignatures],
    ['a deployment that never was', 'names the older rules on main', neverWas, namesOlderRules],
    ['a rollback that never was', 'asks for no signatures on its branch', neverRolledBack, asksForNoSignatures],
    ['a rollback that never was', 'names the older rules on main', neverRolledBack, namesOlderRules],
  ] as const)('%s is proved on no page where it %s', async (_what, _how, happens, says) => {
    await openBranch();
    await happens();
    says();
    expect(await told()).toEqual(REFUSED);
  });
});

it('a release of the time before signatures, which was merged, is unsigned on each page', async () => {
  company = await openSignedCompany({ policy: unsignedRules });
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'deployed');
  const deployed = planText().replace('process: standard@3.0', 'process: standard@2.9');
  company.git.git('checkout', '--quiet', 'main');
  const rules = { [OLDER_FILE]: OLDER, [POLICY_FILE]: signedPolicy() };
  company.git.commit({ ...rules, [SAMPLE_FILE]: deployed }, 'Signatures from now on');
  const look = { ...company.as(OPERATOR), looksOnly: true };
  expect((await status(look, company.id)).data).toMatchObject({ approvals: 'unsigned' });
  expect((await list(look, { phases: [] })).data).toMatchObject({ releases: [{ approvals: 'unsigned' }] });
  expect((await metrics(look, { services: [] })).data).toMatchObject({ unproven: [] });
});
