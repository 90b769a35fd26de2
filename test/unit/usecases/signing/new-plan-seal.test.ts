import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../../src/plan/chain.ts';
import type { EventType } from '../../../../src/plan/events.ts';
import { openSealing } from '../../../../src/usecases/signing/open.ts';
import { newEvent, PEOPLE } from '../../../support/sample-plan.ts';
import { openSignedCompany, SIGNERS_FILE, type SignedCompany } from '../../../support/signed-company.ts';

/** What is recorded first of a new plan, where only signed acts count. */
let company: SignedCompany;
beforeAll(async () => {
  company = await openSignedCompany();
});
afterAll(() => company.close());

const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const exception = newEvent(
  'exception.granted',
  { gate: 'candidate.approved', reason: 'the reviewer is ill', command: 'plan' },
  { actor: PEOPLE.rdLead },
);

async function sealed(event: NewEvent<EventType>): Promise<NewEvent<EventType>> {
  const plan = { ...(await company.plan()), events: [] };
  return openSealing(company.as(PEOPLE.rdLead), plan.metadata.process).seal(plan, {
    ...event,
    at: new Date(company.sandbox.clock.now()).toISOString(),
  });
}

describe('the seal of a new plan', () => {
  it('signs an exception, as the rules of the protected branch ask', async () => {
    expect(await sealed(exception)).toMatchObject({
      data: { reason: 'the reviewer is ill', signature: { namespace: 'exception@relctl.dev' } },
    });
  });

  it('needs neither rules nor keys for the record that a plan was drafted', async () => {
    const { git, signers } = company;
    git.commit({ [SIGNERS_FILE]: 'not a line of keys\n' }, 'Broken');
    expect(await sealed(newEvent('plan.created', subject, { actor: PEOPLE.rdLead }))).toMatchObject({ data: subject });
    await expect(sealed(exception)).rejects.toMatchObject({ code: 'signing.trust' });
    git.commit({ [SIGNERS_FILE]: signers }, 'Mended');
  });
});
