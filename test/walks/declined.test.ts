import { afterEach, describe, expect, it } from 'vitest';
import { renderHuman } from '../../src/renderers/human.ts';
import { PLAIN_STYLE } from '../../src/renderers/style.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { signoffOps } from '../../src/usecases/signoff-ops.ts';
import { status } from '../../src/usecases/status.ts';
import { type Company, openCompany } from '../support/company.ts';
import { OPERATOR, opsSigns, toProduction, undo, walkTo } from '../support/company-walk.ts';
import { PEOPLE } from '../support/sample-plan.ts';

let company: Company;
afterEach(() => company.close());

const seen = async () => {
  const outcome = await status(company.as('anyone@example.com'), company.id);
  return { declined: outcome.data.declined, text: renderHuman(outcome, PLAIN_STYLE) };
};

describe('status says who said no, why, and what comes next', () => {
  it('after a No-Go of the CAB', async () => {
    company = await openCompany();
    await walkTo(company, 'submitted');
    const [member] = PEOPLE.cab;
    // As the packet has it: the decision and why, and nobody is asked anything.
    const no = { decision: 'no-go', comment: 'no security review', conditions: [] };
    await signoffCab(company.as(member), company.id, no);
    const { declined, text } = await seen();
    expect(declined).toEqual([{ who: member, as: 'cab', reason: 'no security review' }]);
    expect(text).toContain('got a No-Go');
    expect(text).toMatch(/review +none: the release got a No-Go/);
    expect(text).toContain(`${member} of the CAB voted No-Go: no security review`);
    expect(text).toContain(`relctl plan ${company.id} --reopen "<reason>"`);
  });

  it('after a rejection in staging, until somebody signs off', async () => {
    company = await openCompany();
    await walkTo(company, 'staged');
    await signoffOps(company.as(OPERATOR), company.id, { decision: 'reject', comment: 'no replica yet' });
    const { declined, text } = await seen();
    expect(declined).toEqual([{ who: OPERATOR, as: 'ops', reason: 'no replica yet' }]);
    expect(text).toContain(`${OPERATOR} rejected it for Operations: no replica yet`);
    expect(text).toContain(`relctl stage ${company.id}`);
    expect(text).toContain('once what was rejected is corrected');
    await opsSigns(company);
    expect((await seen()).declined).toEqual([]);
  });

  it('after a rollback', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    await toProduction(company);
    await undo(company, { reason: 'checkouts fail' });
    const { declined, text } = await seen();
    expect(declined).toEqual([{ who: OPERATOR, as: 'deploy', reason: 'checkouts fail' }]);
    expect(text).toContain(`rolled back by ${OPERATOR}: checkouts fail`);
    expect(text).toMatch(/review +none: the release is rolled back/);
    expect(text).toContain('--reopen');
  });
});
