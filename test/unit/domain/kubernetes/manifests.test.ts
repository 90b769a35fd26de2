import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesSelector } from '../../../../src/domain/kubernetes/label-selector.ts';
import {
  canaryDeployment,
  canaryReplicas,
  FENCE_ANNOTATION,
  fenced,
  fenceNumber,
  isDeployment,
  pinnedImage,
  podLabelsOf,
  readFirst,
  sameObject,
  selectorOf,
  withContentNames,
  withoutServerFields,
} from '../../../../src/domain/kubernetes/manifests.ts';
import { allContainers, withImages } from '../../../../src/domain/kubernetes/pods.ts';
import { canonicalJson } from '../../../../src/plan/digest.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const label = fc.tuple(
  fc.constantFrom('app', 'tier', 'team', 'app.kubernetes.io/name'),
  fc.stringMatching(/^[a-z]{1,6}$/),
);
const labels = fc.array(label, { minLength: 1, maxLength: 4 }).map((pairs) => Object.fromEntries(pairs));

function deployment(matchLabels: Readonly<Record<string, string>>, podLabels = matchLabels): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: podLabels },
    spec: {
      replicas: 9,
      selector: { matchLabels },
      template: { metadata: { labels: podLabels }, spec: { containers: [{ name: 'web', image: 'shop/web:1' }] } },
    },
  };
}

describe('a canary Deployment', () => {
  it('selects its own pods and none of the stable ones, whatever labels there are', () => {
    fc.assert(
      fc.property(labels, labels, (selected, more) => {
        const stable = deployment(selected, { ...more, ...selected, track: 'stable' });
        const canary = canaryDeployment(stable, 1, 'r1');
        expect(matchesSelector(selectorOf(canary), podLabelsOf(canary))).toBe(true);
        expect(matchesSelector(selectorOf(canary), podLabelsOf(stable))).toBe(false);
      }),
    );
  });

  it('leaves alone a stable one whose selector has its own track, and is told from one that has none', () => {
    fc.assert(
      fc.property(labels, (own) => {
        const tracked = deployment({ ...own, track: 'stable' });
        expect(matchesSelector(selectorOf(tracked), podLabelsOf(canaryDeployment(tracked, 1, 'r1')))).toBe(false);
        // That does no harm: a Deployment takes only what it owns.
        const untracked = deployment(own);
        expect(matchesSelector(selectorOf(untracked), podLabelsOf(canaryDeployment(untracked, 1, 'r1')))).toBe(true);
      }),
    );
  });

  it('has labels of its own where a Service must leave its pods out, and no other label is changed', () => {
    fc.assert(
      fc.property(labels, labels, (selected, more) => {
        const stable = deployment(selected, { ...more, ...selected });
        const service: KubeObject = {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'web' },
          spec: { selector: selected },
        };
        const canary = canaryDeployment(stable, 1, 'r1', service);
        expect(matchesSelector({ matchLabels: selected }, podLabelsOf(canary))).toBe(false);
        expect(matchesSelector(selectorOf(canary), podLabelsOf(canary))).toBe(true);
        expect(matchesSelector(selectorOf(canary), podLabelsOf(stable))).toBe(false);
        const changed = Object.entries(podLabelsOf(stable)).filter(
          ([key, value]) => podLabelsOf(canary)[key] !== value,
        );
        expect(changed).toHaveLength(1);
      }),
    );
  });

  it('is what is released: containers, images and everything else of the pods are the same', () => {
    const stable = withImages(deployment({ app: 'web' }), 'shop/web:2', () => true);
    const canary = canaryDeployment(stable, 2, 'r1');
    expect(canary.metadata.name).toBe('web-canary');
    expect(canary.spec).toMatchObject({ replicas: 2, template: { spec: { containers: [{ image: 'shop/web:2' }] } } });
    expect(stable.metadata.name).toBe('web');
  });

  it('has the number of pods that comes nearest to its share, and never none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 50 }), (stable, percent) => {
        const share = percent / 100;
        const pods = canaryReplicas(share, stable);
        const error = (count: number) => Math.abs(count / (count + stable) - share);
        expect(pods).toBeGreaterThanOrEqual(1);
        // Nearest in pods is nearest in share up to the curve between two whole numbers.
        expect(error(pods)).toBeLessThanOrEqual(
          Math.min(error(Math.max(1, pods - 1)), error(pods + 1)) + 1 / (stable + 1),
        );
      }),
    );
    expect([canaryReplicas(0.01, 99), canaryReplicas(0.01, 8), canaryReplicas(0.1, 18)]).toEqual([1, 1, 2]);
  });
});

const text = fc.stringMatching(/^[a-z]{1,8}$/);
const metadata = fc.record({
  name: text,
  uid: text,
  resourceVersion: text,
  generation: fc.nat(),
  creationTimestamp: text,
  managedFields: fc.array(text),
  namespace: text,
  labels: fc.option(fc.dictionary(text, text), { nil: undefined }),
  annotations: fc.option(fc.dictionary(fc.constantFrom('deployment.kubernetes.io/revision', 'a', 'b'), text), {
    nil: undefined,
  }),
});
const liveObject = fc.record({
  apiVersion: fc.constant('apps/v1'),
  kind: fc.constant('Deployment'),
  metadata,
  spec: fc.dictionary(text, fc.jsonValue()),
  status: fc.dictionary(text, fc.jsonValue()),
}) as fc.Arbitrary<KubeObject>;

describe('an object without what the server sets', () => {
  it('is the same when that is taken away again, and says the same as the live one', () => {
    fc.assert(
      fc.property(liveObject, (live) => {
        const bare = withoutServerFields(live);
        expect(withoutServerFields(bare)).toEqual(bare);
        expect(sameObject(bare, live)).toBe(true);
        expect(bare.status).toBeUndefined();
        expect(Object.keys(bare.metadata).filter((key) => !['name', 'labels', 'annotations'].includes(key))).toEqual(
          [],
        );
      }),
    );
  });

  it('differs where people would see a difference', () => {
    fc.assert(
      fc.property(liveObject, text, (live, value) => {
        expect(sameObject(live, { ...live, spec: { ...(live.spec as object), changed: value } })).toBe(false);
        expect(sameObject(live, fenced(live, 'r1/7'))).toBe(false);
      }),
    );
  });
});

describe('the order of writing', () => {
  it('has what pods read when they start before the pods, and else the order of the manifests', () => {
    const kinds = ['Service', 'Deployment', 'ConfigMap', 'CronJob', 'Secret'];
    const order = readFirst(kinds.map((kind) => ({ kind }))).map(({ kind }) => kind);
    expect(order).toEqual(['ConfigMap', 'Secret', 'Service', 'Deployment', 'CronJob']);
  });
});

describe('a fence', () => {
  it('is written beside what is there, and its number read back', () => {
    fc.assert(
      fc.property(liveObject, fc.integer({ min: 1, max: 1e9 }), (live, number) => {
        const marked = fenced(live, `2026-12-a.b/${number}`);
        expect(fenceNumber(marked.metadata.annotations?.[FENCE_ANNOTATION])).toBe(number);
        expect(marked.metadata.annotations).toMatchObject(live.metadata.annotations ?? {});
      }),
    );
  });

  it('of something else counts as none', () => {
    expect([undefined, '', 'r1', 'r1/x', 'r1/1.5'].map(fenceNumber)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('images', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  it('are set in the named container only', () => {
    const two = deployment({ app: 'web' });
    if (!isDeployment(two)) throw new Error('not a Deployment');
    const spec = {
      ...two.spec.template.spec,
      containers: [...two.spec.template.spec.containers, { name: 'log', image: 'log:1' }],
    };
    const changed = withImages(
      { ...two, spec: { ...two.spec, template: { ...two.spec.template, spec } } } as KubeObject,
      'shop/web:2',
      ({ name }) => name === 'web',
    );
    expect(allContainers(changed).map(({ name }) => name)).toEqual(['web', 'log']);
    expect(JSON.stringify(changed)).toContain('"shop/web:2"');
    expect(JSON.stringify(changed)).toContain('"log:1"');
  });

  it('are pinned to a digest that a pod reported, once', () => {
    expect(pinnedImage('shop/web:2', `docker-pullable://shop/web@${digest}`)).toBe(`shop/web:2@${digest}`);
    expect(pinnedImage(`shop/web@${digest}`, `sha256:${'b'.repeat(64)}`)).toBe(`shop/web@${digest}`);
    expect(pinnedImage('shop/web:2', undefined)).toBe('shop/web:2');
    expect(pinnedImage('shop/web:2', 'sha256:short')).toBe('shop/web:2');
  });
});

describe('names that follow from content', () => {
  const config = (value: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'web' },
    data: { A: value },
  });
  const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'web' }, stringData: { KEY: 'x' } };
  const users: readonly KubeObject[] = [
    {
      ...deployment({ app: 'web' }),
      spec: {
        template: {
          spec: {
            imagePullSecrets: [{ name: 'web' }],
            containers: [
              {
                name: 'web',
                env: [
                  { name: 'A', valueFrom: { configMapKeyRef: { name: 'web', key: 'A' } } },
                  { name: 'B', valueFrom: { secretKeyRef: { name: 'web', key: 'KEY' } } },
                ],
                envFrom: [{ configMapRef: { name: 'web' } }, { secretRef: { name: 'web' } }],
              },
            ],
            volumes: [
              { name: 'web', configMap: { name: 'web' } },
              { name: 'keys', secret: { secretName: 'web' } },
              { name: 'both', projected: { sources: [{ configMap: { name: 'web' } }, { secret: { name: 'web' } }] } },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web' },
      spec: { tls: [{ hosts: ['a'], secretName: 'web' }] },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'web' },
      spec: {
        jobTemplate: {
          spec: { template: { spec: { containers: [{ name: 'web', envFrom: [{ configMapRef: { name: 'web' } }] }] } } },
        },
      },
    },
  ];

  it('are given to what is read only', () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web' } };
    expect(withContentNames([config('1'), secret, account]).map(({ metadata }) => metadata.name)).toEqual([
      'web',
      'web',
      'web',
    ]);
  });

  it('change with the content, and with nothing else', () => {
    const nameOfConfig = (value: string) => withContentNames([config(value), ...users])[0]?.metadata.name;
    expect(nameOfConfig('1')).toMatch(/^web-[0-9a-f]{8}$/);
    expect(nameOfConfig('1')).toBe(nameOfConfig('1'));
    expect(nameOfConfig('1')).not.toBe(nameOfConfig('2'));
    const labelled = { ...config('1'), metadata: { name: 'web', labels: { team: 'a' } } };
    expect(withContentNames([labelled, ...users])[0]?.metadata.name).toBe(nameOfConfig('1'));
  });

  it('are put wherever the old ones stood: in pods, projected volumes, pull secrets, Ingresses and CronJobs', () => {
    const [map, keys, ...rest] = withContentNames([config('1'), secret, ...users]);
    const [mapName = '', keyName = ''] = [map?.metadata.name, keys?.metadata.name];
    const said = rest.map((object) => canonicalJson(object)).join('\n');
    expect(said.match(new RegExp(`"(name|secretName)":"${mapName}"`, 'g'))).toHaveLength(5);
    expect(said.match(new RegExp(`"(name|secretName)":"${keyName}"`, 'g'))).toHaveLength(6);
    // What is called the same and is something else keeps its name: container, volume, the objects themselves.
    expect(said.match(/"name":"web"/g)).toHaveLength(6);
  });

  it('leave references to what is not in the manifests as they are', () => {
    const [object] = withContentNames(users.slice(0, 1));
    expect(object).toEqual(users[0]);
  });
});
