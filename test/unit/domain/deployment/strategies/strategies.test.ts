import { describe, expect, it } from 'vitest';
import {
  knownStrategy,
  proposeStrategy,
  strategyOf,
  unknownNamed,
} from '../../../../../src/domain/deployment/strategies/strategies.ts';
import type { ProposalGround } from '../../../../../src/domain/deployment/strategies/strategy.ts';
import type { Config } from '../../../../../src/plan/config.ts';

const regions = [
  { name: 'eu', critical: true },
  { name: 'us', critical: false },
];

/** What a draft would know of a product, from the parts of relctl.yaml that strategies read. */
function ground(traffic: object | undefined, withRegions = false, replicas: number | undefined = 9): ProposalGround {
  const config = {
    services: { web: { ...(traffic === undefined ? {} : { traffic }) } },
    environments: { production: { regions: withRegions ? regions : [] } },
  } as unknown as Config;
  return { config, maxShare: 0.2, services: [{ name: 'web', replicas }] };
}

describe('the strategy of a draft', () => {
  it.each([
    ['an HTTPRoute', ground({ httpRoute: 'web', service: 'web' }, true), { strategy: 'http-route', share: '1%' }],
    ['regions', ground(undefined, true), { strategy: 'region', share: '1%', region: 'us' }],
    ['an Ingress', ground({ ingress: 'web', service: 'web' }), { strategy: 'ingress-nginx', share: '1%' }],
    ['pods alone', ground(undefined), { strategy: 'shared-service', share: '10%' }],
    ['too few pods', ground(undefined, false, 1), { strategy: 'shared-service', share: '20%' }],
  ])('with %s', (_name, facts, expected) => {
    expect(proposeStrategy(facts)).toEqual(expected);
  });
});

describe('a strategy that does not exist', () => {
  it.each([
    ['nix', 'http-route', ['spec', 'canary', 'strategy']],
    ['http-route', 'nix', ['spec', 'services', 0, 'canary', 'strategy']],
    ['http-route', 'none', undefined],
  ])('is found where the plan names it: %s and %s', (whole, own, path) => {
    const planned = { canary: { strategy: whole }, services: [{ name: 'api', canary: { strategy: own } }] };
    expect(unknownNamed(planned as unknown as Parameters<typeof unknownNamed>[0])?.path).toEqual(path);
  });

  const spec = (strategy: string) => ({ canary: { strategy } }) as Parameters<typeof strategyOf>[0];

  it.each(['mirror', 'constructor', '__proto__'])('%s is named as such, with those that do', (name) => {
    expect(knownStrategy(spec(name))).toBeUndefined();
    expect(() => strategyOf(spec(name))).toThrowError(
      expect.objectContaining({ code: 'canary.unknown-strategy', hints: [expect.stringContaining('http-route')] }),
    );
  });
});
