import { describe, expect, it } from 'vitest';
import { environmentObjects } from '../../../../src/domain/kubernetes/environment-objects.ts';
import { hookLine } from '../../../../src/domain/kubernetes/hook-line.ts';
import { immutableFindings } from '../../../../src/domain/kubernetes/immutable-findings.ts';
import { type SourceSettings, sourceSettings } from '../../../../src/plan/source-settings.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const IMAGE = 'registry.example.com/shop/web:1';

const web: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: IMAGE }] } },
  },
};

const job = (name: string, image: string): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { template: { spec: { containers: [{ name: 'work', image }], restartPolicy: 'Never' } } },
});

const set = (serviceName: string): KubeObject => ({
  ...web,
  kind: 'StatefulSet',
  metadata: { name: 'store' },
  spec: { ...(web.spec as object), serviceName, template: { metadata: { labels: { app: 'web' } }, spec: {} } },
});

/** What is found of a service `web` whose base had other objects. */
function found(
  before: readonly KubeObject[],
  after: readonly KubeObject[],
  entry: Parameters<typeof sourceSettings>[0] = ['k8s/web.yaml'],
  refused: ReadonlyMap<string, string> = new Map(),
) {
  const settings: SourceSettings = sourceSettings(entry);
  const render = (objects: readonly KubeObject[], image?: string) =>
    environmentObjects([
      {
        services: [{ name: 'web', image }],
        shared: false,
        rendered: objects.map((object) => ({ object, from: 'web.yaml' })),
        hooks: settings.hooks,
      },
    ]);
  const services = {
    web: { paths: ['web/**'], dependsOn: [], manifests: { staging: entry, production: entry } },
  } as unknown as Parameters<typeof hookLine>[0]['services'];
  return immutableFindings({
    environment: 'staging',
    namespace: 'shop',
    shipped: [{ name: 'web', image: 'registry.example.com/shop/web:2' }],
    whole: render([web, ...after]),
    written: render([web, ...after], 'registry.example.com/shop/web:2'),
    standing: {
      base: 'main',
      objects: before,
      refused,
      kubectl: 'kubectl --context test -n shop',
      lineFor: (service, hooks) => hookLine({ services }, 'staging', service, hooks),
    },
    migrates: false,
    canaryOf: () => ({ by: 'none', isWork: false }),
  });
}

it('refuses a Job whose template changes, with the whole line that sets all such Jobs aside', () => {
  const [first, second, ...rest] = found(
    [job('db-migrate', 'busybox:1'), job('warm', 'busybox:1')],
    [job('db-migrate', 'busybox:2'), job('warm', 'busybox:2')],
  );
  expect(rest).toEqual([]);
  expect(first).toMatchObject({ code: 'manifests.immutable', severity: 'error', service: 'web' });
  expect(first?.problem).toBe(
    'staging: Job/db-migrate cannot be applied once more: it differs from main in spec.template, which an API server refuses to change',
  );
  expect(first?.fix).toContain(
    'services.web.manifests.staging: { files: [ k8s/web.yaml ], hooks: { Job/db-migrate: migration, Job/warm: smoke-test } } in relctl.yaml',
  );
  expect(second?.problem).toContain('Job/warm');
});

it('refuses a Job that runs the image of its service, because the release changes it', () => {
  const [one] = found([job('seed', IMAGE)], [job('seed', IMAGE)]);
  expect(one).toMatchObject({ code: 'manifests.immutable', severity: 'error' });
  expect(one?.problem).toContain('it runs the image of web, which each release changes, in spec.template');
});

it('only tells of a Job that is new, or stays as it is', () => {
  for (const before of [[], [job('seed', 'busybox:1')]]) {
    expect(found(before, [job('seed', 'busybox:1')])).toMatchObject([{ code: 'manifests.job', severity: 'warning' }]);
  }
});

it('says nothing of a Job that relctl.yaml sets aside', () => {
  const entry = { files: ['k8s/web.yaml'], hooks: { 'Job/seed': 'ignore' as const } };
  expect(found([job('seed', 'busybox:1')], [job('seed', 'busybox:2')], entry)).toEqual([]);
});

it('keeps in its line what relctl.yaml says of others', () => {
  const entry = { helm: 'chart', release: 'web', kubeVersion: '1.34', hooks: { 'Job/test': 'smoke-test' as const } };
  const [one] = found([job('db-seed', 'busybox:1')], [job('db-seed', 'busybox:2')], entry);
  expect(one?.fix).toContain(
    'services.web.manifests.staging: { helm: chart, release: web, kubeVersion: "1.34", hooks: { Job/db-seed: migration, Job/test: smoke-test } }',
  );
});

it('refuses other objects in the fields that are fixed, and in no others', () => {
  const [one, ...rest] = found([set('one')], [set('two')]);
  expect(rest).toEqual([]);
  expect(one).toMatchObject({ code: 'manifests.immutable', severity: 'error' });
  expect(one?.problem).toContain('StatefulSet/store differs from main in spec.serviceName');
  expect(one?.fix).toBe(
    'keep spec.serviceName as main has it, or give StatefulSet store another name in the candidate',
  );
  const scaled = { ...set('one'), spec: { ...(set('one').spec as object), replicas: 3 } };
  expect(found([set('one')], [scaled])).toEqual([]);
});

describe('what staging has and the base does not render', () => {
  const quoted = 'core.PodTemplateSpec{Env:[]core.EnvVar{core.EnvVar{Name:"TOKEN", Value:"s3cret"}}}';
  const there = (kind: string, said: string) => new Map([[kind, said]]);

  it('is refused of a Job with the ways out, and without what its template holds', () => {
    const said = `Job.batch "seed" is invalid: spec.template: Invalid value: ${quoted}: field is immutable`;
    const [one, ...rest] = found([], [job('seed', IMAGE)], undefined, there('batch Job/seed', said));
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ code: 'manifests.immutable', severity: 'error', service: 'web' });
    expect(one?.problem).toBe(
      'staging: Job/seed cannot be applied once more: it is there from an earlier staging or by hand, and not in main; the candidate has another spec.template, which an API server refuses to change',
    );
    expect(one?.fix).toContain('give the Job another name');
    expect(one?.fix).toContain('hooks: { Job/seed: smoke-test } } in relctl.yaml');
    expect(one?.fix).toContain('kubectl --context test -n shop delete job seed');
    expect(JSON.stringify(one)).not.toContain('s3cret');
  });

  it('is refused of other objects by the fields that the server names', () => {
    const said =
      'StatefulSet.apps "store" is invalid: [spec: Forbidden: updates to statefulset spec are forbidden, spec.serviceName: Invalid value: "two": field is immutable]';
    const [one] = found([], [set('two')], undefined, there('apps StatefulSet/store', said));
    expect(one).toMatchObject({ code: 'manifests.immutable', severity: 'error' });
    expect(one?.problem).toContain('another spec, spec.serviceName, which an API server refuses');
    expect(one?.fix).toContain('keep spec, spec.serviceName as staging has it');
    expect(one?.fix).toContain('kubectl --context test -n shop delete statefulset store');
  });

  it('is told as the server says it where it names no field', () => {
    const [one] = found(
      [],
      [set('two')],
      undefined,
      there('apps StatefulSet/store', 'admission webhook "a" denied it'),
    );
    expect(one?.problem).toContain('its API server refuses the change: admission webhook "a" denied it');
  });
});
