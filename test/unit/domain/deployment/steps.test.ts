import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { titleOfStep } from '../../../../src/domain/deployment/step-titles.ts';
import { deploymentSteps } from '../../../../src/domain/deployment/steps.ts';
import { STRATEGIES } from '../../../../src/domain/deployment/strategies/strategies.ts';
import type { Config } from '../../../../src/plan/config.ts';
import { configSchema } from '../../../../src/plan/config.ts';
import type { Spec } from '../../../../src/plan/spec.ts';
import { samplePlan } from '../../../support/sample-plan.ts';

function config(regions: readonly string[] = [], shared = false): Config {
  const target = (name: string) => ({ context: name, namespace: 'shop' });
  const service = (name: string, dependsOn: readonly string[] = []) => ({
    paths: [`${name}/**`],
    dependsOn,
    manifests: { staging: [`staging/${name}.yaml`], production: [shared ? 'all.yaml' : `${name}.yaml`] },
  });
  return configSchema.parse({
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: {
      staging: target('staging'),
      production: {
        ...target('production'),
        regions: regions.map((name, index) => ({
          name,
          ...target(name),
          critical: index > 0,
          matcher: `region="${name}"`,
        })),
      },
    },
    services: { web: service('web', ['api']), api: service('api') },
  });
}

function planned(canary: Partial<Spec['canary']>): Spec {
  const { spec } = samplePlan();
  return { ...spec, canary: { ...spec.canary, ...canary } };
}

function idsOf(canary: Partial<Spec['canary']>, regions: readonly string[] = []): readonly (readonly string[])[] {
  return deploymentSteps(planned(canary), config(regions)).map((group) => group.map((step) => step.id));
}

const BEGIN = [['baseline@production'], ['notify'], ['migrate:add-wallet-table']];
const at = (kind: string, ...services: string[]) => services.map((service) => `${kind}:${service}@production`);

describe('the steps of a deployment', () => {
  it('bring what the services share before any of them, where they are rendered from one source', () => {
    const ids = deploymentSteps(samplePlan().spec, config([], true)).map((group) => group.map((step) => step.id));
    expect(ids.filter(([first]) => first?.includes(':product@'))).toEqual([
      ['prepare:product@production'],
      ['rollout:product@production'],
    ]);
    const place = (id: string) => ids.findIndex((group) => group.includes(id));
    expect(place('prepare:product@production')).toBeLessThan(place('prepare:web@production'));
    expect(place('promote')).toBeLessThan(place('rollout:product@production'));
    expect(place('rollout:product@production')).toBeLessThan(place('rollout:api@production'));
  });

  it('canary all services in the order of their dependencies, then send requests to all of them at once', () => {
    expect(idsOf({ strategy: 'http-route' })).toEqual([
      ...BEGIN,
      at('prepare', 'api', 'web'),
      at('canary', 'api'),
      at('canary', 'web'),
      at('expose', 'api', 'web'),
      ['bake'],
      ['promote'],
      at('rollout', 'api'),
      at('rollout', 'web'),
      at('hide', 'api', 'web'),
      at('retire', 'api', 'web'),
    ]);
  });

  it('have nothing to expose or hide behind a shared Service', () => {
    const ids = idsOf({ strategy: 'shared-service' }).flat();
    expect(ids.filter((id) => /^(expose|hide)/.test(id))).toEqual([]);
  });

  it('go to one region, then to the others in waves, watched between them and not after the last', () => {
    const waves = [
      { regions: ['us'], soak: '30m' },
      { regions: ['ap', 'sa'], soak: '1h' },
      { regions: ['af'], soak: '1h' },
    ];
    const ids = idsOf({ strategy: 'region', region: 'eu', waves }, ['eu', 'us', 'ap', 'sa', 'af']).flat();
    expect(ids.filter((id) => /^(rollout:web|soak|bake|promote)/.test(id))).toEqual([
      'rollout:web@production/eu',
      'bake',
      'promote',
      'rollout:web@production/us',
      'soak:1',
      'rollout:web@production/ap',
      'rollout:web@production/sa',
      'soak:2',
      'rollout:web@production/af',
    ]);
  });

  it.each([
    ['pods', { strategy: 'http-route' }, []],
    ['regions', { strategy: 'region', region: 'eu-1' }, ['eu-1', 'eu-2', 'us-1']],
  ] as const)('are told by their ids as they are told while they are done: %s', (_, canary, regions) => {
    const steps = deploymentSteps(planned(canary), config(regions)).flat();
    // What plan and configuration add (how long, of which service) is not in the id.
    const others = steps.filter(({ id, kind, title }) => kind !== 'soak' && !title.startsWith(titleOfStep(id)));
    expect(others).toEqual([]);
    expect(titleOfStep('of another time')).toBe('of another time');
  });

  it('have words for each kind of id that the kept releases hold', () => {
    const kept = ['2026-11-wallet-checkout', '2026-12-wallet-express'].flatMap((id) => {
      const text = readFileSync(new URL(`../../../../releases/${id}.yaml`, import.meta.url), 'utf8');
      return [...text.matchAll(/"step":"([^"]+)"/g)].map(([, step = '']) => step);
    });
    expect(new Set(kept).size).toBeGreaterThan(20);
    expect(kept.filter((step) => titleOfStep(step) === step)).toEqual([]);
  });

  it('leave no region out where the plan names no waves', () => {
    const ids = idsOf({ strategy: 'region', region: 'eu' }, ['eu', 'us', 'ap']).flat();
    expect(ids.filter((id) => id.startsWith('rollout:api'))).toEqual(
      ['eu', 'us', 'ap'].map((one) => `rollout:api@production/${one}`),
    );
  });

  it.each(Object.keys(STRATEGIES))('have unique ids that a resumed run finds again: %s', (strategy) => {
    const canary = { strategy, region: 'eu' };
    const ids = idsOf(canary, ['eu', 'us']).flat();
    expect(new Set(ids).size).toBe(ids.length);
    expect(idsOf(canary, ['eu', 'us'])).toEqual(idsOf(canary, ['eu', 'us']));
  });
});
