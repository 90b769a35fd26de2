import { afterEach, expect, it } from 'vitest';
import { drawnDay, fewestStablePods } from '../../../../src/usecases/rehearsal/day.ts';
import { type Company, openCompany } from '../../../support/company.ts';
import { PEOPLE } from '../../../support/sample-plan.ts';

let company: Company;
afterEach(() => company.close());

const digests = Array.from({ length: 8 }, (_, n) => ({ specDigest: n.toString(16).padStart(64, '0') }));

it('a rehearsal beside one stable pod is on a day that a good canary survives there', async () => {
  company = await openCompany({ shape: { replicas: { web: 8, api: 1 } } });
  const pods = await fewestStablePods(company.as(PEOPLE.rdLead), await company.plan());
  expect(pods).toBe(1);
  expect(new Set(digests.map((one) => drawnDay(one, pods)))).toEqual(new Set(['cold-start']));
});

it('beside several pods, or unknown ones, the plan draws one of all ordinary days', async () => {
  company = await openCompany();
  const pods = await fewestStablePods(company.as(PEOPLE.rdLead), await company.plan());
  expect(pods).toBe(8);
  for (const known of [pods, undefined]) {
    expect(new Set(digests.map((one) => drawnDay(one, known)))).toEqual(new Set(['cold-start', 'shared-incident']));
  }
});

it('manifests that do not render say nothing of pods', async () => {
  company = await openCompany({
    plan: ({ spec }) => {
      spec.candidate.commit = '0'.repeat(40);
    },
  });
  expect(await fewestStablePods(company.as(PEOPLE.rdLead), await company.plan())).toBe(undefined);
});
