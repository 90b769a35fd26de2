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

describe('a chart of several programs whose folders are called otherwise', () => {
  const deployment = (name: string) =>
    `kind: Deployment\nmetadata:\n  name: {{ include "shop.fullname" . }}-${name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: x\n          image: "{{ .Values.${name}.image.registry }}/{{ .Values.${name}.image.repository }}:{{ .Chart.Version }}"\n`;
  const values = (name: string, image: string) => `${name}:\n  image:\n    repository: ${image}\n`;
  const product = {
    'helm/shop/Chart-template.yaml': 'apiVersion: v2\nname: shop\nversion: ${VERSION}\n',
    'helm/shop/values.yaml': [
      values('controller', 'acme/shop/controller'),
      values('ui', 'acme/shop/frontend'),
      values('db', 'docker.io/library/postgres'),
    ].join(''),
    'helm/shop/templates/controller-deployment.yaml': deployment('controller'),
    'helm/shop/templates/ui-deployment.yaml': deployment('ui'),
    'helm/shop/templates/db.yaml': deployment('db'),
    'go/Dockerfile': 'FROM golang\n',
    'python/Dockerfile': 'FROM python\n',
    'frontend/Dockerfile': 'FROM node\n',
  };
  const names = async (files: Readonly<Record<string, string>>) => (await discover(files)).map(({ name }) => name);
  test('installs these, and no store; its Chart.yaml may be written when it is published', async () => {
    expect((await discover(product)).map(({ name, paths, rendered }) => [name, paths, rendered?.production])).toEqual([
      ['shop-controller', [], expect.objectContaining({ helm: 'helm/shop' })],
      ['shop-ui', ['frontend/**'], expect.objectContaining({ helm: 'helm/shop' })],
    ]);
  });
  test('is called as its values call it: a chart for a later version of one product installs that product', async () => {
    const workload = (name: string) =>
      `kind: Deployment\nmetadata:\n  name: {{ include "shop.fullname" . }}${name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: x\n          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n`;
    const found = await discover({
      Dockerfile: 'FROM alpine\n',
      'helm/shop/Chart.yaml': 'apiVersion: v2\nname: shop\n',
      'helm/shop/values.yaml': 'image:\n  repository: acme/shop\n',
      'helm/shop/templates/deployment.yaml': workload(''),
      'helm/shop7/Chart.yaml': 'apiVersion: v2\nname: shop7\n',
      'helm/shop7/values.yaml': 'nameOverride: "shop"\nimage:\n  repository: acme/shop\n',
      'helm/shop7/templates/deployment.yaml': workload(''),
      'helm/shop7/templates/deployment-worker.yaml': workload('-worker'),
    });
    expect(found.map(({ name, rendered }) => [name, rendered?.production])).toEqual([
      ['shop', expect.objectContaining({ helm: 'helm/shop7', release: 'shop' })],
      ['shop-worker', expect.objectContaining({ helm: 'helm/shop7', release: 'shop' })],
    ]);
  });
  test('is read by the helper that a template takes its image from; what has a version of its own is released elsewhere', async () => {
    const templated = (name: string) =>
      `kind: Deployment\nmetadata:\n  name: shop-${name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: x\n          image: {{template "${name}.image" . }}\n`;
    const image = (name: string) =>
      `{{- define "${name}.image" -}}\n{{ .Values.${name}.image.registry | default .Values.images.registry }}/{{ .Values.${name}.image.repository }}:{{ .Values.${name}.image.tag | default .Values.images.tag }}\n{{- end -}}\n`;
    const found = await discover({
      'helm/shop/Chart.yaml': 'apiVersion: v2\nname: shop\n',
      'helm/shop/values.yaml': [
        'images:\n  registry: ghcr.io\n  tag: latest\n',
        values('manager', 'acme/shop'),
        values('daemon', 'acme/shop-daemon'),
        `${values('dns', 'acme/coredns')}    tag: "v0.2.6"\n`,
      ].join(''),
      'helm/shop/templates/_helpers.tpl': ['manager', 'daemon', 'dns'].map(image).join(''),
      'helm/shop/templates/manager-deployment.yaml': templated('manager'),
      'helm/shop/templates/daemon-daemonset.yaml': templated('daemon').replace('Deployment', 'DaemonSet'),
      'helm/shop/templates/dns-deployment.yaml': templated('dns'),
      'helm/shop/templates/board-deployment.yaml':
        'kind: Deployment\nmetadata:\n  name: shop-board\nspec:\n  template:\n    spec:\n      containers:\n        - image: {{ include "images.image" (dict "root" .Values.board.image "global" .Values.global) }}\n',
      'images/shop/Dockerfile': 'FROM alpine\n',
      'images/shop-daemon/Dockerfile': 'FROM alpine\n',
    });
    expect(found.map(({ name }) => name)).toEqual(['shop-daemon', 'shop-manager']);
  });
  test('has beside it charts of what others publish or run, which are no services', async () => {
    const beside = {
      'helm/search/Chart.yaml': 'apiVersion: v2\nname: search\n',
      'helm/search/values.yaml': 'image:\n  repository: other/search\n',
      'helm/search/templates/deployment.yaml': 'kind: Deployment\n',
      'helm/agent/Chart.yaml': 'apiVersion: v2\nname: agent\n',
      'helm/agent/templates/agent.yaml':
        'kind: Agent\nmetadata:\n  labels:\n    {{- include "shop.labels" . | nindent 4 }}\nspec:\n  imagePullSecrets: []\n  says: |\n    image: x\n',
      'helm/board/Chart.yaml': 'apiVersion: v2\nname: board\n',
      'helm/board/values.yaml': 'image:\n  registry: docker.io\n  repository: grafana\n',
      'helm/board/templates/deployment.yaml': 'kind: Deployment\n',
    };
    expect(await names({ ...product, ...beside })).toEqual(['shop-controller', 'shop-ui']);
  });
  test('what the product may be extended with is no service, unless it is an image of the product', async () => {
    const { 'go/Dockerfile': go, 'frontend/Dockerfile': frontend } = product;
    const manifest = (image: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\nspec: { template: { spec: { containers: [ { name: x, image: "${image}" } ] } } }\n`;
    const extras = {
      'go/Dockerfile': go,
      'frontend/Dockerfile': frontend,
      'contrib/tools/mcp/Chart.yaml': 'apiVersion: v2\nname: mcp\n',
      'contrib/tools/mcp/templates/deployment.yaml': 'kind: Deployment\n',
    };
    expect(await names({ ...extras, 'contrib/k8s/x.yaml': manifest('other/metrics:1') })).toEqual(['frontend', 'go']);
    expect(await names({ ...extras, 'contrib/k8s/x.yaml': manifest('acme/frontend:1') })).toEqual(['x']);
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

test('a workload that a chart was rendered to once is called as the chart; versions of one are one', async () => {
  const deployment = (name: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\nspec: { template: { metadata: { labels: { app: shop-operator } }, spec: { containers: [ { name: a, image: "r.example.com/x:1" } ] } } }\n`;
  const names = async (files: Readonly<Record<string, string>>) => (await discover(files)).map(({ name }) => name);
  expect(await names({ 'k8s/shop.yaml': deployment('reloader-reloader') })).toEqual(['reloader']);
  expect(
    await names({
      'install/shop-1.2.0.yaml': deployment('shop-operator-v1.2.0'),
      'install/shop-1.3.0.yaml': deployment('shop-operator-v1.3.0'),
    }),
  ).toEqual(['shop-operator']);
});

test('the program of a pod stands behind a watcher, and a name of the chart may be kept in a variable', async () => {
  const template = (name: string, ...helpers: string[]) =>
    `{{- $fullName := include "shop.fullname" . -}}\nkind: Deployment\nmetadata:\n  name: {{ $fullName }}-${name}\nspec:\n  template:\n    spec:\n      containers:\n${helpers.map((one) => `        - image: '{{ template "${one}" . }}'\n`).join('')}`;
  const files = {
    'helm/shop/Chart.yaml': 'apiVersion: v2\nname: shop\n',
    'helm/shop/values.yaml':
      'images: { web: { repository: x/shop-web } }\nmonitoring: { exporter: { repository: nginx/nginx-prometheus-exporter, tag: "1" } }\n',
    'helm/shop/templates/_helpers.tpl':
      '{{- define "web.image" -}}\n{{ include "i" (dict "r" .Values.images.web) }}\n{{- end -}}\n{{- define "exporter.image" -}}\n{{ include "i" (dict "r" .Values.monitoring.exporter) }}\n{{- end -}}\n',
    'helm/shop/templates/web-deployment.yaml': template('web', 'exporter.image', 'web.image'),
    'helm/shop/templates/worker-deployment.yaml': template('worker', 'web.image'),
  };
  expect((await discover(files)).map(({ name }) => name)).toEqual(['shop-web', 'shop-worker']);
});

test('the one program that is only called `server` is what the one chart installs', async () => {
  const files = {
    'helm/shop/Chart.yaml': 'apiVersion: v2\nname: shop\n',
    'helm/shop/values.yaml': 'image: { repository: x/shop }\n',
    'helm/shop/templates/deployment.yaml': 'kind: Deployment\n',
    'runtime/admin/src/main/docker/Dockerfile.jvm': 'FROM x\n',
    'runtime/admin/src/A.java': '1',
    'runtime/server/src/main/docker/Dockerfile.jvm': 'FROM x\n',
    'runtime/server/src/A.java': '1',
  };
  expect((await discover(files)).map(({ name, paths }) => [name, ...paths])).toEqual([
    ['admin', 'runtime/admin/**'],
    ['shop', 'helm/shop/**', 'runtime/server/**'],
  ]);
});

test('parts that a chart names by helpers of their own, and none that it leaves out by itself', async () => {
  const template = (part: string, head = '') =>
    `${head}apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include "shop.${part}.fullname" . }}\nspec:\n  template:\n    spec:\n      containers:\n        - image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n`;
  const files = {
    'helm/shop/Chart.yaml': 'apiVersion: v2\nname: shop\n',
    // Grafana publishes what watches others, and products of its own.
    'helm/shop/values.yaml': 'image: { repository: grafana/shop }\nmailer: { enabled: false }\n',
    'helm/shop/templates/web/deployment.yaml': template('web'),
    'helm/shop/templates/job/deployment.yaml': template('job_runner'),
    'helm/shop/templates/mailer/deployment.yaml': template('mailer', '{{- if .Values.mailer.enabled -}}\n'),
  };
  expect((await discover(files)).map(({ name }) => name)).toEqual(['shop-job-runner', 'shop-web']);
});

test('a program at the root has the rest of a folder in which another has its own', async () => {
  const files = {
    'helm/shop/Chart.yaml': 'apiVersion: v2\nname: shop\n',
    'helm/shop/values.yaml': 'image: { repository: x/shop }\n',
    'helm/shop/templates/deployment.yaml': 'kind: Deployment\n',
    'build.gradle.kts': '',
    'runtime/admin/Dockerfile': 'FROM x\n',
    'runtime/admin/A.java': '1',
    'runtime/common/A.java': '1',
    'runtime/server/Dockerfile': 'FROM x\n',
    'runtime/server/A.java': '1',
  };
  expect((await discover(files)).map(({ name, paths }) => [name, ...paths])).toEqual([
    ['admin', 'runtime/admin/**'],
    ['shop', 'build.gradle.kts', 'runtime/common/**', 'runtime/server/**'],
  ]);
});
