import { afterEach, expect, it } from 'vitest';
import { dueReleases } from '../../src/usecases/runner/due.ts';
import { walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** A schedule watches what is deployed, whatever somebody without a key has recorded of its end. */
let company: SignedCompany;
afterEach(() => company.close());

it('a release that nobody signed to be over is still due for hypercare and for its success metrics', async () => {
  company = await openSignedCompany();
  await walkTo(company, 'hypercare');
  const due = (what: 'hypercare' | 'success') => dueReleases(company.as(PEOPLE.rdLead), what);
  expect([await due('hypercare'), await due('success')]).toEqual([[company.id], [company.id]]);
  await forge(company, (events) => [
    ...events,
    {
      actor: PEOPLE.productManager,
      type: 'review.closed',
      data: { outcome: 'success', attended: { product: ['p'], rd: ['r'] }, lessons: ['none'], debts: [] },
    },
  ]);
  const [summary] = await company.as(PEOPLE.rdLead).store.summaries();
  expect(summary).toMatchObject({ phase: 'closed' });
  expect([await due('hypercare'), await due('success')]).toEqual([[company.id], [company.id]]);
});
