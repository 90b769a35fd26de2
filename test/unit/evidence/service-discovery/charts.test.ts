import { describe, expect, test } from 'vitest';
import { discoverServices } from '../../../../src/evidence/service-discovery/discover.ts';

const discover = async (files: Readonly<Record<string, string>>) =>
  (
    await discoverServices({
      files: Object.keys(files),
      read: async (paths) => new Map(paths.flatMap((path) => (path in files ? [[path, files[path] ?? '']] : []))),
    })
  ).services;

describe('a chart of the whole product', () => {
  const product = {
    'charts/shop/Chart.yaml': 'apiVersion: v2\nname: shop\n',
    'charts/shop/values.yaml': 'image: { repository: x }\n',
    'charts/shop/templates/deployments/api.yaml': 'kind: Deployment\n',
    'charts/shop/templates/01-web-deployment.yaml': 'kind: Deployment\n',
    'charts/shop/templates/mailer/statefulset.yaml': 'kind: StatefulSet\n',
    'modules/api/Dockerfile': 'FROM golang\n',
    'modules/web/Dockerfile': 'FROM node\n',
    'modules/mailer/Dockerfile': 'FROM node\n',
    'modules/tool-less/Dockerfile': 'FROM node\n',
  };
  test('is no service beside those that it installs, and renders them', async () => {
    expect((await discover(product)).map(({ name, paths, rendered }) => [name, paths, rendered?.production])).toEqual([
      ['api', ['modules/api/**'], { helm: 'charts/shop', release: 'shop', kubeVersion: expect.anything() }],
      ['mailer', ['modules/mailer/**'], expect.objectContaining({ helm: 'charts/shop' })],
      ['tool-less', ['modules/tool-less/**'], undefined],
      ['web', ['modules/web/**'], expect.objectContaining({ helm: 'charts/shop' })],
    ]);
  });
  test('may be called as the program at the root, beside which it installs others', async () => {
    const files = {
      Dockerfile: 'FROM x\n',
      'chart/Chart.yaml': 'apiVersion: v2\nname: shop\n',
      'chart/values.yaml': 'shop: { image: { repository: r/shop } }\nweb: { image: { repository: r/shop-web } }\n',
      'chart/templates/shop/deployment.yaml': 'kind: Deployment\n',
      'chart/templates/web/deployment.yaml': 'kind: Deployment\n',
      'compose.dev.yml': 'services:\n  api:\n    build: .\n  fill:\n    build: .\n',
      'src/main.go': '',
      'web/Dockerfile': 'FROM node\n',
      'web/index.js': '',
    };
    expect((await discover(files)).map(({ name, rendered }) => [name, rendered?.production])).toEqual([
      ['shop', expect.objectContaining({ helm: 'chart' })],
      ['web', expect.objectContaining({ helm: 'chart' })],
    ]);
  });
  test('knows a program whose name ends as a kind of object does', async () => {
    const files = {
      'charts/shop/Chart.yaml': 'apiVersion: v2\nname: shop\n',
      'charts/shop/templates/order-service.yaml': 'kind: Deployment\n',
      'charts/shop/templates/web-service.yaml': 'kind: Service\n',
      'src/order-service/Dockerfile': 'FROM golang\n',
      'src/web/Dockerfile': 'FROM node\n',
    };
    expect((await discover(files)).map(({ name, rendered }) => [name, rendered?.production])).toEqual([
      ['order-service', expect.objectContaining({ helm: 'charts/shop' })],
      ['web', expect.objectContaining({ helm: 'charts/shop' })],
    ]);
  });
  test('leaves those alone that have manifests or a chart of their own', async () => {
    const workload =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: x/api:1\n';
    const found = await discover({ ...product, 'k8s/api.yaml': workload });
    expect(found.find(({ name }) => name === 'api')).toMatchObject({ manifests: { production: ['k8s/api.yaml'] } });
    expect(found.find(({ name }) => name === 'api')?.rendered).toBeUndefined();
  });
});

test('a chart that only has other charts installed by a controller is no service', async () => {
  const files = {
    'apps/Chart.yaml': 'apiVersion: v2\nname: applications\n',
    'apps/templates/applications.yaml': 'kind: Application\n---\napiVersion: argoproj.io/v1alpha1\nkind: Application\n',
    'api/Chart.yaml': 'apiVersion: v2\nname: api\n',
    'api/templates/all.yaml': '{{ include "common.all" . }}\n',
  };
  expect((await discover(files)).map(({ name }) => name)).toEqual(['api']);
});

test('a chart without a template of its own that depends on others is no service', async () => {
  const files = {
    'deploy/all/Chart.yaml':
      'apiVersion: v2\nname: shop\ndependencies:\n  - name: api\n    repository: file://../api\n',
    'deploy/old/Chart.yaml': 'name: cache-ha\nversion: 2.0\n',
    'deploy/old/requirements.yaml': 'dependencies:\n  - name: cache-ha\n    repository: https://charts.example.com\n',
    'deploy/api/Chart.yaml': 'apiVersion: v2\nname: api\n',
    'deploy/api/templates/deployment.yaml': 'kind: Deployment\n',
    // Test data of several kinds are numbered.
    'reader/testdata2/outside/Chart.yaml': 'apiVersion: v2\nname: outside\n',
    'reader/testdata2/outside/templates/deployment.yaml': 'kind: Deployment\n',
  };
  expect((await discover(files)).map(({ name }) => name)).toEqual(['api']);
});

test('one program and one chart are one service, called as the chart is', async () => {
  const found = await discover({
    'charts/shop/Chart.yaml': 'apiVersion: v2\nname: shop\n',
    'charts/shop/templates/deployment.yaml': 'kind: Deployment\n',
    'apps/web/Dockerfile': 'FROM node\n',
  });
  expect(found.map(({ name, paths }) => [name, paths])).toEqual([['shop', ['apps/web/**', 'charts/shop/**']]]);
});

test('a chart that is called a chart installs what it is called after', async () => {
  const chart = (name: string) => ({
    'charts/one/Chart.yaml': `apiVersion: v2\nname: ${name}\n`,
    'charts/one/templates/all.yaml': '{{ include "common.all" . }}\n',
  });
  for (const name of ['shop-chart', 'shop-helm-chart', 'shop'])
    expect((await discover(chart(name))).map((one) => one.name)).toEqual(['shop']);
  expect((await discover(chart('chart'))).map((one) => one.name)).toEqual(['chart']);
});

test('a hook is read in a template that is long and has no name', async () => {
  const long = `kind: Job\nmetadata:\n${'  labels:\n\n'.repeat(5000)}  annotations:\n    helm.sh/hook: pre-install\n`;
  const [shop] = await discover({
    'charts/shop/Chart.yaml': 'apiVersion: v2\nname: shop\n',
    'charts/shop/templates/job.yaml': long,
    Dockerfile: 'FROM node\n',
  });
  expect(shop?.rendered?.because).toContain('have names that only Helm knows');
});

test('a chart of another name that installs what a manifest runs is no further service', async () => {
  const found = await discover({
    'chart/Chart.yaml': 'apiVersion: v2\nname: acme-shop\n',
    'chart/values.yaml': 'image:\n  repository: acme/shop\n',
    'chart/templates/deployment.yaml': 'kind: Deployment\n',
    'k8s/shop.yaml':
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: shop }\nspec: { template: { spec: { containers: [ { name: shop, image: "docker.io/acme/shop:1" } ] } } }\n',
    'docker/Dockerfile': 'FROM ruby\n',
  });
  expect(found.map(({ name, paths }) => [name, paths])).toEqual([['shop', ['**']]]);
});

test('a chart in the folder of a program is called as the program is, where its name says so', async () => {
  const files = (name: string) => ({
    'src/cart/chart/Chart.yaml': `apiVersion: v2\nname: ${name}\n`,
    'src/cart/chart/templates/deployment.yaml': 'kind: Deployment\n',
    'src/cart/Dockerfile': 'FROM node\n',
  });
  expect((await discover(files('acme-shop-cart-chart'))).map(({ name }) => name)).toEqual(['cart']);
  expect((await discover(files('acme-shop'))).map(({ name }) => name)).toEqual(['acme-shop']);
});
