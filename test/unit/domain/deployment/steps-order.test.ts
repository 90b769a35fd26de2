import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dependencyWaves, deploymentSteps, productionTargets } from '../../../../src/domain/deployment/steps.ts';
import { type Config, configSchema } from '../../../../src/plan/config.ts';
import { samplePlan } from '../../../support/sample-plan.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

function config(dependsOn: Readonly<Record<string, readonly string[]>>, regions: readonly string[] = []): Config {
  const target = { context: 'c', namespace: 'shop' };
  return configSchema.parse({
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'sandbox',
    environments: {
      staging: target,
      production: {
        ...target,
        regions: regions.map((name, index) => ({ name, ...target, critical: index > 0, matcher: `region="${name}"` })),
      },
    },
    services: Object.fromEntries(
      NAMES.map((name) => [
        name,
        {
          paths: [`${name}/**`],
          dependsOn: [...(dependsOn[name] ?? [])],
          manifests: { staging: [`s/${name}`], production: [`p/${name}`] },
        },
      ]),
    ),
  });
}

/** Dependencies between services; later ones depend on earlier ones only, so that there is no circle. */
const acyclic = fc
  .array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 5 })), { maxLength: 12 })
  .map((pairs) => pairs.filter(([from, to]) => from > to));
const asMap = (pairs: readonly (readonly [number, number])[]): Record<string, string[]> => {
  const map: Record<string, string[]> = {};
  for (const [from, to] of pairs) {
    const [service = '', needed = ''] = [NAMES[from], NAMES[to]];
    map[service] = [...new Set([...(map[service] ?? []), needed])];
  }
  return map;
};
const subset = fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 });

function plan(services: readonly string[], canary: Record<string, unknown> = {}) {
  return samplePlan({
    change: ({ spec }) => {
      spec.services = services.map((name) => ({ name, image: `shop/${name}:2`, change: 'x' }));
      spec.migrations = [];
      spec.canary = { ...spec.canary, ...canary } as typeof spec.canary;
    },
  }).spec;
}

describe('waves of services', () => {
  it('hold each service once, after everything of the release that it depends on', () => {
    fc.assert(
      fc.property(acyclic, subset, (pairs, services) => {
        const dependsOn = asMap(pairs);
        const waves = dependencyWaves(services, config(dependsOn));
        expect(waves.flat().sort()).toEqual([...services].sort());
        const waveOf = new Map(waves.flatMap((wave, index) => wave.map((name) => [name, index] as const)));
        for (const name of services) {
          for (const needed of (dependsOn[name] ?? []).filter((one) => services.includes(one))) {
            expect(waveOf.get(needed) ?? -1).toBeLessThan(waveOf.get(name) ?? -1);
          }
        }
      }),
    );
  });

  it('end for services that depend on each other in a circle, which then go together', () => {
    const circle = config({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] });
    expect(dependencyWaves(['a', 'b', 'c', 'd'], circle)).toEqual([['a', 'b', 'c', 'd']]);
    expect(dependencyWaves(['e', 'a', 'b', 'c'], circle)).toEqual([['e'], ['a', 'b', 'c']]);
  });
});

describe('the steps of a deployment', () => {
  it('are the same for the same plan, and each has its own id, which a resumed run finds again', () => {
    fc.assert(
      fc.property(acyclic, subset, fc.boolean(), (pairs, services, regional) => {
        const regions = regional ? ['eu-1', 'eu-2', 'us-1'] : [];
        const spec = plan(services, regional ? { strategy: 'region', region: 'eu-1' } : {});
        const steps = deploymentSteps(spec, config(asMap(pairs), regions)).flat();
        expect(deploymentSteps(structuredClone(spec), config(asMap(pairs), regions)).flat()).toEqual(steps);
        const ids = steps.map((step) => step.id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 25 },
    );
  });

  it('record what is there first, announce, and change nothing but canaries before the promotion', () => {
    const groups = deploymentSteps(plan(['a', 'b']), config({}));
    const kinds = groups.map((group) => [...new Set(group.map((step) => step.kind))].join());
    expect(kinds.slice(0, 2)).toEqual(['baseline', 'notify']);
    const promotion = kinds.indexOf('promote');
    expect(kinds[promotion - 1]).toBe('bake');
    expect(kinds.slice(0, promotion)).not.toContain('rollout');
    expect(kinds.slice(promotion)).not.toContain('canary');
    expect(kinds.at(-1)).toBe('retire');
  });

  it('of a canary by region touch one region before the promotion, and every other one after it', () => {
    const spec = plan(['a'], { strategy: 'region', region: 'eu-1' });
    const steps = deploymentSteps(spec, config({}, ['eu-1', 'eu-2', 'us-1'])).flat();
    const rollouts = (some: typeof steps) => some.flatMap((step) => (step.kind === 'rollout' ? [step.target] : []));
    const promotion = steps.findIndex((step) => step.kind === 'promote');
    expect(rollouts(steps.slice(0, promotion))).toEqual(['production/eu-1']);
    expect(rollouts(steps.slice(promotion)).sort()).toEqual(['production/eu-2', 'production/us-1']);
    expect(steps.filter((step) => step.kind === 'baseline')).toHaveLength(3);
  });

  it('run each migration once, at its place, whatever the number of regions', () => {
    const spec = samplePlan({
      change: ({ spec: written }) => {
        written.migrations = [
          { id: 'early', service: 'web', up: ['x'], reversible: false },
          { id: 'late', service: 'web', when: 'after-rollout', up: ['x'], reversible: false },
        ];
      },
    }).spec;
    const ids = deploymentSteps(spec, config({}, ['eu-1', 'eu-2']))
      .flat()
      .map((step) => step.id);
    expect(ids.filter((id) => id.startsWith('migrate:'))).toEqual(['migrate:early', 'migrate:late']);
    expect(ids.indexOf('migrate:early')).toBeLessThan(ids.indexOf('bake'));
    expect(ids.at(-1)).toBe('migrate:late');
  });

  it('are for one target, or for one of each region', () => {
    expect(productionTargets(config({}))).toEqual(['production']);
    expect(productionTargets(config({}, ['eu-1', 'eu-2']))).toEqual(['production/eu-1', 'production/eu-2']);
  });
});
