import { expect, test } from 'vitest';
import { type Candidate, foreignNames } from '../../../../src/evidence/service-discovery/foreign.ts';

const one = (
  name: string,
  image: string,
  more: { folder?: string; ports?: number[]; file?: string } = {},
): Candidate => ({
  name,
  folders: new Set(more.folder === undefined ? [] : [more.folder]),
  workloads: [
    {
      kind: 'Deployment',
      name,
      file: more.file ?? `k8s/${name}.yaml`,
      containers: [{ name, image, ports: more.ports ?? [] }],
    },
  ],
});
const foreign = (candidates: Candidate[], built: string[] = [], product = 'shop') => [
  ...foreignNames(candidates, new Set(built), product),
];
const API = one('api', 'ghcr.io/acme/api:1', { folder: 'api' });

test('a store is recognised by its image, and by its ports where nobody here builds it', () => {
  expect(foreign([API, one('cache', 'redis:7'), one('api-db', 'acme/api-db', { ports: [3306] })])).toEqual([
    'cache',
    'api-db',
  ]);
  expect(foreign([one('api-db', 'acme/api-db', { ports: [27017] }), one('web', 'acme/web', { ports: [80] })])).toEqual([
    'api-db',
  ]);
  // A store that the repository fills and builds is released with it.
  expect(foreign([API, one('ledger-db', 'ghcr.io/acme/ledger-db', { ports: [5432] })], ['ledger-db'])).toEqual([]);
});

test('a service that is called as a store is one, also where its image is built here', () => {
  const built = one('postgresql', 'ghcr.io/acme/postgresql:1', { folder: 'src/postgresql' });
  expect(foreign([API, built], ['postgresql'])).toEqual(['postgresql']);
  expect(foreign([built], ['postgresql'])).toEqual([]);
  expect(foreign([API, built], ['postgresql'], 'postgresql')).toEqual([]);
});

test('what is watched, loaded or extended lies apart from the product', () => {
  const apart = [
    one('log-agent', 'acme/log-server', { file: 'k8s/manifests-logging/daemon.yml' }),
    one('load-test', 'acme/load-test', { file: 'k8s/load.yaml' }),
  ];
  expect(foreign([one('web', 'acme/web'), ...apart])).toEqual(['log-agent', 'load-test']);
  // A repository of nothing else is about that.
  expect(foreign([one('agent', 'acme/agent', { file: 'monitoring/agent.yaml' })])).toEqual([]);
});

test('a product that builds its images releases no image of a language, and none of other people', () => {
  const others = [one('operator', 'python:3.13@sha256:00'), one('proxy', 'envoyproxy/envoy:v1')];
  expect(foreign([API, ...others])).toEqual(['operator', 'proxy']);
  expect(foreign([API, one('worker', 'ghcr.io/acme/worker:1')])).toEqual([]);
  expect(foreign([API, one('templated', '${REGISTRY}/x:1')])).toEqual([]);
  // A repository without sources holds configuration only: what it runs is what is released from it.
  expect(foreign([one('web', 'nginx:1.27'), one('proxy', 'envoyproxy/envoy:v1')])).toEqual([]);
  // Images without an owner may come from anywhere.
  expect(foreign([one('api', 'api', { folder: 'api' }), one('mail', 'acme/mail:1')])).toEqual([]);
});

test('a program with a store of its own in its pod is a program', () => {
  const pod = one('shop', 'docker.io/acme/shop');
  const [workload] = pod.workloads;
  const containers = [...(workload?.containers ?? []), { name: 'db', image: 'postgres:15', ports: [] }];
  expect(foreign([{ ...pod, workloads: workload === undefined ? [] : [{ ...workload, containers }] }])).toEqual([]);
});

test('pods that call themselves another service are a variant of it', () => {
  const called = (candidate: Candidate, label: string): Candidate => ({
    ...candidate,
    workloads: candidate.workloads.map((workload) => ({ ...workload, called: [label] })),
  });
  const payment = called(one('payment', 'acme/payment:1', { folder: 'payment' }), 'payment');
  const fix = called(one('payment-fix', 'acme/payment-fix:1'), 'payment');
  expect(foreign([payment, fix])).toEqual(['payment-fix']);
  // Without that service there is nothing of which it is a variant, and what is built here is a program.
  expect(foreign([fix, called(one('web', 'acme/web:1'), 'web')])).toEqual([]);
  expect(foreign([payment, called(one('payment-worker', 'acme/worker:1', { folder: 'worker' }), 'payment')])).toEqual(
    [],
  );
  expect(foreign([payment, called(one('payment-worker', 'acme/worker:1'), 'payment-worker')])).toEqual([]);
  // The same image is another part of the service.
  expect(foreign([payment, called(one('payment-worker', 'acme/payment:1'), 'payment')])).toEqual([]);
});

test('what nothing here builds, and some ways to install the product do without, is an option of others', () => {
  const at = (name: string, folder: string | undefined, ...files: string[]): Candidate => ({
    name,
    folders: new Set(folder === undefined ? [] : [folder]),
    workloads: files.map((file) => ({
      kind: 'Deployment',
      name,
      file,
      containers: [{ name, image: `ghcr.io/acme/${name}:1`, ports: [] }],
    })),
  });
  const own = [at('api', 'api', 'a.yaml', 'b.yaml'), at('web', 'web', 'a.yaml', 'b.yaml')];
  expect(foreign([...own, at('mesh', undefined, 'b.yaml')])).toEqual(['mesh']);
  expect(foreign([...own, at('mesh', 'mesh', 'b.yaml')])).toEqual([]);
  expect(foreign([...own, at('mesh', undefined, 'a.yaml', 'b.yaml')])).toEqual([]);
  expect(foreign([...own, at('mesh', undefined, 'mesh.yaml')])).toEqual([]);
});
