import { describe, expect, it } from 'vitest';
import { environmentObjects, type ServiceQuestion } from '../../../../src/domain/kubernetes/environment-objects.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const object = (kind: string, name: string, rest: Record<string, unknown> = {}): KubeObject => {
  const { metadata = {}, ...fields } = rest;
  const apiVersion = /^(Deployment|StatefulSet|DaemonSet)$/.test(kind) ? 'apps/v1' : 'v1';
  return { apiVersion, kind, metadata: { name, ...(metadata as object) }, ...fields };
};

const workload = (
  kind: string,
  name: string,
  image = `registry.example.com/${name}:1`,
  pod: Record<string, unknown> = {},
): KubeObject =>
  object(kind, name, {
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }], ...pod } },
    },
  });

const service = (name: string, app = name) => object('Service', name, { spec: { selector: { app } } });

function shaped(objects: readonly KubeObject[], services: readonly ServiceQuestion[], shared = false) {
  const whole = environmentObjects(
    [{ services, shared, rendered: objects.map((one) => ({ object: one, from: 'k8s/all.yaml' })), hooks: {} }],
    'plain',
  );
  const titles = (all: readonly KubeObject[]) => all.map((one) => `${one.kind}/${one.metadata.name}`).sort();
  const of = (name: string) => {
    const answer = whole.services.get(name);
    return answer?.ok
      ? { workload: titles([answer.workload])[0], others: titles(answer.others) }
      : (answer?.problem ?? 'unknown');
  };
  return { whole, of, product: titles(whole.product) };
}

describe('the workload of a service', () => {
  const pair = [workload('Deployment', 'api'), workload('Deployment', 'web')];
  const SHARED = [{ name: 'web' }, { name: 'api' }];

  it('is found by its name where one file has several, whatever stands first', () => {
    const { of } = shaped(pair, SHARED);
    expect(of('web')).toMatchObject({ workload: 'Deployment/web' });
    expect(of('api')).toMatchObject({ workload: 'Deployment/api' });
  });

  it.each([
    [
      'its labels',
      [
        workload('Deployment', 'x'),
        { ...workload('Deployment', 'shop-web'), metadata: { name: 'y', labels: { app: 'web' } } },
      ],
      'Deployment/y',
    ],
    [
      'its image',
      [workload('Deployment', 'x'), workload('Deployment', 'y', 'r.example.com/shop/web:2')],
      'Deployment/y',
    ],
    ['the end of its name', [workload('Deployment', 'x'), workload('StatefulSet', 'shop-web')], 'StatefulSet/shop-web'],
  ])('is found by %s', (_by, objects, found) => {
    expect(shaped(objects, [{ name: 'web' }]).of('web')).toMatchObject({ workload: found });
  });

  it('is the one that relctl.yaml names, and nothing else if that is not there', () => {
    expect(shaped(pair, [{ name: 'shop', workload: 'Deployment/web' }]).of('shop')).toMatchObject({
      workload: 'Deployment/web',
    });
    expect(shaped(pair, [{ name: 'shop', workload: 'Deployment/gone' }]).of('shop')).toContain('which is not rendered');
  });

  it('is never guessed among several', () => {
    const both = [workload('Deployment', 'shop-api'), workload('Deployment', 'shop-web')];
    expect(shaped(both, [{ name: 'shop' }]).of('shop')).toBe(
      'which of Deployment/shop-api, Deployment/shop-web is shop cannot be told',
    );
    // Where nothing could be meant the values of a chart may leave it out.
    expect(shaped(pair, [{ name: 'shop' }]).of('shop')).toBe(
      'shop is not among what is rendered: Deployment/api, Deployment/web',
    );
    const twice = [workload('Deployment', 'web'), workload('Deployment', 'web')];
    expect(shaped(twice, [{ name: 'web' }]).of('web')).toContain('stands twice');
    expect(
      shaped(
        [workload('Deployment', 'api')],
        [
          { name: 'a', workload: 'Deployment/api' },
          { name: 'b', workload: 'Deployment/api' },
        ],
      ).of('a'),
    ).toContain('would be both a and b');
  });

  it('of Argo Rollouts is left to it', () => {
    const rollout = { ...workload('Rollout', 'api'), apiVersion: 'argoproj.io/v1alpha1' };
    expect(shaped([rollout], [{ name: 'api' }]).of('api')).toContain('Argo Rollouts');
  });
});

describe('objects of a source that several services share', () => {
  const SERVICES = [{ name: 'web' }, { name: 'api' }];
  const objects = [
    workload('Deployment', 'web', undefined, { serviceAccountName: 'web-account' }),
    workload('Deployment', 'api', undefined, { volumes: [{ name: 'c', configMap: { name: 'settings' } }] }),
    workload('Deployment', 'redis'),
    service('frontend', 'web'),
    service('redis'),
    object('ServiceAccount', 'web-account'),
    object('ConfigMap', 'settings', { data: { A: '1' } }),
    object('ConfigMap', 'unread'),
    object('HorizontalPodAutoscaler', 'scale', { spec: { scaleTargetRef: { kind: 'Deployment', name: 'api' } } }),
    object('PodDisruptionBudget', 'budget', { spec: { selector: { matchLabels: { app: 'web' } } } }),
    object('Ingress', 'both', {
      spec: {
        rules: [
          {
            http: {
              paths: [{ backend: { service: { name: 'frontend' } } }, { backend: { service: { name: 'redis' } } }],
            },
          },
        ],
      },
    }),
    object('HTTPRoute', 'route', { spec: { rules: [{ backendRefs: [{ name: 'frontend', port: 80 }] }] } }),
  ];

  it('go to the service whose pods they select, scale, route to or are read by; the rest to the product', () => {
    const { of, product } = shaped(objects, SERVICES);
    expect(of('web')).toEqual({
      workload: 'Deployment/web',
      others: ['HTTPRoute/route', 'PodDisruptionBudget/budget', 'Service/frontend', 'ServiceAccount/web-account'],
    });
    expect(of('api')).toEqual({
      workload: 'Deployment/api',
      others: ['ConfigMap/settings', 'HorizontalPodAutoscaler/scale'],
    });
    expect(product).toEqual(['ConfigMap/unread', 'Deployment/redis', 'Ingress/both', 'Service/redis']);
  });

  it('each belong to exactly one, and none is lost', () => {
    const { whole } = shaped(objects, SERVICES);
    const own = [...whole.services.values()].flatMap((one) => (one.ok ? [one.workload, ...one.others] : []));
    expect([...own, ...whole.product]).toHaveLength(objects.length);
    expect(new Set([...own, ...whole.product]).size).toBe(objects.length);
  });

  it('belong to a service whose route relctl.yaml names, though several are behind it', () => {
    const { of } = shaped(objects, [{ name: 'web', routes: ['Ingress/both'] }, { name: 'api' }]);
    expect(of('web')).toMatchObject({ others: expect.arrayContaining(['Ingress/both']) });
  });
});

describe('images', () => {
  it('are set in every container that runs what is shipped, init containers and companions too, and in no other', () => {
    const pod = {
      initContainers: [{ name: 'migrate', image: 'r.example.com/web:1' }],
      containers: [
        { name: 'main', image: 'r.example.com/web:1' },
        { name: 'proxy', image: 'envoy:1.30' },
      ],
    };
    const objects = [workload('Deployment', 'web', '', pod), workload('Deployment', 'jobs', 'r.example.com/web:1')];
    const { whole } = shaped(objects, [{ name: 'web', container: 'main', image: 'r.example.com/web:2' }]);
    const text = JSON.stringify([...whole.services.values()]);
    expect(text.match(/web:2/g)).toHaveLength(3);
    expect(text).not.toContain('web:1');
    expect(text).toContain('envoy:1.30');
  });
});

describe('Helm hooks', () => {
  it('are never among what is applied', () => {
    const hook = object('Job', 'migrate', { metadata: { annotations: { 'helm.sh/hook': 'pre-upgrade' } } });
    const { whole, of, product } = shaped([workload('Deployment', 'web'), hook], [{ name: 'web' }]);
    expect(of('web')).toMatchObject({ others: [] });
    expect(product).toEqual([]);
    expect(whole.hooks).toMatchObject([
      { object: { metadata: { name: 'migrate' } }, when: 'pre-upgrade', choice: undefined },
    ]);
  });
});
