import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../../../src/usecases/audit.ts';
import { status } from '../../../../src/usecases/status.ts';
import { refusal } from '../../../support/company.ts';
import { OPERATOR, opsSigns, qaSigns, submit, toProduction, toStaging, voteGo } from '../../../support/company-walk.ts';
import { PEOPLE } from '../../../support/sample-plan.ts';
import { openSignedCompany, SIGNERS_FILE, type SignedCompany } from '../../../support/signed-company.ts';

/** Keys that cannot be read stop every step forward; they must never keep a release in production. */
let company: SignedCompany;
beforeAll(async () => {
  company = await openSignedCompany();
  await submit(company);
  await voteGo(company, PEOPLE.cab[0]);
  await voteGo(company, PEOPLE.cab[1]);
  await company.advanceToWindow(-4 * 86_400_000);
  await toStaging(company);
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3_600_000);
  await qaSigns(company);
  await opsSigns(company);
  await company.advanceToWindow();
}, 120_000);
afterAll(() => company.close());

describe('a canary while the allowed signers do not read', () => {
  it('is not promoted, says why in its status and audit, and can be taken out', async () => {
    const before = await company.production();
    expect(await toProduction(company, { mode: 'canary' })).toMatchObject({ data: { phase: 'canary' } });
    company.git.commit({ [SIGNERS_FILE]: `${company.signers}mallory@example.com ssh-ed25519 AAAA\n` }, 'A broken line');
    expect(await refusal(toProduction(company, { mode: 'promote' }))).toMatchObject({
      code: 'gate.refused',
      data: { refusals: [{ gate: 'approval.genuine' }] },
    });
    expect((await status(company.as(OPERATOR), company.id)).data.blockers).toMatchObject([
      { gate: 'approval.genuine' },
    ]);
    expect((await audit(company.as(OPERATOR), company.id)).data.findings).toContainEqual(
      expect.objectContaining({ code: 'signers-unreadable', severity: 'error' }),
    );
    expect(await toProduction(company, { mode: 'abort', reason: 'a doubt' })).toMatchObject({
      data: { phase: 'aborted' },
    });
    expect(await company.production()).toEqual(before);
  });

  it('goes on once they read again, and the audit names what nothing could sign meanwhile', async () => {
    company.git.commit({ [SIGNERS_FILE]: company.signers }, 'Mended');
    expect((await audit(company.as(OPERATOR), company.id)).data).toMatchObject({
      // That it was taken up, which shuts no step; the abort, the rollback, the migration that was found done, how its Job ended, and the end.
      findings: [
        { code: 'signature-missing', fix: expect.stringContaining('git log') },
        ...Array.from({ length: 5 }, () => ({ code: 'signature-missing', fix: expect.stringContaining('--abort') })),
      ],
      signed: 15,
    });
  });
});
