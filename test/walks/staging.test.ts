import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import type { RelctlError } from '../../src/errors.ts';
import type { RecordedCheck } from '../../src/usecases/checks/check-lines.ts';
import { signoffOps } from '../../src/usecases/signoff-ops.ts';
import { type QaAnswers, signoffQa } from '../../src/usecases/signoff-qa.ts';
import { status } from '../../src/usecases/status.ts';
import { type Company, type CompanyOptions, openCompany, refusal } from '../support/company.ts';
import { OPERATOR, opsSigns, qaSigns, TESTER, toProduction, toStaging, walkTo } from '../support/company-walk.ts';

const GREEN = `<testsuites>
  <testsuite name="checkout"><testcase classname="c" name="pays"/></testsuite>
  <testsuite name="payments"><testcase classname="p" name="charges"><flakyFailure message="late"/></testcase></testsuite>
</testsuites>`;
const RED = GREEN.replace('name="pays"/>', 'name="pays"><failure message="no total"/></testcase>');

let company: Company;
afterEach(() => company?.close());

async function staged(options: CompanyOptions = {}): Promise<void> {
  company = await openCompany(options);
  await walkTo(company, 'staged');
}

/** QA signs with a report of its own. */
async function qa(junit: string, answers: Partial<QaAnswers> = {}): Promise<Outcome> {
  const tester = company.as(TESTER);
  await tester.workspace.write('reports/r.xml', junit, { overwrite: true });
  const passed = ['WALLET-1', 'WALLET-2'];
  return signoffQa(tester, company.id, { junit: ['reports/r.xml'], passed, failed: [], decision: 'pass', ...answers });
}

function checkOf(outcome: Outcome | RelctlError, name: string): RecordedCheck | undefined {
  const { checks } = outcome.data as { readonly checks: readonly RecordedCheck[] };
  return checks.find((check) => check.name === name);
}

describe('staging', () => {
  it('records what it brought, and status shows what runs where', async () => {
    await staged();
    const { data, blocks } = await status(company.as(OPERATOR), company.id);
    expect(data.staging).toMatchObject({
      environment: 'staging.example.com',
      attempt: 1,
      result: 'completed',
      images: { web: [expect.stringMatching(/sha256:/)], api: [expect.stringMatching(/sha256:/)] },
    });
    expect(JSON.stringify(blocks)).toContain('staging.example.com, attempt 1 completed');
    expect(JSON.stringify(blocks)).toContain('"sign-offs","QA not yet, Operations not yet"');
    await qaSigns(company);
    const after = await status(company.as(OPERATOR), company.id);
    expect(JSON.stringify(after.blocks)).toMatch(/"sign-offs","QA pass \(\S+@example\.com\), Operations not yet"/);
    const { stage } = await company.state();
    const bytes = await company.store.read(company.id, stage?.manifests ?? { file: '', sha256: '' });
    expect(new TextDecoder().decode(bytes)).toContain('production web Deployment/web');
  });

  it('refuses to deploy other objects than those that were submitted and staged, with the name of the field', async () => {
    await staged();
    await qaSigns(company);
    await opsSigns(company);
    await company.advanceToWindow();
    const { config } = company.as(OPERATOR);
    const web = config.services.web;
    if (web?.manifests === undefined) throw new Error('the company has a web');
    // Somebody points production's manifests of web at those of staging.
    const manifests = { ...web.manifests, production: web.manifests.staging };
    const moved = { ...config, services: { ...config.services, web: { ...web, manifests } } };
    const before = await company.production();
    const error = await refusal(toProduction(company, {}, { config: moved }));
    expect(error).toMatchObject({ code: 'gate.refused', data: { refusals: [{ gate: 'bound.same' }] } });
    const said = [error.message, ...error.hints].join('\n');
    // Settings are compared before anything is rendered by them: a program could stand there.
    expect(said).toContain('relctl.yaml services.web.manifests.production');
    expect(said).not.toContain('object production');
    expect(await company.production()).toEqual(before);
    expect((await company.state()).phase).toBe('ready');
  });
});

describe('signing off for QA', () => {
  it('cannot be done against a red regression, and says which test failed in which line', async () => {
    await staged();
    const error = await refusal(qa(RED));
    expect(error.code).toBe('signoff.red');
    expect(checkOf(error, 'regression reports/r.xml')?.detail).toContain('failed "pays" (line 2)');
    expect(checkOf(error, 'mandatory suite checkout')?.ok).toBe(false);
    expect((await company.state()).signoffs.qa).toBe(undefined);
  });

  it('counts flaky tests apart, without taking them for red', async () => {
    await staged();
    const outcome = await qa(GREEN);
    expect(checkOf(outcome, 'flaky tests')).toMatchObject({
      ok: true,
      warning: true,
      detail: expect.stringContaining('"charges"'),
    });
    expect((await company.state()).signoffs.qa?.data.decision).toBe('pass');
  });

  it('takes a skipped mandatory suite for red', async () => {
    await staged();
    const skipped = GREEN.replace('name="pays"/>', 'name="pays"><skipped/></testcase>');
    const error = await refusal(qa(skipped));
    expect(error.code).toBe('signoff.red');
    expect(checkOf(error, 'mandatory suite checkout')).toMatchObject({ ok: false });
  });

  it('keeps a file and a link with each case, and asks for them where the plan does', async () => {
    await staged({
      plan: ({ spec }) => {
        spec.testPlan.feature = spec.testPlan.feature.map((test) => ({ ...test, needsEvidence: true }));
      },
    });
    const error = await refusal(qa(GREEN));
    expect(error.code).toBe('signoff.red');
    expect(error.found.map(({ detail }) => detail).join('\n')).toContain('--passed WALLET-1="<link or file>"');
    await company.as(TESTER).workspace.write('shots/one.txt', 'paid');
    const passed = ['WALLET-1=shots/one.txt', 'WALLET-2=https://qa.example.com/runs/7?a=b'];
    const outcome = await qa(GREEN, { passed });
    const kept = checkOf(outcome, 'feature test WALLET-1')?.evidence;
    const bytes = await company.store.read(company.id, kept ?? { file: '', sha256: '' });
    expect(new TextDecoder().decode(bytes)).toBe('paid');
    expect(checkOf(outcome, 'feature test WALLET-2')?.link).toBe('https://qa.example.com/runs/7?a=b');
  });

  it.each([
    [{ passed: ['WALLET-9=x', 'WALLET-1', 'WALLET-2'] }, 'usage.bad-flag'],
    [{ passed: ['WALLET-1', 'WALLET-2'], failed: ['WALLET-1'] }, 'usage.bad-flag'],
    [{ passed: ['WALLET-1=shots/none.png', 'WALLET-2'] }, 'evidence.unreadable'],
  ])('refuses %j', async (answers, code) => {
    await staged();
    expect((await refusal(qa(GREEN, answers))).code).toBe(code);
  });

  it('leaves no file behind when it was refused, and keeps what shows it when it is given', async () => {
    await staged();
    const kept = async () =>
      (await readdir(join(company.git.root, 'releases', company.id))).filter((name) => name.startsWith('qa-')).sort();
    await company.as(TESTER).workspace.write('shots/one.txt', 'paid');
    const passed = ['WALLET-1=shots/one.txt', 'WALLET-2'];
    expect((await refusal(qa(RED, { passed }))).code).toBe('signoff.red');
    expect((await refusal(qa(GREEN, { passed, failed: ['WALLET-9'] }))).code).toBe('usage.bad-flag');
    expect((await refusal(qa(RED, { passed, decision: 'reject' }))).code).toBe('usage.missing-answer');
    expect(await kept()).toEqual([]);
    await qa(GREEN, { passed });
    expect(await kept()).toEqual(['qa-WALLET-1-one.txt', 'qa-reports-r.xml']);
    const { checks, evidence } = (await company.state()).signoffs.qa?.data ?? { checks: [], evidence: [] };
    expect(checks.flatMap((check) => check.evidence ?? [])).toEqual(evidence);
    expect(evidence.map((one) => one.file).sort()).toEqual(await kept());
  });

  it('is given again by the same person after a rejection, and staging again is offered', async () => {
    await staged();
    await qa(RED, { decision: 'reject', comment: 'no total' });
    const { data } = await status(company.as(TESTER), company.id);
    const commands = (data.next as readonly { readonly command: string }[]).map((one) => one.command);
    expect(commands).toContain(`relctl stage ${company.id}`);
    await toStaging(company);
    expect((await company.state()).signoffs.qa).toBe(undefined);
    await qa(RED, { decision: 'reject', comment: 'still' });
    await qa(GREEN);
    expect((await company.state()).signoffs.qa?.data).toMatchObject({ decision: 'pass', stageAttempt: 2 });
  });
});

describe('signing off for Operations', () => {
  it('looks at staging, resources, variables and alerts', async () => {
    await staged();
    const outcome = await opsSigns(company);
    const { checks } = outcome.data as { readonly checks: readonly RecordedCheck[] };
    expect(checks.map((check) => [check.name, check.ok])).toEqual([
      ['web in staging', true],
      ['api in staging', true],
      ['resource Wallet settings (staging)', true],
      ['variable WALLET_URL (api in staging)', true],
      ['variable WALLET_URL (api in production)', true],
      ['variable WALLET_KEY (api in staging)', true],
      ['variable WALLET_KEY (api in production)', true],
      ['alert WalletPaymentsFailing', true],
    ]);
    expect(checkOf(outcome, 'alert WalletPaymentsFailing')?.detail).toContain('routed to simulated-on-call');
  });

  it.each([
    ['ops-resource-missing', 'resource Wallet settings (staging)', 'does not exist'],
    ['alert-never-fires', 'alert WalletPaymentsFailing', 'has not fired'],
  ])('is refused under %s', async (fault, name, detail) => {
    await staged();
    company.sandbox.faults.set(fault, true);
    const error = await refusal(opsSigns(company));
    expect(error.code).toBe('signoff.red');
    expect(checkOf(error, name)).toMatchObject({ ok: false, detail: expect.stringContaining(detail) });
  });

  it('is refused when a key is missing, and what only the manifests lack never gets that far', async () => {
    const setIn = ['production' as const];
    const variables = (plan: NonNullable<CompanyOptions['plan']>): CompanyOptions => ({ plan });
    await staged(
      variables(({ spec }) => {
        spec.environmentVariables = [{ name: 'WALLET_KEY', services: ['api'], secret: true, setIn }];
      }),
    );
    expect(checkOf(await refusal(opsSigns(company)), 'variable WALLET_KEY (api in production)')).toMatchObject({
      ok: false,
      detail: 'Secret api-wallet does not exist',
    });
    company.close();
    const nowhere = variables(({ spec }) => {
      spec.environmentVariables = [{ name: 'NOWHERE', services: ['web'], setIn }];
    });
    expect(await refusal(staged(nowhere))).toMatchObject({
      code: 'gate.refused',
      message: expect.stringContaining('ConfigMap web-settings has no key NOWHERE'),
    });
  });

  it('warns of variables that the plan says are set nowhere, and can still be given', async () => {
    await staged({
      plan: ({ spec }) => {
        spec.resources = [];
        spec.alerts = [];
        spec.environmentVariables = ['FIRST', 'SECOND'].map((name) => ({ name, services: ['web'], setIn: [] }));
      },
    });
    const outcome = await opsSigns(company);
    expect(outcome.data.decision).toBe('pass');
    expect(checkOf(outcome, 'readiness')).toBe(undefined);
    expect(checkOf(outcome, 'variables set nowhere')).toMatchObject({
      ok: true,
      warning: true,
      detail: expect.stringMatching(/2 new variables are set nowhere .*: FIRST, SECOND$/),
    });
  });

  it('drills an alert by the command of the plan, and without one says that only the route is proven', async () => {
    await staged({
      plan: ({ spec }) => {
        spec.alerts = [{ name: 'WalletDown', drill: ['./drill.sh'] }, { name: 'WalletSlow' }];
      },
    });
    const sign = signoffOps(company.as(OPERATOR), company.id, {
      decision: 'pass',
      drill: ['WalletDown', 'WalletSlow'],
    });
    const outcome = await sign;
    expect(outcome.data.drills).toMatchObject({
      WalletDown: { how: 'command', ok: true },
      WalletSlow: { how: 'synthetic', ok: true },
    });
    expect(checkOf(outcome, 'alert WalletDown')?.warning).toBe(undefined);
    expect(checkOf(outcome, 'alert WalletSlow')).toMatchObject({
      warning: true,
      detail: expect.stringContaining('not the rule'),
    });
    const wrong = signoffOps(company.as(OPERATOR), company.id, { decision: 'pass', drill: ['Other'] });
    expect((await refusal(wrong)).code).toBe('usage.bad-flag');
  });

  it('is refused when staging runs something else than what was staged', async () => {
    await staged();
    const cluster = company.sandbox.cluster('staging');
    const web = await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    if (web === undefined) throw new Error('web runs');
    const text = JSON.stringify(web).replaceAll('shop/web:4.2.0', 'shop/web:4.2.1-rc');
    const version = web.metadata.resourceVersion ?? '';
    await cluster.replace(JSON.parse(text), { resourceVersion: version });
    await company.sandbox.clock.sleep(10 * 60_000);
    const error = await refusal(opsSigns(company));
    expect(checkOf(error, 'web in staging')).toMatchObject({
      ok: false,
      detail: expect.stringContaining(`relctl stage ${company.id}`),
    });
  });
});
