import { afterEach, expect, it } from 'vitest';
import type { Manifest } from '../support/company-files.ts';
import { toProduction, undo, walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** A release replaces a route. Nobody signs that its step was begun, so whoever may write takes that out of the record. */
let company: SignedCompany;
afterEach(() => company.close());

const route = (service: string, version: string) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: `${service}-public`, annotations: { version } },
  spec: {
    parentRefs: [{ name: 'public' }],
    rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name: service, port: 80 }] }],
  },
});
const withSelector = (one: Manifest & { spec: { selector: object } }) => ({
  ...one,
  spec: { ...one.spec, selector: { ...one.spec.selector, track: 'stable' } },
});
const routes = async () => Object.entries(await company.production()).filter(([name]) => name.includes('HTTPRoute'));

it('a rollback puts the route of before back, whatever was taken out of the record', async () => {
  company = await openSignedCompany({
    shape: {
      replicas: { web: 3, api: 2 },
      config: ({ services }) => {
        for (const [name, service] of Object.entries(services as Record<string, object>))
          Object.assign(service, { traffic: { httpRoute: `${name}-public`, service: name } });
      },
      objects: (objects, { service, environment, version }) => [
        ...objects.map((one) =>
          one.kind === 'Service' ? withSelector(one as Manifest & { spec: { selector: object } }) : one,
        ),
        ...(environment === 'production' ? [route(service, version)] : []),
      ],
    },
    plan: ({ spec }) => {
      spec.canary = { ...spec.canary, strategy: 'http-route' };
    },
  });
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  const before = await routes();
  await toProduction(company);
  expect(await routes()).not.toEqual(before);
  await forge(company, (all) =>
    all.filter(({ data }) => !/^(hide|rollout):/.test((data as { readonly step?: string }).step ?? '')),
  );
  await undo(company);
  expect(await routes()).toEqual(before);
});
