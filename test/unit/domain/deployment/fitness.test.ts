import { describe, expect, it } from 'vitest';
import { strained, unchangedImage, unfitObject } from '../../../../src/domain/deployment/fitness.ts';
import { rehearsalObjects, rewrittenImages } from '../../../../src/domain/deployment/rehearsal-objects.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const web = (spec: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', ...metadata },
  spec: {
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'registry.example/web:2' }] },
    },
    ...spec,
  },
});
const look = (live: KubeObject, more: object = {}) =>
  unfitObject({ target: 'production', live, managers: [], kubectl: 'kubectl -n shop', ...more });

describe('what stands in the way of a release', () => {
  it('is nothing for an object that is well', () => {
    expect(look(web(), { health: { wanted: 2, available: 2, newest: 2, restarts: 9 } })).toEqual([]);
  });

  it.each([
    ['paused', web({ paused: true }), {}, 'refused', 'kubectl -n shop rollout resume deployment web'],
    [
      'terminating',
      web({}, { deletionTimestamp: '2026-11-28T10:00:00Z', finalizers: ['example.com/drain'] }),
      {},
      'refused',
      'kubectl -n shop get deployment web -o yaml',
    ],
    [
      'sick',
      web(),
      { health: { wanted: 2, available: 1, newest: 1, restarts: 0, trouble: '1 of 2 ready' } },
      'sick',
      'kubectl -n shop describe deployment web',
    ],
  ])('%s', (code, live, more, weight, fix) => {
    expect(look(live, more)).toMatchObject([{ code, weight, fix, object: 'Deployment/web' }]);
  });

  it('names what waits for finalizers, and who would undo it', () => {
    const going = web({}, { deletionTimestamp: '2026-11-28T10:00:00Z', finalizers: ['example.com/drain'] });
    expect(look(going)[0]?.problem).toContain('example.com/drain');
    const kept = look(web({}, { labels: { 'argocd.argoproj.io/instance': 'shop' } }));
    expect(kept).toMatchObject([{ code: 'reconciled', weight: 'refused' }]);
    expect(kept[0]?.problem).toContain('Argo CD Application shop');
  });

  it('tells of a service whose image production runs already, whatever its tag is called', () => {
    const [a, b] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
    const running = (image: string) =>
      web({ template: { spec: { containers: [{ name: 'web', image: `registry.example/${image}` }] } } });
    const told = (sent: string, live: string) =>
      unchangedImage('production', 'web', running(sent), running(live), 'web').map(({ code, weight }) => [
        code,
        weight,
      ]);
    expect(told(`web:3@${a}`, `web:2@${a}`)).toEqual([['same-image', 'told']]);
    expect(told('web:2', 'web:2')).toEqual([['same-image', 'told']]);
    expect(told(`web:2@${b}`, `web:2@${a}`)).toEqual([]);
    expect(unchangedImage('production', 'web', running('web:2'), running('web:2'), 'other')).toEqual([]);
  });

  it('tells of an autoscaler at its maximum and of a budget that allows no eviction, and of none that has room', () => {
    const scaler = (currentReplicas: number): KubeObject => ({
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: { maxReplicas: 10 },
      status: { currentReplicas },
    });
    const budget = (disruptionsAllowed: number): KubeObject => ({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web' },
      status: { disruptionsAllowed, expectedPods: 4 },
    });
    expect(strained('production', [scaler(10)], [budget(0)])).toMatchObject([
      { code: 'autoscaler-at-maximum', weight: 'told' },
      { code: 'no-eviction', weight: 'told' },
    ]);
    expect(strained('production', [scaler(9)], [budget(1)])).toEqual([]);
  });
});

describe('what the API server is asked beforehand', () => {
  it('is everything that is written, and a pod of each Deployment that is new', () => {
    const canary = web({}, { name: 'web-canary' });
    const objects = rehearsalObjects([web()], [canary]);
    expect(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'Deployment/web',
      'Deployment/web-canary',
      'Pod/web-canary-rehearsed',
    ]);
    expect(objects[2]).toMatchObject({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web' }] } });
  });

  it('sees images that a webhook makes others of', () => {
    const taken = JSON.parse(JSON.stringify(web()).replace('registry.example', 'mirror.local'));
    expect(rewrittenImages(web(), taken)).toEqual([['registry.example/web:2', 'mirror.local/web:2']]);
    expect(rewrittenImages(web(), web())).toEqual([]);
  });
});
