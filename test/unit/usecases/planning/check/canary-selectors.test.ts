import { describe, expect, it } from 'vitest';
import { isDeployment } from '../../../../../src/domain/kubernetes/manifests.ts';
import { configSchema } from '../../../../../src/plan/config.ts';
import type { KubeObject } from '../../../../../src/ports/cluster.ts';
import { selectorFindings } from '../../../../../src/usecases/planning/check/canary-selectors.ts';
import { samplePlan } from '../../../../support/sample-plan.ts';

type Labels = Readonly<Record<string, string>>;

const target = { context: 'production', namespace: 'shop' };
const service = {
  paths: ['web/**'],
  manifests: { staging: ['a.yaml'], production: ['b.yaml'] },
  traffic: { httpRoute: 'web', service: 'web' },
};
const config = configSchema.parse({
  apiVersion: 'relctl/v1',
  kind: 'Config',
  platform: 'kubernetes',
  environments: { staging: target, production: target },
  services: { web: service, api: { ...service, traffic: undefined } },
});

function objects(selector: Labels, serviceSelector: Labels): readonly KubeObject[] {
  const labels = { app: 'web', track: 'stable' };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: serviceSelector } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: selector },
        template: { metadata: { labels }, spec: { containers: [{ name: 'web' }] } },
      },
    },
  ];
}

const unique = { app: 'web', track: 'stable' };
const shared = { app: 'web' };

describe('selectors of a plan', () => {
  it.each([
    ['shared-service', unique, shared, []],
    ['shared-service', shared, shared, []],
    ['http-route', unique, unique, []],
    ['http-route', unique, shared, []],
    ['http-route', shared, {}, ['services/0']],
    ['ingress-nginx', shared, shared, []],
    ['region', shared, shared, []],
  ] as const)(
    '%s with a Deployment that selects %o and a Service that selects %o: %o',
    async (strategy, own, routed, places) => {
      const plan = samplePlan({
        change: ({ spec }) => {
          spec.canary = { ...spec.canary, strategy };
        },
      });
      const read = { container: undefined, file: undefined, image: undefined, replicas: 8 };
      const all = objects(own, routed);
      const manifests = { of: async () => ({ objects: all, workload: all.find(isDeployment), ...read }) };
      const found = await selectorFindings(plan, config, manifests);
      expect(found.map(({ path }) => path.slice(1, 3).join('/'))).toEqual(places);
      expect(found.every(({ code, severity }) => code === 'canary.selector-overlap' && severity === 'error')).toBe(
        true,
      );
    },
  );
});
