import { afterEach, expect, it } from 'vitest';
import { type Company, openCompany } from '../support/company.ts';
import { toProduction, walkTo } from '../support/company-walk.ts';
import { recordingEnvironments } from '../support/recording-environments.ts';

let company: Company;
afterEach(() => company.close());

it('a good release reads nothing again by its name that a list or a watch has just shown', async () => {
  company = await openCompany();
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  const { environments, reads } = recordingEnvironments(company.as('nobody@example.com').environments);
  expect(await toProduction(company, {}, { environments })).toMatchObject({ data: { phase: 'deployed' } });
  expect(reads.filter((one) => one.startsWith('ConfigMap/relctl-snapshot-'))).toEqual([]);
  // What would be refused, its making, and its end; between the making and the waking it is watched.
  const canaries = reads.filter((one) => /^Deployment\/.*-canary$/.test(one));
  expect(canaries.length / new Set(canaries).size).toBe(3);
});
