import { expect, it } from 'vitest';
import type { Impact, ResourceFinding } from '../../../../../src/evidence/impact/findings.ts';
import { configSchema } from '../../../../../src/plan/config.ts';
import { draftResources } from '../../../../../src/usecases/planning/draft/resources.ts';

const target = { context: 'c', namespace: 'shop' };
const config = configSchema.parse({
  apiVersion: 'relctl/v1',
  kind: 'Config',
  platform: 'kubernetes',
  environments: { staging: target, production: target },
  services: { web: { paths: ['web/**'], manifests: { staging: ['k8s/web.yaml'], production: ['k8s/web.yaml'] } } },
});

const added = (kind: string, apiVersion: string, name: string): ResourceFinding => ({
  kind,
  apiVersion,
  name,
  change: 'added',
  services: [],
  // The first file of several that name it.
  seen: { file: 'k8s/other-way.yaml', line: 1, side: 'head' },
});

it('asks Operations for nothing that relctl applies itself, though another file names it too', async () => {
  const impact = {
    resources: [added('RoleBinding', 'rbac.authorization.k8s.io/v1', 'view'), added('PersistentVolume', 'v1', 'disk')],
  } as unknown as Impact;
  const applied = {
    staging: new Set(['rbac.authorization.k8s.io RoleBinding/view', ' PersistentVolume/disk']),
    production: new Set(['rbac.authorization.k8s.io RoleBinding/view']),
  };
  const drafted = await draftResources(impact, config, { applied: async (environment) => applied[environment] }, []);
  expect(drafted.map(({ resource }) => `${resource.environment} ${resource.name}`)).toEqual([
    'production PersistentVolume disk',
  ]);
});
