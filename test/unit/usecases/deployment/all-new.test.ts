import { expect, it } from 'vitest';
import { refuseAllNew } from '../../../../src/usecases/deployment/all-new.ts';
import type { ServiceChanges } from '../../../../src/usecases/deployment/changes.ts';
import { samplePlan } from '../../../support/sample-plan.ts';

const plan = samplePlan();
const change = (name: string, ground?: object) =>
  ({
    service: { name, others: [], deployment: { kind: 'Deployment', apiVersion: 'apps/v1', spec: {} } },
    ground,
  }) as never as ServiceChanges;
const [first] = plan.spec.services.map(({ name }) => name);

it('refuses a release of which production runs nothing, and names how it gets there', () => {
  expect(() => refuseAllNew(plan, [change(first ?? '')])).toThrow(
    expect.objectContaining({
      code: 'production.unfit',
      message: `production does not run ${first} yet: no canary can be compared`,
      hints: expect.arrayContaining([`relctl manifests ${plan.id} --environment production`]),
    }),
  );
});

it('lets a new service come with one that runs', () => {
  expect(() => refuseAllNew(plan, [change(first ?? ''), change('web', {})])).not.toThrow();
});

it('leaves objects that no workload belongs to alone', () => {
  const shared = { service: { name: 'product', others: [] }, ground: undefined } as never as ServiceChanges;
  expect(() => refuseAllNew(plan, [shared])).not.toThrow();
});
