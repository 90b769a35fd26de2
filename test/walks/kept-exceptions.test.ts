import { afterEach, expect, it } from 'vitest';
import { auditRelease } from '../../src/usecases/audit/one.ts';
import { reopen } from '../../src/usecases/planning/revise/reopen.ts';
import { openRelease } from '../../src/usecases/release/open.ts';
import { OPERATOR, walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** The state keeps exceptions when a plan is reopened, and pages show them: one that nobody signed is none, before a reopening as behind it. */
let company: SignedCompany;
afterEach(() => company.close());

it('an exception that somebody without a key wrote is left out, and named, when the plan was reopened since', async () => {
  company = await openSignedCompany();
  await walkTo(company, 'submitted');
  const data = { gate: 'time.window-open', reason: 'the customer waits', command: 'deploy' };
  await forge(company, (all) => [...all, { actor: OPERATOR, type: 'exception.granted', data }]);
  const { seq } = (await company.plan()).events.at(-1) ?? { seq: 0 };
  await reopen(company.as(PEOPLE.rdLead), company.id, 'once more');
  expect((await openRelease(company.as(OPERATOR), company.id)).journal.state.exceptions).toEqual([]);
  const { findings } = await auditRelease(company.as(OPERATOR), company.id);
  expect(findings).toContainEqual(expect.objectContaining({ code: 'signature-missing', seq }));
});
