import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { discoverServices } from '../../../../src/evidence/service-discovery/discover.ts';
import { kubeName } from '../../../../src/evidence/service-discovery/names.ts';
import { imageName } from '../../../../src/evidence/service-discovery/workloads.ts';
import { readArchive } from '../../../support/score-evidence.ts';

const discover = (files: Record<string, string>) =>
  discoverServices({
    files: Object.keys(files),
    read: async (paths) =>
      new Map(paths.flatMap((path) => (files[path] === undefined ? [] : [[path, files[path]] as const]))),
  });
const fixture = (name: string) =>
  readArchive(readFileSync(new URL(`../../../fixtures/repositories/${name}.base.txtar`, import.meta.url), 'utf8'))
    .files as Record<string, string>;
const deployment = (name: string, ...images: string[]) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      initContainers:\n        - name: wait\n          image: busybox\n      containers:\n${images.map((image, i) => `        - name: c${i}\n          image: ${image}`).join('\n')}\n`;
const brief = ({ services }: Awaited<ReturnType<typeof discover>>) =>
  services.map((s) => `${s.name} ${s.paths.join(',')}`);

describe('by manifests', () => {
  test('a workload is a service; its folder is found by its name or its image', async () => {
    const found = await discover({
      'k8s/web.yaml': `${deployment('web', 'registry.example.com/shop/frontend:1')}---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n`,
      'k8s/api.yaml': deployment('api', 'ghcr.io/x/api@sha256:00'),
      'frontend/Dockerfile': 'FROM x',
      'services/api/Dockerfile': 'FROM x',
      'services/unrelated/main.py': '',
    });
    expect(found.services).toEqual([
      {
        name: 'api',
        paths: ['services/api/**'],
        manifests: { staging: ['k8s/api.yaml'], production: ['k8s/api.yaml'] },
        image: 'ghcr.io/x/api@sha256:00',
        because: ['k8s/api.yaml', 'services/api/Dockerfile'],
      },
      {
        name: 'web',
        paths: ['frontend/**'],
        manifests: { staging: ['k8s/web.yaml'], production: ['k8s/web.yaml'] },
        image: 'registry.example.com/shop/frontend:1',
        because: ['k8s/web.yaml', 'frontend/Dockerfile'],
      },
    ]);
    expect(found.notes).toEqual([]);
  });

  test('a Job that runs the image of a service is no part of it: what most likely stands in for it is said', async () => {
    const job = (name: string, image: string, more = '') =>
      `${deployment(name, image).replace('apps/v1', 'batch/v1').replace('Deployment', 'Job')}${more}`;
    const hook = job('db-clean', 'ghcr.io/x/api:1').replace(
      'spec:',
      '  annotations:\n    helm.sh/hook: pre-delete\nspec:',
    );
    const found = await discover({
      'api/Dockerfile': 'FROM x',
      'k8s/api.yaml': [
        deployment('api', 'ghcr.io/x/api:1'),
        job('api-liquibase-init', 'ghcr.io/x/api:1'),
        job('api-warm', 'ghcr.io/x/api:1'),
        job('other', 'busybox:1'),
        hook,
      ].join('---\n'),
    });
    expect(found.services[0]?.jobs).toEqual({ 'Job/api-liquibase-init': 'migration', 'Job/api-warm': 'smoke-test' });
  });

  test('what a program needs beside it is not built from the folder of that program, though its manifest lies there', async () => {
    const found = await discover({
      'pom.xml': '<project/>',
      'orders/Dockerfile': 'FROM x',
      'orders/k8s/orders.yaml': [
        deployment('orders', 'quay.io/acme/orders:1'),
        deployment('orders-db', 'postgres:18'),
        deployment('registry', 'quay.io/schemas/schema-registry:3'),
        deployment('orders-worker', 'quay.io/acme/jobs:1'),
      ].join('---\n'),
    });
    expect(brief(found)).toEqual(['orders orders/**', 'orders-worker orders/**']);
  });

  test('two versions of one service that run side by side are one service', async () => {
    const version = (name: string, image: string, label: string) =>
      deployment(name, image).replace(
        'template:\n',
        `template:\n    metadata:\n      labels:\n        app: ${label}\n`,
      );
    const found = await discover({
      'k8s/reviews-v1.yaml': version('reviews-v1', 'acme/examples-reviews-v1:1', 'reviews'),
      'k8s/reviews-v2.yaml': version('reviews-v2', 'acme/examples-reviews-v2:1', 'reviews'),
      'k8s/cart-v2.yaml': deployment('cart-v2', 'acme/cart:2'),
      'k8s/legacy-v1.yaml': deployment('legacy-v1', 'acme/legacy-v1:1'),
      'reviews/Dockerfile': 'FROM x',
      'cart/Dockerfile': 'FROM x',
      'legacy-v1/Dockerfile': 'FROM x',
    });
    expect(brief(found)).toEqual(['cart cart/**', 'legacy-v1 legacy-v1/**', 'reviews reviews/**']);
    expect(found.services[2]?.manifests.production).toEqual(['k8s/reviews-v1.yaml']);
  });

  test('of files for several meshes the plain one counts; what makes a service fail, and one object in two ways, is not taken', async () => {
    const route = (name: string) =>
      `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: ${name}\n`;
    const found = await discover({
      'web/Dockerfile': 'FROM x',
      'k8s/web-istio.yaml': deployment('web', 'acme/web:1'),
      'k8s/web.yaml': deployment('web', 'acme/web:1'),
      'k8s/web-canary.yaml': route('web-route'),
      'k8s/web-mirror.yaml': route('web-route'),
      'k8s/web-faults.yaml': route('web'),
      'k8s/web-limits.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web-limits\n',
    });
    expect(found.services[0]?.manifests.production).toEqual(['k8s/web-limits.yaml', 'k8s/web.yaml']);
  });

  test('a Dockerfile in a folder of a version builds what the folder around it is called, with or without the name of the product', async () => {
    const files = {
      'cmd/shop-cart/v1beta1/Dockerfile': 'FROM x',
      'cmd/db-manager/v1beta1/Dockerfile': 'FROM x',
      'cmd/ui/v1/Dockerfile': 'FROM x',
      'k8s/cart.yaml': deployment('shop-cart', 'ghcr.io/acme/shop-cart'),
      'k8s/db-manager.yaml': deployment('shop-db-manager', 'ghcr.io/acme/shop-db-manager'),
      'k8s/ui.yaml': deployment('shop-ui', 'ghcr.io/acme/shop-ui'),
      'go.mod': 'module github.com/acme/shop\n',
    };
    expect(brief(await discover(files))).toEqual([
      'shop-cart cmd/shop-cart/**',
      'shop-db-manager cmd/db-manager/**',
      'shop-ui cmd/ui/**',
    ]);
  });

  test('a store of others is not what the root builds, though nothing else was found for it', async () => {
    const found = await discover({
      'deploy/backend.yaml': deployment('backend', 'ghcr.io/acme/shop:1'),
      'deploy/cache.yaml': deployment('cache', 'docker.io/redis:8.8.0'),
      'charts/shop/Chart.yaml': 'name: shop\n',
      'charts/shop/values.yaml': 'image:\n  repository: ghcr.io/acme/shop\nredis:\n  repository: docker.io/redis\n',
      'charts/shop/templates/deployment.yaml': 'kind: Deployment\n',
      'cmd/shop/main.go': 'package main',
      Dockerfile: 'FROM x',
    });
    expect(found.services.map(({ name }) => name)).not.toContain('cache');
    expect(found.services.map(({ name }) => name)).toContain('backend');
  });

  test('folders of environments are told apart, development is left out, neighbours of the same name belong', async () => {
    const found = await discover({
      'deploy/staging/api.yaml': deployment('api', 'x/api'),
      'deploy/production/api.yaml': deployment('api', 'x/api'),
      'deploy/production/api-config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: api-config\n',
      'deploy/production/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n',
      'deploy/dev/api.yaml': deployment('api', 'x/api'),
      'api/go.mod': 'module x',
    });
    expect(found.services[0]?.manifests).toEqual({
      staging: ['deploy/staging/api.yaml'],
      production: ['deploy/production/api-config.yaml', 'deploy/production/api.yaml'],
    });
    expect(brief(found)).toEqual(['api api/**']);
  });

  test('with several containers the own one is named; init containers are none', async () => {
    const found = await discover({
      'k8s/api.yaml': deployment('api', 'envoyproxy/envoy:v1', 'x/api:2'),
      'api/Dockerfile': '',
    });
    expect(found.services[0]).toMatchObject({ container: 'c1', image: 'x/api:2' });
  });

  test('of several images without sources, the root builds the one that is called as the product is', async () => {
    const files = {
      'k8s/server.yaml': deployment('server', 'quay.io/acme/shopfront:1'),
      'k8s/worker.yaml': deployment('worker', 'quay.io/acme/shopfront:1'),
      'k8s/login.yaml': deployment('login', 'ghcr.io/others/login:2'),
      'go.mod': 'module github.com/acme/shop-front/v3\n',
      Dockerfile: '',
    };
    expect(brief(await discover(files))).toEqual(['server **', 'worker **']);
    expect(brief(await discover({ ...files, 'go.mod': 'module github.com/acme/other\n' }))).toEqual([
      'login ',
      'server ',
      'worker ',
    ]);
  });

  test('a workload that is only called after its kind is named after what it runs, or after the folder that builds this', async () => {
    const kustomize = (prefix: string, patch = '') =>
      `kind: Kustomization\nnamePrefix: ${prefix}-\nresources:\n- manager.yaml\n${patch}`;
    const found = await discover({
      'parts/cart/Dockerfile': '',
      'parts/cart/config/kustomization.yaml': kustomize('cart', 'patches:\n- path: proxy.yaml\n'),
      'parts/cart/config/manager.yaml': deployment('deployment', 'x/cart-controller'),
      // What a patch adds runs beside that, also where it is named no more.
      'parts/cart/config/manager_image_patch.yaml': deployment('controller-manager', 'x/cart-image'),
      'parts/cart/config/proxy.yaml': deployment('controller-manager', 'quay.io/others/proxy:1'),
      'parts/volumes/Dockerfile': '',
      'parts/volumes/config/kustomization.yaml': kustomize('volumes'),
      'parts/volumes/config/manager.yaml': deployment('controller-manager', 'controller:latest'),
      // A suite that others run against the product is a test.
      'conformance/1.5/all.yaml': deployment('suite', 'x/suite'),
    });
    expect(brief(found)).toEqual(['cart-controller parts/cart/**', 'volumes parts/volumes/**']);
  });

  test('a program at the root that no Dockerfile builds is what the one image without sources is made of', async () => {
    const found = await discover({
      'k8s/web.yaml': deployment('web', 'x/shop'),
      'k8s/worker.yaml': deployment('worker', 'x/worker'),
      'worker/Gemfile': '',
      Gemfile: '',
      'app/models/order.rb': '',
    });
    expect(brief(found)).toEqual(['web Gemfile,app/**', 'worker worker/**']);
  });

  test('two workloads of one image share the root; Jobs are no services', async () => {
    const found = await discover({
      'k8s/web.yaml': deployment('web', 'x/shop'),
      'k8s/worker.yaml': deployment('worker', 'x/shop'),
      'k8s/job.yaml': deployment('migrate', 'x/shop').replace('Deployment', 'Job'),
      Dockerfile: '',
    });
    expect(brief(found)).toEqual(['web **', 'worker **']);
  });

  test('what cannot be concluded is said', async () => {
    const found = await discover({ 'k8s/production/api.yaml': deployment('api', 'x/api') });
    expect(found.notes).toEqual([
      'api: no folder was found that its image is built from; name its paths',
      'api: no manifest for staging was found',
    ]);
  });

  test('a route that no overlay of production renders divides nothing', async () => {
    const labelled = deployment('web', 'x/web').replace(
      'template:',
      'template:\n    metadata: { labels: { app: web } }',
    );
    const route =
      'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: web-route }\nspec: { rules: [{ backendRefs: [{ name: web, port: 80 }] }] }\n';
    const files = {
      'k8s/base/kustomization.yaml': 'resources: [web.yaml]\n',
      'k8s/base/web.yaml': `${labelled}---\napiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web } }\n`,
      'k8s/mesh/kustomization.yaml': 'kind: Component\nresources: [route.yaml]\n',
      'k8s/mesh/route.yaml': route,
      'release/mesh.yaml': route,
      'web/Dockerfile': '',
    };
    expect((await discover(files)).services[0]?.traffic).toBe(undefined);
    const included = {
      ...files,
      'k8s/base/kustomization.yaml': 'resources: [web.yaml, route.yaml]\n',
      'k8s/base/route.yaml': route,
    };
    expect((await discover(included)).services[0]?.traffic).toEqual({ httpRoute: 'web-route', service: 'web' });
  });

  test('a patch of an overlay is no manifest of its own, and Kustomize is noticed', async () => {
    const found = await discover({
      'k8s/base/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [web.yaml]\n',
      'k8s/base/web.yaml': deployment('web', 'x/web'),
      'k8s/overlays/production/patch.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n',
      'web/Dockerfile': '',
    });
    expect(found.services[0]).toMatchObject({
      rendered: { staging: { kustomize: 'k8s/base' }, production: { kustomize: 'k8s/base' } },
      manifests: { production: [] },
    });
    expect(found.notes[0]).toMatch(/rendered by the kustomization/);
  });

  test('a kustomization that takes the workload away is no way to install it', async () => {
    const found = await discover({
      'deploy/kustomization.yaml':
        'resources: [web.yaml]\npatches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata:\n        name: web\n      $patch: delete\n',
      'deploy/web.yaml': deployment('web', 'x/web'),
      'web/Dockerfile': '',
    });
    expect(found.services.map(({ rendered, manifests }) => [rendered, manifests.production])).toEqual([
      [undefined, ['deploy/web.yaml']],
    ]);
  });
});

test('several kustomizations that are named for no environment: what all are made from is the product, and its sources are called as its images', async () => {
  const variant = (kind: string) => ({
    [`kustomize/${kind}/kustomization.yml`]:
      'bases:\n- ../deployment\npatches:\n- path: patch.yml\n  target: { kind: Deployment }\n',
  });
  const found = await discover({
    ...variant('daemonset'),
    ...variant('job'),
    'kustomize/deployment/kustomization.yml': 'resources:\n- web.yml\n- vote.yml\n',
    'kustomize/deployment/web.yml': deployment('web', 'registry.example.com/shop/shop-web'),
    'kustomize/deployment/vote.yml': deployment('vote', 'registry.example.com/shop/shop-vote-svc'),
    Dockerfile: 'FROM golang\nARG svc_name\n',
    'shop-web/cmd/server.go': 'package main\n',
    'shop-vote-svc/cmd/server.go': 'package main\n',
  });
  expect(found.services.map(({ name, paths, rendered }) => [name, ...paths, rendered?.production])).toEqual([
    ['vote', 'shop-vote-svc/**', { kustomize: 'kustomize/deployment' }],
    ['web', 'shop-web/**', { kustomize: 'kustomize/deployment' }],
  ]);
});

describe('by other files', () => {
  test('without manifests, what builds an image is a service', async () => {
    const found = await discover({
      'docker-compose.yml':
        'services:\n  api:\n    build: ./backend\n  jobs:\n    build:\n      context: ./backend\n  db:\n    image: postgres\n',
      'backend/Dockerfile': '',
      'web/Dockerfile': '',
      'web/Dockerfile.dev': '',
      'web/server.js': '',
      'test/Dockerfile': '',
    });
    expect(brief(found)).toEqual(['api backend/**', 'jobs backend/**', 'web web/**']);
  });

  test('an image that tries a program, and one by a Dockerfile that is not there any more, are no services', async () => {
    const found = await discover({
      Dockerfile: '',
      'compose.metrics.yml': 'services:\n  api:\n    build: { context: api, dockerfile: Dockerfile }\n',
      'api/main.py': '',
      'mcp/Dockerfile': '',
      'mcp/main.py': '',
      'web/Dockerfile.e2e': '',
      'web/server.js': '',
    });
    expect(found.services.map(({ name }) => name)).toEqual(['app', 'mcp']);
  });

  test.each([
    ['docker/api/Dockerfile', 'api **'],
    ['Dockerfile.worker', 'worker **'],
    ['services/api/docker/Dockerfile', 'api services/api/**'],
    ['Dockerfile', 'app **'],
  ])('%s', async (file, expected) => expect(brief(await discover({ [file]: '' }))).toEqual([expected]));

  test('the monorepo: charts, manifests, and shared packages over several steps', async () => {
    const found = await discover({
      ...fixture('node-monorepo'),
      'packages/config/package.json': '{ "name": "@shop/config", "dependencies": { "@shop/base": "*" } }',
      'packages/base/package.json': '{ "name": "@shop/base" }',
      'packages/unused/package.json': '{ "name": "@shop/unused" }',
    });
    expect(brief(found)).toEqual([
      'catalog services/catalog/**',
      'storefront services/storefront/**',
      'wallet charts/wallet/**,services/wallet/**',
    ]);
    expect(found.services[2]?.rendered).toMatchObject({ production: { helm: 'charts/wallet', release: 'wallet' } });
    expect(found.shared).toEqual([
      { name: '@shop/base', paths: ['packages/base/**'], usedBy: ['wallet'] },
      { name: '@shop/config', paths: ['packages/config/**'], usedBy: ['wallet'] },
    ]);
  });

  test('pnpm workspaces, with exclusions', async () => {
    const found = await discover({
      'pnpm-workspace.yaml': "packages:\n  - 'apps/*'\n  - 'libs/**'\n  - '!libs/old'\n",
      'apps/web/package.json': '{ "name": "web", "dependencies": { "lib": "workspace:*", "old": "workspace:*" } }',
      'apps/web/Dockerfile': '',
      'libs/lib/package.json': '{ "name": "lib" }',
      'libs/old/package.json': '{ "name": "old" }',
    });
    expect(found.shared.map((s) => s.name)).toEqual(['lib']);
  });

  test('an empty repository has no services, and broken files are passed over', async () => {
    expect(await discover({})).toEqual({ services: [], shared: [], charts: [], notes: [] });
    expect((await discover({ 'package.json': '{', 'k8s/a.yaml': ': : :\n- -', 'Chart.yaml': '' })).services).toEqual(
      [],
    );
  });
});

test.each([
  ['registry.example.com:5000/a/b:1.2', 'b'],
  ['b', 'b'],
  ['a/b@sha256:00', 'b'],
  ['{{ .Values.image }}:1', ''],
  ['$IMAGE', ''],
])('the name of image %s is "%s"', (image, name) => expect(imageName(image)).toBe(name));

test.each([
  ['@shop/Web_App', 'web-app'],
  ['-a-', 'a'],
  ['x'.repeat(80), 'x'.repeat(53)],
])('%s as a Kubernetes name', (name, expected) => expect(kubeName(name)).toBe(expected));

describe('where manifests are rendered from', () => {
  const workload = (kind = 'Deployment') =>
    `apiVersion: apps/v1\nkind: ${kind}\nmetadata:\n  name: api\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: registry.example.com/api:1\n`;
  const rendered = async (files: Readonly<Record<string, string>>) =>
    (await discover({ Dockerfile: '', ...files })).services.map(({ name, rendered: from, manifests, obstacle }) => ({
      name,
      from,
      manifests: manifests.production,
      obstacle,
    }));

  test('of several overlays of an environment the one that is called as it is; the namespace may come from a component', async () => {
    const found = await discover({
      'api/Dockerfile': 'FROM scratch',
      'k8s/base/kustomization.yaml': 'resources: [api.yaml]\n',
      'k8s/base/api.yaml': deployment('api', 'x/api'),
      'k8s/parts/prod/kustomization.yaml': 'kind: Component\nnamespace: shop-live\n',
      ...Object.fromEntries(
        ['production', 'production-eu', 'production-eu-ingress', 'staging', 'pre-staging'].map((name) => [
          `k8s/overlays/${name}/kustomization.yaml`,
          `resources: [../../base]\n${name.startsWith('production') ? 'components: [../../parts/prod]\n' : 'namespace: shop-stage\n'}`,
        ]),
      ),
    });
    expect(found.services[0]?.rendered).toMatchObject({
      staging: { kustomize: 'k8s/overlays/staging' },
      production: { kustomize: 'k8s/overlays/production' },
      namespaces: { staging: 'shop-stage', production: 'shop-live' },
    });
  });

  test('a folder of manifests that holds what overlays render is another way to install it: nothing is taken from both', async () => {
    const overlay = (name: string) => ({
      [`src/${name}/Dockerfile`]: 'FROM scratch',
      [`src/${name}/k8s/base/kustomization.yaml`]: `resources: [${name}.yaml]\n`,
      [`src/${name}/k8s/base/${name}.yaml`]: deployment(name, `x/${name}`),
      [`src/${name}/k8s/overlays/production/kustomization.yaml`]: 'resources: [../../base]\n',
      [`kubernetes-manifests/${name}.yaml`]: deployment(name, `x/${name}`),
    });
    const loads = { 'kubernetes-manifests/cron.yaml': deployment('cron', 'x/cron'), 'src/cron/Dockerfile': 'FROM x' };
    const found = await discover({ ...overlay('api'), ...overlay('web'), ...loads });
    expect(found.services.map(({ name, obstacle }) => [name, obstacle?.slice(0, 73)])).toEqual([
      ['api', undefined],
      ['cron', 'the overlays do not render it, and kubernetes-manifests is another way to'],
      ['web', undefined],
    ]);
    // In a folder of its own it is one service more.
    const apart = await discover({
      ...overlay('api'),
      ...overlay('web'),
      'deploy/cron.yaml': deployment('cron', 'x/cron'),
    });
    expect(apart.services.filter(({ obstacle }) => obstacle !== undefined)).toEqual([]);
  });

  test('what a product may be extended with is no definition of it, and a store that it builds and runs is a service', async () => {
    const db = deployment('ledger-db', 'registry.example.com/bank/ledger-db:1').replace('Deployment', 'StatefulSet');
    const found = await discover({
      'extras/backup/ledger-db.yaml': db,
      'kubernetes-manifests/ledger-db.yaml': db,
      'kubernetes-manifests/web.yaml': deployment('web', 'registry.example.com/bank/web:1'),
      'src/ledger/ledger-db/Dockerfile': 'FROM postgres:16',
      'src/web/Dockerfile': 'FROM scratch',
    });
    expect(brief(found)).toEqual(['ledger-db src/ledger/ledger-db/**', 'web src/web/**']);
    expect(found.services[0]?.manifests.production).toEqual(['kubernetes-manifests/ledger-db.yaml']);
  });

  test('each environment has its own overlay of a base', async () => {
    const [api] = await rendered({
      'k8s/base/api.yaml': workload(),
      'k8s/base/kustomization.yaml': 'resources: [api.yaml]\n',
      'k8s/overlays/staging/kustomization.yaml': 'resources: [../../base]\n',
      'k8s/overlays/production/kustomization.yaml': 'resources: [../../base]\n',
    });
    expect(api?.from).toMatchObject({
      staging: { kustomize: 'k8s/overlays/staging' },
      production: { kustomize: 'k8s/overlays/production' },
    });
  });

  test('a chart has the values files of each environment', async () => {
    const [api] = await rendered({
      'charts/api/Chart.yaml': 'apiVersion: v2\nname: api\n',
      'charts/api/values.yaml': 'image: { repository: api }\n',
      'charts/api/values-staging.yaml': '',
      'deploy/production/values.yaml': '',
    });
    expect(api?.from).toMatchObject({
      staging: { helm: 'charts/api', values: ['charts/api/values-staging.yaml'] },
      production: { helm: 'charts/api', values: ['deploy/production/values.yaml'] },
    });
  });

  test('the hooks of a chart get what most likely stands in for each; names that only Helm knows are told', async () => {
    const hook = (kind: string, name: string, when: string) =>
      `apiVersion: batch/v1\nkind: ${kind}\nmetadata:\n  labels:\n    a: b\n  name: ${name}\n  annotations:\n    "helm.sh/hook": ${when}\n`;
    const found = await discover({
      'charts/api/Chart.yaml': 'apiVersion: v2\nname: api\n',
      'charts/api/values.yaml': 'image: { repository: api }\n',
      'charts/api/templates/migrate.yaml': hook('Job', '{{ .Release.Name }}-migrate', 'pre-upgrade,pre-install'),
      'charts/api/templates/test.yaml': hook('Pod', '"{{ .Chart.Name }}-test"', 'test'),
      'charts/api/templates/other.yaml': hook('Job', '{{ include "api.fullname" . }}', 'post-upgrade'),
      'api/Dockerfile': 'FROM node\n',
    });
    expect(found.services[0]?.rendered).toMatchObject({
      production: { hooks: { 'Job/api-migrate': 'migration', 'Pod/api-test': 'smoke-test' } },
      because: expect.stringContaining('Helm hooks in charts/api/templates/other.yaml have names that only Helm knows'),
    });
  });

  test('manifests that a chart was rendered to are taken as they are', async () => {
    const [api] = await rendered({
      'charts/api/Chart.yaml': 'apiVersion: v2\nname: api\n',
      'charts/api/values.yaml': 'image: { repository: api }\n',
      'rendered/staging/api.yaml': workload(),
      'rendered/production/api.yaml': workload(),
    });
    expect(api).toMatchObject({ from: undefined, manifests: ['rendered/production/api.yaml'] });
  });

  test('of several definitions of one workload, one is taken', async () => {
    const [api] = await rendered({
      'kubernetes-manifests/api.yaml': workload(),
      'release/kubernetes-manifests.yaml': workload(),
    });
    expect(api?.manifests).toEqual(['kubernetes-manifests/api.yaml']);
  });

  test('a Rollout of Argo is said to be that', async () => {
    const [api] = await rendered({ 'k8s/api.yaml': workload('Rollout') });
    expect(api?.obstacle).toContain('Argo Rollouts');
  });
});

describe('several ways to install one product', () => {
  const shop = {
    'k8s/kustomization.yaml': 'resources: [api.yaml, web.yaml]\n',
    'k8s/api.yaml': deployment('api', 'api'),
    'k8s/web.yaml': deployment('web', 'web'),
    'k8s/load.yaml': deployment('load', 'load'),
    'kustomize/kustomization.yaml': 'resources: [base]\n',
    'kustomize/base/kustomization.yaml': 'resources: [api.yaml, web.yaml, load.yaml]\n',
    'kustomize/base/api.yaml': deployment('api', 'r.example.com/api:1'),
    'kustomize/base/web.yaml': deployment('web', 'r.example.com/web:1'),
    'kustomize/base/load.yaml': deployment('load', 'r.example.com/load:1'),
    'kustomize/components/helper/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [helper.yaml]\n',
    'kustomize/components/helper/helper.yaml': deployment('helper', 'helper'),
    'chart/Chart.yaml': 'apiVersion: v2\nname: shop\n',
    'chart/templates/api.yaml': 'x',
    'chart/templates/web.yaml': 'x',
    'src/api/Dockerfile': 'FROM x',
    'src/web/Dockerfile': 'FROM x',
    'src/load/Dockerfile': 'FROM x',
    'src/helper/Dockerfile': 'FROM x',
  };

  test('the one that covers most services renders them all, and a chart of the whole product is no service', async () => {
    const { services } = await discover(shop);
    expect(services.map(({ name, rendered }) => [name, rendered?.production ?? 'plain'])).toEqual([
      ['api', { kustomize: 'kustomize' }],
      // Nobody includes the component, which renders nothing by itself.
      ['helper', 'plain'],
      ['load', { kustomize: 'kustomize' }],
      ['web', { kustomize: 'kustomize' }],
    ]);
  });

  test('a manifest that lies beside a kustomization and is not named by it is applied as it is', async () => {
    const { services } = await discover({
      'k8s/kustomization.yaml': 'resources: [api.yaml]\n',
      'k8s/api.yaml': deployment('api', 'r.example.com/api:1'),
      'k8s/load.yaml': deployment('load', 'r.example.com/load:1'),
      'api/Dockerfile': 'FROM x',
      'load/Dockerfile': 'FROM x',
    });
    expect(
      services.map(({ name, rendered, manifests }) => [name, rendered?.production ?? manifests.production]),
    ).toEqual([
      ['api', { kustomize: 'k8s' }],
      ['load', ['k8s/load.yaml']],
    ]);
  });
});
