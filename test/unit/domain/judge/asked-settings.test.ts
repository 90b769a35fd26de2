import { describe, expect, it } from 'vitest';
import { judgeSettings } from '../../../../src/domain/judge/asked-settings.ts';
import { standardPolicy } from '../../../support/gate-facts.ts';
import { samplePlan } from '../../../support/sample-plan.ts';

const route = (allRequests?: boolean) => ({
  paths: ['.'],
  dependsOn: [],
  traffic: { httpRoute: 'public', service: 'web', ...(allRequests === undefined ? {} : { allRequests }) },
});

function sharesOf(strategy: string, services: Record<string, ReturnType<typeof route>>) {
  const { spec } = samplePlan({
    change: (document) => {
      document.spec.canary = { ...document.spec.canary, strategy };
    },
  });
  return judgeSettings(spec, standardPolicy(), { services }).slos.map(({ share }) => share);
}

describe('whether the share of a canary is judged', () => {
  it('is where weights give it exactly, once for each service', () => {
    expect(sharesOf('http-route', { web: route(), api: route() })).toEqual([0.01, 0.01, undefined]);
    expect(sharesOf('ingress-nginx', { api: route(true) })).toEqual([undefined, 0.01, undefined]);
  });

  it('is not where pods or places give it, nor where some requests come past the route', () => {
    expect(sharesOf('shared-service', { web: route(), api: route() })).toEqual([undefined, undefined, undefined]);
    expect(sharesOf('region', { web: route(), api: route() })).toEqual([undefined, undefined, undefined]);
    expect(sharesOf('http-route', { web: route(false), api: route() })).toEqual([undefined, 0.01, undefined]);
  });
});
