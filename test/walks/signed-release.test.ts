import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actOf, signatureOf } from '../../src/domain/signing/acts.ts';
import { audit } from '../../src/usecases/audit.ts';
import { lookAtRelease } from '../../src/usecases/signing/look.ts';
import { closeCondition } from '../../src/usecases/signoff-condition.ts';
import { status } from '../../src/usecases/status.ts';
import { deadRuns } from '../support/company.ts';
import {
  checks,
  endHypercare,
  OPERATOR,
  opsSigns,
  qaSigns,
  reviewed,
  submit,
  toProduction,
  toStaging,
  voteGo,
} from '../support/company-walk.ts';
import { dyingStore, Killed } from '../support/dying-store.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** An honest release where only signed approvals count: nothing is refused, everything is examined again at each step. */
let company: SignedCompany;
beforeAll(async () => {
  company = await openSignedCompany();
});
afterAll(() => company.close());

describe('a release whose approvals are signed', () => {
  it('goes from the submission to production', async () => {
    await submit(company);
    await voteGo(company, PEOPLE.cab[0], [`load test; ${OPERATOR}; 2026-12-01`]);
    await voteGo(company, PEOPLE.cab[1]);
    await closeCondition(company.as(OPERATOR), company.id, { condition: 'load test', evidence: 'SHOP-812' });
    await company.advanceToWindow(-4 * 86_400_000);
    await toStaging(company);
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3_600_000);
    await qaSigns(company);
    await opsSigns(company);
    expect((await company.state()).phase).toBe('ready');
    await company.advanceToWindow();
    expect(await toProduction(company)).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
  });

  it('audits clean, says how many acts are signed, and records under which rules it was deployed', async () => {
    const audited = await audit(company.as(OPERATOR), company.id);
    expect(audited.data).toMatchObject({ findings: [], signing: 'required', signed: 17 });
    const started = (await company.plan()).events.find((event) => event.type === 'deploy.started');
    expect(started?.data).toMatchObject({ trust: { commit: company.git.git('rev-parse', 'main'), version: '3.0' } });
  });

  it('goes on to the review, with hypercare signed off', async () => {
    await checks(company);
    await endHypercare(company);
    await reviewed(company);
    const closed = (await company.plan()).events.find((event) => event.type === 'hypercare.closed');
    expect(closed?.data).toMatchObject({ signature: { namespace: 'hypercare-exit@relctl.dev' } });
    // That smoke tests passed, how hypercare looked and how it ended is signed too: nothing waits for the records to be merged.
    const unsigned = (await company.plan()).events.filter((event) => actOf(event) === 'outcome' && !signatureOf(event));
    expect(unsigned).toEqual([]);
    const audited = (await audit(company.as(OPERATOR), company.id)).data;
    expect(audited).toMatchObject({ findings: [] });
    expect((await status(company.as(OPERATOR), company.id)).headline).not.toContain('claimed');
    expect(await lookAtRelease(company.as(OPERATOR), company.id)).toMatchObject({ phase: 'closed', claimed: false });
  });

  it('shows in its status that approvals are signed, and by whose rules', async () => {
    const shown = await status(company.as(OPERATOR), company.id);
    expect(shown.data).toMatchObject({ signing: 'required', refusedApprovals: [] });
    expect(JSON.stringify(shown.blocks)).toContain('signed; rules and keys of main');
  });

  it('still audits clean after a signer has left: what a deployment counted is judged by the rules of then', async () => {
    const { git, signers } = company;
    const without = signers
      .split('\n')
      .filter((line) => !line.startsWith(PEOPLE.cab[0]))
      .join('\n');
    git.setClock(company.sandbox.clock.now());
    git.commit({ 'relctl/allowed_signers': without }, 'Carol left');
    expect((await audit(company.as(OPERATOR), company.id)).data).toMatchObject({ findings: [] });
  });

  it('audits no more where the rules that its end names were not those of the branch at that time', async () => {
    const { git, signers } = company;
    const without = signers
      .split('\n')
      .filter((line) => !line.startsWith(OPERATOR))
      .join('\n');
    // Dated three weeks before: whoever lost the key then must not find it in an older commit.
    git.setClock(company.sandbox.clock.now() - 40 * 86_400_000);
    git.commit({ 'relctl/allowed_signers': without }, 'Olga left before');
    const { findings } = (await audit(company.as(OPERATOR), company.id)).data as { findings: { code: string }[] };
    expect(findings.map((one) => one.code)).toContain('policy-not-in-force');
  });
});

describe('a deployment that was stopped, where approvals are signed', () => {
  let stopped: SignedCompany;
  beforeAll(async () => {
    stopped = await openSignedCompany();
    await submit(stopped);
    await voteGo(stopped, PEOPLE.cab[0]);
    await voteGo(stopped, PEOPLE.cab[1]);
    await stopped.advanceToWindow(-4 * 86_400_000);
    await toStaging(stopped);
    stopped.sandbox.clock.advanceTo(stopped.sandbox.clock.now() + 3_600_000);
    await qaSigns(stopped);
    await opsSigns(stopped);
    await stopped.advanceToWindow();
  });
  afterAll(() => stopped.close());

  it('does again what only the file says to be done, and ends with the candidate in production', async () => {
    const store = dyingStore(stopped.store, 'canary.promoted', 'after');
    await expect(toProduction(stopped, {}, { store })).rejects.toBeInstanceOf(Killed);
    // Somebody with write access says that the rollout is done, so that it is skipped.
    const plan = await stopped.plan();
    const steps = ['rollout:web@production', 'rollout:api@production'];
    const claims = steps.flatMap((step) => [
      { type: 'step.intended', data: { attempt: 1, step, fence: 1 } },
      { type: 'step.completed', data: { attempt: 1, step } },
    ]);
    const at = plan.events.at(-1)?.at ?? '';
    const news = claims.map((one) => ({ ...one, at, actor: OPERATOR, simulated: false }));
    await stopped.store.append(plan, news as unknown as Parameters<typeof stopped.store.append>[1]);
    const resumed = await toProduction(stopped, { mode: 'resume', takeOver: true }, { runs: deadRuns(stopped) });
    expect(resumed).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    const web = await stopped.sandbox
      .cluster('production')
      .get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    expect(JSON.stringify(web?.spec)).toContain('shop/web:4.2.0');
    expect((await audit(stopped.as(OPERATOR), stopped.id)).data).toMatchObject({ findings: [] });
  });
});
