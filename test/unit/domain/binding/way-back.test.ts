import { describe, expect, it } from 'vitest';
import { boundDifferences, boundOf } from '../../../../src/domain/binding/bound.ts';
import { placesOf, WAY_BACK } from '../../../../src/domain/binding/way-back.ts';
import { type Config, configSchema } from '../../../../src/plan/config.ts';
import type { Policy } from '../../../../src/plan/policy.ts';

const target = { context: 'shop', namespace: 'shop' };
const service = { paths: ['web/**'] };
const CONFIG: Config = configSchema.parse({
  apiVersion: 'relctl/v1',
  kind: 'Config',
  platform: 'kubernetes',
  environments: { staging: target, production: target },
  services: { web: service, other: service },
});

const places = (config: Config) =>
  placesOf(boundOf({ config, policy: {} as Policy, services: ['web'], base: '', objects: {}, programs: {} }));
const counts = (config: object) => boundDifferences(places(CONFIG), places(config as Config), 'submitted').length > 0;
const inProduction = (more: object) => {
  const { environments } = CONFIG;
  return { ...CONFIG, environments: { ...environments, production: { ...environments.production, ...more } } };
};
const inService = (more: object) => ({ ...CONFIG, services: { ...CONFIG.services, web: { ...service, ...more } } });

/** From which relctl.yaml a way back is taken: where it goes must be reviewed or submitted, the rest may be that of any branch. */
describe('what a way back asks of relctl.yaml', () => {
  it('is answered for each of its keys', () => {
    expect(Object.keys(WAY_BACK).sort()).toEqual(Object.keys(configSchema.shape).sort());
  });

  it.each(Object.entries(WAY_BACK))('%s: %s', (key, answer) => {
    expect(counts({ ...CONFIG, [key]: { web: { a: 'x' }, production: { a: 'x' } } })).toBe(answer === 'place');
  });

  it.each(['context', 'namespace', 'clusterUid', 'kubeconfig', 'connection', 'rollout', 'a-key-of-next-year'])(
    'production.%s says where it is',
    (key) => {
      expect(counts(inProduction({ [key]: 'x' }))).toBe(true);
    },
  );

  it('the regions of production do, and what commits go to', () => {
    const region = { name: 'eu', ...target, critical: true, matcher: 'region="eu"' };
    expect(counts(inProduction({ regions: [region] }))).toBe(true);
    const gitops = { repository: 'x', path: 'x', application: 'Kustomization/x/y' };
    for (const key of Object.keys(gitops)) {
      const [one, other] = [{ gitops }, { gitops: { ...gitops, [key]: 'other' } }].map((more) =>
        places(inProduction(more) as Config),
      );
      expect(boundDifferences(one ?? {}, other ?? {}, 'submitted')).not.toEqual([]);
    }
  });

  it.each(['host', 'prometheus', 'metrics', 'alertmanager'])('production.%s is for looking', (key) => {
    expect(counts(inProduction({ [key]: { url: 'x' } }))).toBe(false);
  });

  it.each(['traffic', 'workload', 'container', 'jobs', 'manifests', 'a-key-of-next-year'])(
    '%s of a service that is shipped says what is touched',
    (key) => {
      expect(counts(inService({ [key]: { a: 'x' } }))).toBe(true);
    },
  );
});
