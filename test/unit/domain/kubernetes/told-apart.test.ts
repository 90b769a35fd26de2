import { expect, it } from 'vitest';
import { agreedRendering } from '../../../../src/adapters/manifests/same-twice.ts';
import { differenceOf } from '../../../../src/domain/kubernetes/shown-objects.ts';
import { stagedDifferences, stagedObjects } from '../../../../src/domain/kubernetes/staged-objects.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

/** Kinds of several groups share a name (`Service`, `Gateway`, `NetworkPolicy`): one object must not hide another of its kind and name. */
const service = (port: number): KubeObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, port });
const other: KubeObject = {
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: {},
};
const both = (port: number) => [service(port), other];

it('a change behind an object of the same kind and name in another group is bound and compared', () => {
  const [before, now] = [80, 81].map((port) => stagedObjects('production', 'web', both(port)));
  expect(Object.keys(before ?? {})).toEqual([
    'production web Service/web',
    'production web Service.serving.knative.dev/web',
  ]);
  expect(stagedDifferences(before ?? {}, now ?? {}).map(({ object }) => object)).toEqual([
    'production web Service/web',
  ]);
  expect(Object.keys(stagedObjects('production', 'web', [other]))).toEqual(['production web Service/web']);
});

it('it is shown to whoever reads what changes', () => {
  const owned = (port: number) => both(port).map((object) => ({ owner: 'web', object }));
  expect(differenceOf(owned(80), owned(81))).toContain('+port: 81');
  expect(differenceOf(owned(80), owned(80))).toBe('');
  // What stands twice is refused by the check, and hides nothing before that.
  const twice = (port: number) => [service(port), service(82)].map((object) => ({ owner: 'web', object }));
  expect(differenceOf(twice(80), twice(81))).toContain('+port: 81');
});

it('it is held against a second rendering', () => {
  const rendered = (port: number) => both(port).map((object) => ({ object, from: 'chart' }));
  const source = { kind: 'helm', paths: ['chart'], hooks: {}, settings: { source: 'helm' } };
  expect(() => agreedRendering(source, rendered(80), rendered(81))).toThrow(/renders differently each time: port/);
  expect(agreedRendering(source, rendered(80), rendered(80))).toHaveLength(2);
});
