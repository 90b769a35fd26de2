import { expect, test } from 'vitest';
import type { Config } from '../../../../../src/plan/config.ts';
import type { DraftedCanary } from '../../../../../src/usecases/planning/draft/canary.ts';
import { settleSmall } from '../../../../../src/usecases/planning/draft/canary.ts';
import type { DraftedService } from '../../../../../src/usecases/planning/draft/services.ts';

const POLICY = { canary: { maxShare: '15%', minBake: '15m' } } as never;
const DRAFTED = {
  canary: { strategy: 'shared-service', share: '15%', bake: '15m' },
  own: new Map(),
} as unknown as DraftedCanary;
const service = (name: string, replicas: number): DraftedService =>
  ({ service: { name }, replicas, kind: 'Deployment' }) as unknown as DraftedService;

async function settled(pick: RegExp, services: readonly DraftedService[]) {
  const asked: string[] = [];
  const prompter = {
    interactive: true,
    select: async ({ message, choices }: { message: string; choices: { value: string; label: string }[] }) => {
      asked.push(message);
      return choices.find(({ label }) => pick.test(label))?.value ?? '';
    },
  };
  const context = { prompter, config: { services: {} } as unknown as Config } as never;
  const { canary, own } = await settleSmall(context, POLICY, services, DRAFTED);
  return { asked, share: canary.share, own: Object.fromEntries(own) };
}

const THREE = [service('api', 1), service('web', 1), service('cart', 1)];
const LARGE = service('large', 40);

test('services that are too small in the same way are one question, and its answer is that of each', async () => {
  const { asked, own } = await settled(/^strategy none/, [...THREE, LARGE]);
  expect(asked).toEqual([expect.stringMatching(/^One canary pod beside 1 each of api, web, cart is 50%/)]);
  expect(Object.keys(own)).toEqual(['api', 'web', 'cart']);
  expect(own.cart).toMatchObject({ strategy: 'none', reason: expect.stringContaining('50%') });
});

test('no canary at all is no way for a whole release, which the check would refuse', async () => {
  const { own } = await settled(/^strategy none/, THREE);
  expect(own).toEqual({});
});

test('with other numbers it is another question', async () => {
  const { asked } = await settled(/^strategy none/, [service('api', 1), service('web', 2)]);
  expect(asked).toHaveLength(2);
  expect(asked[1]).toMatch(/beside 2 of web is 33\.3%/);
});

test('who wants the policy raised gets the share for which it is raised, and is told where that stands', async () => {
  const { share, own } = await settled(/^raise canary\.maxShare of the policy, in relctl\/process\//, THREE);
  expect(share).toBe('50%');
  expect(own).toEqual({});
  // Who can do with less gets no more.
  const beside = await settled(/^raise /, [...THREE, LARGE]);
  expect(beside.share).toBe('15%');
  expect(beside.own).toEqual({ api: { share: '50%' }, web: { share: '50%' }, cart: { share: '50%' } });
});
