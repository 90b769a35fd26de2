import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/usecases/audit.ts';
import { type Company, openCompany, refusal } from '../support/company.ts';
import { submit, voteGo, walkTo } from '../support/company-walk.ts';
import { PEOPLE } from '../support/sample-plan.ts';

/** Somebody who is away names a delegate in the policy; the record says who acted for whom. */
const DAVE = 'dave@example.com';
const [CAROL, CHEN] = PEOPLE.cab;
let company: Company;
afterEach(() => company.close());

function delegated(delegation: string): Promise<Company> {
  return openCompany({ shape: { policy: (text) => text.replace('delegates: []', `delegates: [${delegation}]`) } });
}

describe('a delegate of a member of the board', () => {
  it('votes in their place, is recorded as doing so, and counts once', async () => {
    company = await delegated(`{ role: cab, from: ${CHEN}, to: ${DAVE}, until: 2026-12-31 }`);
    await submit(company);
    await voteGo(company, CAROL);
    const outcome = await voteGo(company, DAVE);
    expect(outcome.data).toMatchObject({ phase: 'approved', go: 2, vote: { onBehalfOf: CHEN } });
    expect((await audit(company.as(DAVE), company.id)).result).toBe('done');
  });

  it('gives the seat back when the member votes after all', async () => {
    company = await delegated(`{ role: cab, from: ${CHEN}, to: ${DAVE}, until: 2026-12-31 }`);
    await submit(company);
    await voteGo(company, DAVE);
    await voteGo(company, CHEN);
    const { cab } = await company.state();
    expect(cab?.votes.map((vote) => vote.actor)).toEqual([CHEN]);
    expect(cab?.decision).toBeUndefined();
  });

  it('is nobody before the first day and after the last', async () => {
    company = await delegated(`{ role: cab, from: ${CHEN}, to: ${DAVE}, until: 2026-11-01 }`);
    await submit(company);
    expect(await refusal(voteGo(company, DAVE))).toMatchObject({
      code: 'gate.refused',
      data: { refusals: [{ gate: 'cab.member' }] },
    });
  });
});

describe('a delegate of a tester', () => {
  it('signs off in their place', async () => {
    company = await delegated(`{ role: ops, from: ${PEOPLE.operations[0]}, to: ${DAVE}, until: 2026-12-31 }`);
    await walkTo(company, 'staged');
    const { signoffOps } = await import('../../src/usecases/signoff-ops.ts');
    await signoffOps(company.as(DAVE), company.id, { decision: 'pass' });
    expect((await company.state()).signoffs.ops?.data).toMatchObject({ onBehalfOf: PEOPLE.operations[0] });
    expect((await audit(company.as(DAVE), company.id)).result).toBe('done');
  });
});
