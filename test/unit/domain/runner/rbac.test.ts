import { describe, expect, it } from 'vitest';
import { rbacObjects } from '../../../../src/domain/runner/rbac.ts';
import type { PolicyRule } from '../../../../src/domain/runner/rights.ts';
import { cronJobs } from '../../../../src/domain/runner/schedule.ts';
import { type Config, configSchema } from '../../../../src/plan/config.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const target = (context: string, namespace: string, clusterUid = 'uid-1') => ({ context, namespace, clusterUid });
const config = (more: object = {}, services: object = {}): Config =>
  configSchema.parse({
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    timeZone: 'Europe/Berlin',
    environments: { staging: target('staging', 'shop', 'uid-2'), production: { ...target('eu', 'shop'), ...more } },
    services,
    runner: {
      kubernetes: {
        image: `registry.example/relctl@sha256:${'a'.repeat(64)}`,
        identity: 'ci@example.com',
        namespace: 'relctl',
        schedule: { success: '0 5 * * *' },
      },
    },
  });
const object = (apiVersion: string, kind: string): KubeObject => ({ apiVersion, kind, metadata: { name: 'x' } });

function made(given: Config, objects: readonly KubeObject[] = []): readonly KubeObject[] {
  const settings = given.runner?.kubernetes;
  if (settings === undefined) throw new Error('no runner');
  return rbacObjects(given, settings, objects);
}

/** The verbs on a resource in a namespace that the service account gets by a binding. */
function verbs(all: readonly KubeObject[], namespace: string, resource: string): readonly string[] {
  const bound = all.filter(({ kind, metadata }) => kind === 'RoleBinding' && metadata.namespace === namespace);
  const names = bound.map(({ roleRef }) => (roleRef as { name: string }).name);
  return all
    .filter(
      ({ kind, metadata }) => kind === 'Role' && metadata.namespace === namespace && names.includes(metadata.name),
    )
    .flatMap(({ rules }) => rules as readonly PolicyRule[])
    .filter(({ resources }) => resources.includes(resource))
    .flatMap((rule) => rule.verbs);
}

describe('the rights of a runner', () => {
  it('are those of the kinds that the manifests render, in each namespace of its cluster that is released to', () => {
    const regions = [
      { name: 'a', ...target('eu', 'shop-a'), matcher: 'region="a"' },
      { name: 'us', ...target('us', 'shop-us', 'uid-3'), matcher: 'region="us"' },
    ];
    const all = made(config({ regions }), [object('networking.k8s.io/v1', 'NetworkPolicy'), object('v1', 'Secret')]);
    for (const namespace of ['shop', 'shop-a']) {
      expect(verbs(all, namespace, 'networkpolicies')).toEqual(['get', 'create', 'update', 'patch', 'delete']);
      expect(verbs(all, namespace, 'secrets')).toContain('patch');
    }
    expect(all.filter(({ metadata }) => metadata.namespace === 'shop-us')).toEqual([]);
  });

  it('hold no Secret, and delete no pod, unless the manifests have such objects', () => {
    const plain = made(config());
    expect(verbs(plain, 'shop', 'secrets')).toEqual([]);
    expect(verbs(plain, 'shop', 'pods')).not.toContain('delete');
    expect(verbs(made(config(), [object('apps/v1', 'StatefulSet')]), 'shop', 'pods')).toContain('delete');
    expect(JSON.stringify(plain)).not.toContain('*');
  });

  it('let it look at Jobs in its own namespace and make none: who hands over does, and is bound by the company', () => {
    const all = made(config());
    expect([verbs(all, 'relctl', 'jobs'), verbs(all, 'relctl', 'pods')]).toEqual([['get'], ['list']]);
    expect(all.find(({ metadata }) => metadata.name === 'relctl-hand-over')).toMatchObject({ kind: 'Role' });
  });

  it('reach Services that measure production by their names alone', () => {
    const prometheus = { via: 'kubectl', namespace: 'monitoring', service: 'prometheus', port: 9090 };
    const all = made(config({ prometheus, alertmanager: { ...prometheus, service: 'alertmanager', port: 'web' } }));
    const role = all.find(({ kind, metadata }) => kind === 'Role' && metadata.namespace === 'monitoring');
    expect(role).toMatchObject({
      rules: [{ resources: ['services/proxy'], resourceNames: ['http:prometheus:9090', 'http:alertmanager:web'] }],
    });
  });

  it('let a route be divided where relctl.yaml names one', () => {
    const web = { paths: ['web/**'], traffic: { httpRoute: 'web', service: 'web' } };
    expect(verbs(made(config({}, { web })), 'shop', 'httproutes')).toEqual(['get', 'update', 'watch']);
    expect(verbs(made(config()), 'shop', 'httproutes')).toEqual([]);
  });
});

it('gives each scheduled command once at a time, in the time zone of the company, for releases that are found there', () => {
  const given = config();
  const settings = given.runner?.kubernetes;
  if (settings === undefined) throw new Error('no runner');
  const jobs = cronJobs(given, settings, 'git@example.com:shop.git');
  const names = ['relctl-hypercare', 'relctl-success', 'relctl-remind', 'relctl-resume'];
  expect(jobs.map(({ metadata }) => metadata.name)).toEqual(names);
  expect(jobs.map(({ spec }) => (spec as { schedule: string }).schedule)).toEqual([
    '7 * * * *',
    '0 5 * * *',
    '23 8-17 * * 1-5',
    '*/5 * * * *',
  ]);
  // Looks are short; a run that is taken up may take as long as one that is handed over.
  const deadlines = jobs.map(
    ({ spec }) =>
      (spec as { jobTemplate: { spec: { activeDeadlineSeconds: number } } }).jobTemplate.spec.activeDeadlineSeconds,
  );
  expect(deadlines).toEqual([1800, 1800, 1800, 86_400]);
  for (const { spec } of jobs) expect(spec).toMatchObject({ concurrencyPolicy: 'Forbid', timeZone: 'Europe/Berlin' });
  expect(JSON.stringify(jobs[0])).toContain('"args":["runner","--due","hypercare","--as=ci@example.com"');
});
