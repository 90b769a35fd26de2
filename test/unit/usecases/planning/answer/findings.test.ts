import { expect, test } from 'vitest';
import { findingChecks, type PlacedFinding } from '../../../../../src/usecases/planning/answer/findings.ts';

const small = (service: string, line: number): PlacedFinding => ({
  code: 'canary.small',
  severity: 'error',
  path: [],
  at: `releases/x.yaml:${line}:12`,
  problem: `one canary pod beside 1 of ${service} is 50% (15% asked for) of production; the policy allows 15%`,
  fix: `run at least 6 replicas of ${service}; or raise canary.maxShare`,
});
const apart = (object: string, environment: string): PlacedFinding => ({
  code: 'manifests.namespace',
  severity: 'error',
  path: [],
  at: 'releases/x.yaml:9:1',
  problem: `${environment}: ${object} is rendered for the namespace shop, and it is default`,
  fix: `set environments.${environment}.namespace: shop in relctl.yaml`,
});

test('what is said of many services alike is said once, with the names and lines of the others', () => {
  const checks = findingChecks(['api', 'web', 'worker', 'cart'].map((name, index) => small(name, 10 + index)));
  expect(checks).toEqual([
    {
      state: 'failed',
      text: `releases/x.yaml:10:12 ${small('api', 1).problem}`,
      detail: `${small('api', 1).fix}; the same of web (11), worker (12), cart (13)`,
    },
  ]);
});

test('two are said one by one, and what another cure mends is another finding', () => {
  expect(findingChecks([small('api', 1), small('web', 2)])).toHaveLength(2);
  const both = ['staging', 'production'].flatMap((one) =>
    ['Deployment/api', 'Service/api', 'Ingress/api'].map((object) => apart(object, one)),
  );
  expect(findingChecks(both).map(({ detail }) => detail)).toEqual([
    expect.stringContaining(
      'environments.staging.namespace: shop in relctl.yaml; the same of Service/api (9), Ingress/api (9)',
    ),
    expect.stringContaining('environments.production.namespace'),
  ]);
});

test('another severity, and another code, never hide in a group', () => {
  const warned = { ...small('web', 2), severity: 'warning' as const };
  const other = { ...small('cart', 3), code: 'canary.other' };
  expect(findingChecks([small('api', 1), warned, other])).toHaveLength(3);
});

test('a service is a name also within a path or an image, so that what lacks manifests or an image is said once', () => {
  const without = (service: string, line: number): PlacedFinding => ({
    ...{ code: 'manifests.none', severity: 'error', path: [], at: `releases/x.yaml:${line}:13` },
    problem: `staging: relctl.yaml names no manifests for ${service}`,
    fix: `services.${service}.manifests: { staging: <path>, production: <path> } in relctl.yaml`,
  });
  const unwritten = (service: string, line: number): PlacedFinding => ({
    ...{ code: 'plan.unwritten', severity: 'error', path: [], at: `releases/x.yaml:${line}:14` },
    problem: `services[${service}].image is still to be written`,
    fix: `the image of ${service}, such as registry.example.com/shop/${service}:1.0.0`,
  });
  const services = ['api', 'beat-worker', 'web'];
  const checks = findingChecks([
    ...services.map((one, n) => without(one, 10 + n)),
    ...services.map((one, n) => unwritten(one, 20 + n)),
  ]);
  expect(checks.map(({ detail }) => detail?.split('; the same of ')[1])).toEqual([
    'beat-worker (11), web (12)',
    'beat-worker (21), web (22)',
  ]);
});
