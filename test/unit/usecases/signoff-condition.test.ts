import { afterEach, describe, expect, it } from 'vitest';
import { signoffCab } from '../../../src/usecases/signoff-cab.ts';
import { closeCondition } from '../../../src/usecases/signoff-condition.ts';
import { type Company, openCompany, refusal } from '../../support/company.ts';
import { OPERATOR, opsSigns, qaSigns, toProduction, toStaging, voteGo, walkTo } from '../../support/company-walk.ts';
import { PEOPLE } from '../../support/sample-plan.ts';

let company: Company;
afterEach(() => company.close());

const LOAD_TEST = 'load test at twice the traffic';

async function approvedWithCondition(): Promise<void> {
  company = await openCompany();
  await walkTo(company, 'submitted');
  await voteGo(company, PEOPLE.cab[0], [`${LOAD_TEST}; ${PEOPLE.rdLead}; 2026-12-02`]);
  await voteGo(company, PEOPLE.cab[1]);
}

describe('a condition of the board', () => {
  it('keeps the release out of production until its owner has shown that it is met', async () => {
    await approvedWithCondition();
    await walkTo(company, 'ready', 'approved');
    await company.advanceToWindow();
    const error = await refusal(toProduction(company));
    expect(error.message).toContain(LOAD_TEST);
    expect(error.hints[0]).toContain(`relctl signoff condition ${company.id}`);
    await closeCondition(company.as(PEOPLE.rdLead), company.id, { condition: LOAD_TEST, evidence: 'SHOP-812' });
    expect(await toProduction(company, { mode: 'canary' })).toMatchObject({ data: { phase: 'canary' } });
  });

  it('goes with the vote that asked for it, and the member who votes again is told', async () => {
    company = await openCompany();
    await walkTo(company, 'submitted');
    await voteGo(company, PEOPLE.cab[0], [`${LOAD_TEST}; ${PEOPLE.rdLead}; 2026-12-02`]);
    const again = await voteGo(company, PEOPLE.cab[0]);
    expect(JSON.stringify(again.blocks)).toContain(`condition \\"${LOAD_TEST}\\", of the vote that this one replaces`);
  });

  it('is closed by its id where the votes of two members say the same', async () => {
    company = await openCompany();
    await walkTo(company, 'submitted');
    for (const member of PEOPLE.cab.slice(0, 2)) {
      await voteGo(company, member, [`${LOAD_TEST}; ${PEOPLE.rdLead}; 2026-12-02`]);
    }
    const lead = company.as(PEOPLE.rdLead);
    const error = await refusal(closeCondition(lead, company.id, { condition: LOAD_TEST, evidence: 'SHOP-812' }));
    expect(error.message).toBe(`2 open conditions say "${LOAD_TEST}"`);
    const ids = error.hints.map((hint) => hint.split(/ +/)[1] ?? '');
    expect(new Set(ids).size).toBe(2);
    for (const condition of ids) await closeCondition(lead, company.id, { condition, evidence: 'SHOP-812' });
    expect((await company.state()).conditions.every(({ closed }) => closed)).toBe(true);
  });

  it('is not closed by anybody else, nor when there is none', async () => {
    await approvedWithCondition();
    const answers = { condition: LOAD_TEST, evidence: 'SHOP-812' };
    expect((await refusal(closeCondition(company.as(OPERATOR), company.id, answers))).code).toBe('gate.refused');
    const unknown = { condition: 'another one', evidence: 'x' };
    expect((await refusal(closeCondition(company.as(PEOPLE.rdLead), company.id, unknown))).code).toBe('usage.bad-flag');
    await closeCondition(company.as(PEOPLE.rdLead), company.id, answers);
    expect((await refusal(closeCondition(company.as(PEOPLE.rdLead), company.id, answers))).code).toBe('usage.bad-flag');
  });

  it.each([
    'load test',
    'load test; nobody; 2026-12-02',
    `; ${PEOPLE.rdLead}; 2026-12-02`,
    `x; ${PEOPLE.rdLead}; soon`,
    `x; ${PEOPLE.rdLead}; 2020-01-01`,
  ])('that is incomplete is refused with the vote: %j', async (condition) => {
    company = await openCompany();
    await walkTo(company, 'submitted');
    expect((await refusal(voteGo(company, PEOPLE.cab[0], [condition]))).code).toBe('usage.bad-flag');
    expect((await company.state()).cab?.votes).toEqual([]);
  });

  it('is due by the day of the window: one that is due later could not be met before the deployment', async () => {
    company = await openCompany();
    await walkTo(company, 'submitted');
    const error = await refusal(voteGo(company, PEOPLE.cab[0], [`${LOAD_TEST}; ${PEOPLE.rdLead}; 2026-12-04`]));
    expect(error.code).toBe('usage.bad-flag');
    expect(error.message).toContain('due on 2026-12-04');
    expect(error.message).toContain('Thu 2026-12-03 14:00');
    expect((await company.state()).cab?.votes).toEqual([]);
    await voteGo(company, PEOPLE.cab[0], [`${LOAD_TEST}; ${PEOPLE.rdLead}; 2026-12-03`]);
    expect((await company.state()).cab?.votes[0]?.data.conditions[0]?.due).toBe('2026-12-03');
  });
});

describe('a vote', () => {
  it('for Go needs all three areas confirmed', async () => {
    company = await openCompany();
    await walkTo(company, 'submitted');
    const answers = {
      decision: 'go',
      operationalReadiness: true,
      securityReview: false,
      impactAssessment: true,
      conditions: [],
    };
    const error = await refusal(signoffCab(company.as(PEOPLE.cab[0]), company.id, answers));
    expect(error.message).toContain('--security-review');
    expect((await company.state()).cab?.votes).toEqual([]);
  });
});

describe('a sign-off', () => {
  it('is not given against red evidence, and a rejection sends the candidate back', async () => {
    company = await openCompany();
    await walkTo(company, 'staged');
    company.sandbox.faults.set('qa-failing', true);
    const rejected = await qaSigns(company);
    expect(rejected.data).toMatchObject({ decision: 'reject', phase: 'staged' });
    company.sandbox.faults.set('qa-failing', false);
    await toStaging(company);
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3_600_000);
    await qaSigns(company);
    await opsSigns(company);
    expect((await company.state()).phase).toBe('ready');
  });
});
