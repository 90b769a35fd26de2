import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../../src/usecases/audit.ts';
import { type Company, openCompany } from '../../support/company.ts';
import { walkTo } from '../../support/company-walk.ts';

describe('a release on its good path', () => {
  let company: Company;
  beforeAll(async () => {
    company = await openCompany();
    await walkTo(company, 'closed');
  });
  afterAll(() => company.close());

  it('ends closed, and its history holds', async () => {
    expect((await company.state()).phase).toBe('closed');
    const outcome = await audit(company.as('anyone@example.com'), company.id);
    expect(outcome.result).toBe('done');
    expect(outcome.data.findings).toEqual([expect.objectContaining({ code: 'simulated', severity: 'warning' })]);
  });
});
