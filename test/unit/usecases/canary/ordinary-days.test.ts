import { afterEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../../src/usecases/release/context.ts';
import { type Company, openCompany } from '../../../support/company.ts';
import { toProduction, walkTo } from '../../../support/company-walk.ts';

let company: Company;
afterEach(() => company.close());

/** What a deployment came to with a fault switched on, and what was told. */
async function deployedWith(fault: string, { route = false, minutes = 10 } = {}) {
  company = await openCompany({
    shape: route
      ? {
          config: (config) => {
            for (const [name, service] of Object.entries(config.services as Record<string, Record<string, unknown>>)) {
              service.traffic = { httpRoute: `${name}-public`, service: name };
            }
          },
        }
      : {},
    plan: ({ spec }) => {
      spec.canary = { ...spec.canary, look: '15s', ...(route ? { strategy: 'http-route' } : {}) };
    },
  });
  if (route) {
    company.sandbox.seedCluster(
      'production',
      ['web', 'api'].map((name) => ({
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: `${name}-public` },
        spec: { parentRefs: [{ name: 'public' }], rules: [{ backendRefs: [{ name, port: 80 }] }] },
      })),
    );
  }
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  company.sandbox.faults.set(fault, true);
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + minutes * 60_000);
  const outcome = await toProduction(company, {}, {} as Partial<Context>);
  const judged = (await company.plan()).events.findLast((event) => event.type === 'canary.judged')?.data;
  const notes = company.told.flatMap((one) => (one.type === 'note' ? [one.text] : []));
  return { outcome, judged, notes };
}

describe('an ordinary day in the simulated company', () => {
  it.each(['cold-start', 'shared-incident', 'sticky-users', 'scrape-phases'])(
    '%s harms no good canary',
    async (fault) => {
      expect((await deployedWith(fault)).outcome).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    },
  );

  it.each([
    [
      'sick-pod',
      12,
      /^web errors: stable pods that fail much more than the others are left out of the comparison: web-/,
    ],
    ['lost-target', 2, /^web errors: stable pods that the metrics store cannot reach are left out: web-/],
  ])('%s: the pod is named before the start, and a good canary passes', async (fault, minutes, said) => {
    const { outcome, notes } = await deployedWith(fault, { minutes });
    expect(notes).toContainEqual(expect.stringMatching(said));
    expect(outcome).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
  });

  it('out-of-memory fails by the pods', async () => {
    expect((await deployedWith('out-of-memory')).judged).toMatchObject({
      verdict: 'fail',
      reason: expect.stringContaining('OOMKilled'),
    });
  });

  it('requests-lost is found by the share that the route gives', async () => {
    expect((await deployedWith('requests-lost', { route: true })).judged).toMatchObject({
      verdict: 'fail',
      slos: expect.arrayContaining([expect.objectContaining({ code: 'requests-lost' })]),
    });
  });
});
