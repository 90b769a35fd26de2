import { describe, expect, test } from 'vitest';
import { discoverServices } from '../../../../src/evidence/service-discovery/discover.ts';

const discover = (files: Readonly<Record<string, string>>) =>
  discoverServices({
    files: Object.keys(files),
    read: async (paths) =>
      new Map(paths.flatMap((path) => (files[path] === undefined ? [] : [[path, files[path]] as const]))),
  });
const brief = async (files: Readonly<Record<string, string>>): Promise<string[]> =>
  (await discover(files)).services.map(({ name, paths }) => [name, ...paths].join(' '));
const deployment = (name: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\nspec: { template: { spec: { containers: [ { name: ${name}, image: "r.example.com/${name}:1" } ] } } }\n`;

describe('a compose file whose context is the whole repository', () => {
  const files = {
    '.env': 'QUOTES_DOCKERFILE=./services/quotes/Dockerfile\n',
    'compose.yaml':
      'services:\n  mail:\n    build: { context: ., dockerfile: services/mail/Dockerfile }\n  quotes:\n    build:\n      context: ./\n      dockerfile: ${QUOTES_DOCKERFILE}\n  cache:\n    image: valkey/valkey:8\n',
    'services/mail/Dockerfile': 'FROM scratch\n',
    'services/mail/main.go': '1',
    'services/quotes/Dockerfile': 'FROM scratch\n',
    'services/quotes/main.go': '1',
  };
  test('names the folder of each by its Dockerfile, also where the .env file says it, and no database', async () => {
    expect(await brief(files)).toEqual(['mail services/mail/**', 'quotes services/quotes/**']);
  });
  test('gives a workload that it does not build no folder, least of all everything', async () => {
    const deployed = Object.fromEntries(
      ['cache', 'mail', 'quotes'].map((name) => [`k8s/${name}.yaml`, deployment(name)]),
    );
    expect(await brief({ ...files, ...deployed })).toEqual([
      'cache',
      'mail services/mail/**',
      'quotes services/quotes/**',
    ]);
  });
});

test('suffixes of Dockerfiles that say how, helpers inside, and files for tests make no services', async () => {
  expect(
    await brief({
      Dockerfile: 'FROM x',
      'main.go': '',
      'app1/Dockerfile.bun': 'FROM x',
      'app1/Dockerfile.pnpm': 'FROM x',
      'compose.tests.yaml': 'services:\n  uitests:\n    build: { context: ., dockerfile: web/Dockerfile.cypress }\n',
      'services/mail/Dockerfile': 'FROM x',
      'services/mail/genproto/Dockerfile': 'FROM x',
      'web/Dockerfile': 'FROM x',
      'web/Dockerfile.cypress': 'FROM x',
      'db/Dockerfile': 'FROM postgres:17-alpine\nCOPY init.sql /docker-entrypoint-initdb.d/\n',
    }),
  ).toEqual(['app Dockerfile db/** main.go', 'app1 app1/**', 'mail services/mail/**', 'web web/**']);
});

test('what others contribute, what runs on a machine of a developer, and what runs in other pods make no services', async () => {
  const dockerfiles = [
    'build/api/Dockerfile',
    'build/_local/agent.Dockerfile',
    'build/kind/kind.Dockerfile',
    'build/logs-sidecar/Dockerfile',
    'build/new/work-toolkit.Dockerfile',
    'contrib/executor/gradle/build/agent/Dockerfile.jdk11',
  ];
  expect(await brief({ ...Object.fromEntries(dockerfiles.map((file) => [file, 'FROM x\n'])), 'main.go': '1' })).toEqual(
    ['api **'],
  );
});

test('a Dockerfile that builds, and one that packs a program once more, make no services', async () => {
  expect(
    await brief({
      Gemfile: '',
      'docker/base.dockerfile': 'FROM x',
      'docker/build.dockerfile': 'FROM x',
      'docker/runtime.dockerfile': 'FROM x',
      'docker/shop.dockerfile': 'FROM x',
      'docker/shop-solo.dockerfile': 'FROM x',
      'docker/shop-worker.dockerfile': 'FROM x',
    }),
  ).toEqual(['shop **', 'shop-worker **']);
});

describe('without anything that builds images', () => {
  test('a Procfile is one program of its folder', async () => {
    expect(await brief({ 'shop/Procfile': 'web: x\nworker: y\n', 'shop/app.rb': '' })).toEqual(['shop shop/**']);
    expect(await brief({ Procfile: 'web: x\n', 'package.json': '{"name": "@acme/shop"}' })).toEqual(['shop **']);
  });
  test('a workspace has the packages that no other is built from; the others are shared', async () => {
    const found = await discover({
      'package.json': '{"name": "acme-monorepo", "workspaces": ["apps/*", "packages/*"]}',
      'apps/web/package.json': '{"name": "@acme/web", "dependencies": {"@acme/ui": "*"}}',
      'apps/api/package.json': '{"name": "api"}',
      'packages/ui/package.json': '{"name": "@acme/ui"}',
    });
    expect(found.services.map(({ name, paths }) => [name, ...paths].join(' '))).toEqual([
      'api apps/api/**',
      'web apps/web/**',
    ]);
    expect(found.shared).toEqual([{ name: '@acme/ui', paths: ['packages/ui/**'], usedBy: ['web'] }]);
  });
  test('modules of a build file at the root are the programs', async () => {
    expect(await brief({ 'pom.xml': '', 'visits/pom.xml': '', 'vets/pom.xml': '' })).toEqual([
      'vets vets/**',
      'visits visits/**',
    ]);
  });
});

test('a shared folder beside some of the services reaches these, and one at the top all of them', async () => {
  const found = await discover({
    'parts/apps/cart/Dockerfile': '',
    'parts/apps/cart/main.py': '',
    'parts/apps/stock/Dockerfile': '',
    'parts/apps/stock/main.py': '',
    'parts/apps/common/metrics.py': '',
    'parts/board/Dockerfile': '',
    'parts/board/main.go': '',
    'lib/log.go': '',
  });
  expect(found.shared.map(({ name, usedBy }) => [name, usedBy])).toEqual([
    ['lib', ['board', 'cart', 'stock']],
    ['parts/apps/common', ['cart', 'stock']],
  ]);
});

test('shared folders and projects reach those that are built from them', async () => {
  const project = (...names: string[]) =>
    names.map((name) => `<ProjectReference Include="..\\${name}\\${name}.csproj" />`).join('');
  const found = await discover({
    'src/Basket.API/Dockerfile': 'FROM x',
    'src/Basket.API/Basket.API.csproj': project('EventBus'),
    'src/WebApp/Dockerfile': 'FROM x',
    'src/WebApp/WebApp.csproj': '',
    'src/EventBus/EventBus.csproj': '',
    'src/Shared/Migrate.cs': '',
    'lib/x.go': '',
  });
  expect(found.shared).toEqual([
    { name: 'EventBus', paths: ['src/EventBus/**'], usedBy: ['basket-api'] },
    { name: 'lib', paths: ['lib/**'], usedBy: ['basket-api', 'webapp'] },
    { name: 'src/Shared', paths: ['src/Shared/**'], usedBy: ['basket-api', 'webapp'] },
  ]);
});

test('one Dockerfile for all modules, stores that compose builds, and the name that every module begins with', async () => {
  expect(
    await brief({
      'pom.xml': '',
      'shop-api/pom.xml': '',
      'shop-web/pom.xml': '',
      'docker/Dockerfile': 'FROM eclipse-temurin:21',
      'docker/grafana/Dockerfile': 'FROM grafana/grafana:12.1.0',
      'docker-compose.yml': 'services:\n  grafana-server:\n    build: ./docker/grafana\n',
    }),
  ).toEqual(['api shop-api/**', 'web shop-web/**']);
});

test('what only end-to-end tests are helped by is no program', async () => {
  const files = { 'web/Dockerfile': 'FROM alpine', 'e2e-test/cmd/helper/Dockerfile': 'FROM alpine' };
  expect(await brief(files)).toEqual(['web web/**']);
});

test('modules are parts of what a compose file builds from the root', async () => {
  expect(
    await brief({
      'settings.gradle': '',
      'core/build.gradle': '',
      'server/build.gradle': '',
      'docker/server/Dockerfile': 'FROM eclipse-temurin:21',
      'docker/docker-compose.yaml':
        'services:\n  shop-server:\n    image: shop:server\n    build:\n      context: ../\n      dockerfile: docker/server/Dockerfile\n',
    }),
  ).toEqual(['shop-server **']);
});

test('projects of .NET that serve or work are programs; a host for developers and an app are none', async () => {
  const project = (sdk: string) => `<Project Sdk="${sdk}"></Project>`;
  expect(
    await brief({
      'src/Basket.API/Basket.API.csproj': project('Microsoft.NET.Sdk.Web'),
      'src/OrderProcessor/OrderProcessor.csproj': project('Microsoft.NET.Sdk.Worker'),
      'src/Shop.AppHost/Shop.AppHost.csproj': project('Aspire.AppHost.Sdk/13.0.0'),
      'src/ClientApp/ClientApp.csproj': project('Microsoft.NET.Sdk'),
    }),
  ).toEqual(['basket-api src/Basket.API/**', 'orderprocessor src/OrderProcessor/**']);
});

test('packages of an operating system are built from the root, which is called by its module', async () => {
  expect(
    await brief({
      'go.mod': 'module miniflux.app/v2\n',
      'main.go': '',
      'packaging/docker/alpine/Dockerfile': 'FROM alpine',
      'packaging/rpm/Dockerfile': 'FROM fedora',
    }),
  ).toEqual(['miniflux **']);
});

test('a database that a manifest runs is no service', async () => {
  const redis = deployment('redis').replace('r.example.com/redis:1', 'redis:alpine');
  expect(
    await brief({ 'k8s/redis.yaml': redis, 'k8s/web.yaml': deployment('web'), 'web/Dockerfile': 'FROM x' }),
  ).toEqual(['web web/**']);
});

test('a program at the root that compose calls `app` is called as the repository', async () => {
  const files = { 'docker-compose.yaml': 'services:\n  app:\n    build: .\n', Gemfile: '' };
  const found = await discoverServices({
    files: Object.keys(files),
    name: 'lobsters',
    read: async (paths) => new Map(Object.entries(files).filter(([path]) => paths.includes(path))),
  });
  expect(found.services.map(({ name }) => name)).toEqual(['lobsters']);
});

test('what compose builds and no manifest runs is a service too; what has a profile, and a database with helpers beside it, is none', async () => {
  const database = deployment('db').replace(
    'r.example.com/db:1" }',
    'postgres:17" }, { name: exporter, image: "x/exporter:1" }',
  );
  expect(
    await brief({
      'compose.yaml': 'services:\n  llm:\n    build: ./llm\n  seed:\n    build: ./seed\n    profiles: [seed]\n',
      'llm/Dockerfile': 'FROM x',
      'seed/Dockerfile': 'FROM x',
      'web/Dockerfile': 'FROM x',
      'k8s/db.yaml': database,
      'k8s/web.yaml': deployment('web'),
    }),
  ).toEqual(['llm llm/**', 'web web/**']);
});

test('beside what compose builds, a Dockerfile without code of its own packs the same once more and is no service', async () => {
  expect(
    await brief({
      'compose.yaml': 'services:\n  api:\n    build: ./api\n  web:\n    build: ./web\n',
      'api/Dockerfile': 'FROM x',
      'web/Dockerfile': 'FROM x',
      'deployments/all/community/Dockerfile':
        'FROM shop/api AS api\nFROM shop/web AS web\nFROM x\nCOPY --from=api /a /a\n',
      'deployments/all/community/start.sh': '',
      'mailer/Dockerfile': 'FROM x',
      'mailer/main.py': '',
    }),
  ).toEqual(['api api/**', 'mailer mailer/**', 'web web/**']);
});

test('a Dockerfile apart from the sources is given those that are called as it is', async () => {
  expect(
    await brief({
      'make/core/Dockerfile': 'FROM base/core',
      'make/common/Dockerfile': 'FROM base/common',
      'src/common/all.go': '',
      'make/registry/Dockerfile': 'FROM base/registry',
      'make/registry/Dockerfile.binary': 'FROM golang',
      'src/core/main.go': '',
      'src/portal/docker-build/Dockerfile': 'FROM node',
      'src/portal/src/index.ts': '',
      'src/go.mod': '',
    }),
  ).toEqual([
    'common make/common/**',
    'core make/core/** src/core/**',
    'portal src/portal/**',
    'registry make/registry/**',
  ]);
});

describe('the one program of a repository', () => {
  test('is called by the product, where compose or the module says only `web` or `server`', async () => {
    const compose = (name: string) => `services:\n  ${name}:\n    build: .\n`;
    expect(
      await brief({
        'docker/compose.yml': compose('web').replace('build: .', 'build: { context: .. }'),
        Dockerfile: 'FROM x',
        'go.mod': 'module github.com/acme/shop\n',
      }),
    ).toEqual(['shop **']);
    expect(
      await brief({
        'compose.yml': compose('tickets'),
        Dockerfile: 'FROM x',
        'go.mod': 'module github.com/acme/shop\n',
      }),
    ).toEqual(['tickets **']);
    expect(await brief({ 'docker/Dockerfile': 'FROM x', 'go.mod': 'module github.com/acme/server/v2\n' })).toEqual([
      'acme **',
    ]);
  });
  test('may be built in several ways', async () => {
    expect(
      await brief({
        'package.json': '{"name": "shop"}',
        'docker/multi-process/Dockerfile': 'FROM x',
        'docker/multi-process/Dockerfile.rbenv': 'FROM x',
        'docker/single-process/Dockerfile': 'FROM x',
      }),
    ).toEqual(['shop **']);
  });
  test('may keep its Dockerfile deep in its sources, and one for developers beside', async () => {
    expect(
      await brief({
        'api/src/main/docker/Dockerfile': 'FROM x',
        'api/pom.xml': '',
        'hack/develop/Dockerfile': 'FROM x',
      }),
    ).toEqual(['api api/**']);
  });
});

test('programs of others that a manifest runs to watch the product are no services', async () => {
  const other = (name: string, image: string) => deployment(name).replace(/image: "[^"]*"/, `image: "${image}"`);
  expect(
    await brief({
      'k8s/all.yaml': [
        deployment('shop'),
        other('logs', 'docker.elastic.co/kibana/kibana:8'),
        other('node-metrics', 'quay.io/prometheus/node-exporter:v1'),
        other('state', 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2'),
        other('alerts', 'prom/alertmanager'),
        other('agent', 'fluent/fluentd:v1'),
      ].join('---\n'),
      'shop/Dockerfile': 'FROM x',
    }),
  ).toEqual(['shop shop/**']);
});

test('a chart of the whole product is no service, also where its templates say what kind of object they hold', async () => {
  expect(
    await brief({
      'k8s/carts.yaml': deployment('carts'),
      'k8s/orders.yaml': deployment('orders'),
      'chart/Chart.yaml': 'name: shop\n',
      'chart/templates/carts-dep.yaml': 'x',
      'chart/templates/orders-deployment.yaml': 'x',
    }),
  ).toEqual(['carts', 'orders']);
});

test('the name of a Dockerfile that says how, or that is a template, names no service', async () => {
  expect(await brief({ 'docker/default.Dockerfile': 'FROM x', 'docker/alpine.Dockerfile': 'FROM x' })).toEqual([
    'app **',
  ]);
  expect(await brief({ Dockerfile: 'FROM x', 'docker/Dockerfile.j2': 'FROM {{ x }}' })).toEqual(['app **']);
  expect(await brief({ 'api/Dockerfile': 'FROM x', 'load-generator/Dockerfile': 'FROM x' })).toEqual(['api api/**']);
});

test('a folder for Dockerfiles in several ways and a program that migrates name no service', async () => {
  expect(
    await brief({
      'extras/docker/production/Dockerfile': 'FROM x',
      'extras/docker/demo/Dockerfile': 'FROM x',
      'extras/docker/base/Dockerfile': 'FROM x',
    }),
  ).toEqual(['app **']);
  expect(await brief({ 'src/Acme.Api/Dockerfile': 'FROM x', 'src/Acme.DbMigrator/Dockerfile': 'FROM x' })).toEqual([
    'acme-api src/Acme.Api/**',
  ]);
});

test('what seeds, migrates, sets up or helps developers is no service, also where its name is several words', async () => {
  expect(
    await brief({
      'src/Api/Dockerfile': 'FROM x',
      'src/Api/Program.cs': '',
      'src/SetupWizard/Dockerfile': 'FROM x',
      'src/SetupWizard/Program.cs': '',
      'util/DbMigratorUtility/Dockerfile': 'FROM x',
      'util/DbMigratorUtility/Program.cs': '',
      'util/SeederApi/Dockerfile': 'FROM x',
      'util/SeederApi/Program.cs': '',
      'util/Setup/Dockerfile': 'FROM x',
      'util/Setup/Program.cs': '',
      'util/Database/Dockerfile': 'FROM mcr.microsoft.com/mssql/server:2022',
      'dev-tools/Dockerfile': 'FROM x',
      'dev-tools/index.js': '',
    }),
  ).toEqual(['api src/Api/**', 'setupwizard src/SetupWizard/**']);
});

test('a Dockerfile says what and then how; what a command line, a build or a developer needs is no service', async () => {
  const images = ['agent.multiarch', 'server.alpine.rootless', 'server.rootless', 'cli.alpine', 'make', 'server.tmpl'];
  const files = {
    'go.mod': 'module shop.example.com/shop/v3\n',
    'cmd/agent/main.go': '1',
    'cmd/server/main.go': '1',
    'cmd/debug-server/kube.yaml': deployment('debug'),
    'cmd/debug-server/Dockerfile': 'FROM scratch\n',
    ...Object.fromEntries(images.map((suffix) => [`docker/Dockerfile.${suffix}`, 'FROM scratch\n'])),
  };
  expect(await brief(files)).toEqual(['agent **', 'server **']);
  const example = 'services:\n  one:\n    image: docker.io/acme/shop-agent:v3\n';
  expect(await brief({ ...files, 'compose.example.yaml': example })).toEqual(['server **', 'shop-agent **']);
  const quarkus = ['jvm', 'native', 'native-micro'].map((way) => [
    `orders/src/main/docker/Dockerfile.${way}`,
    'FROM x',
  ]);
  expect(await brief(Object.fromEntries(quarkus))).toEqual(['orders orders/**']);
});

test('what a folder for developers builds is a service only where nothing else is built', async () => {
  const dev = {
    'dev/docker-compose.yml': 'services:\n  front:\n    build: { context: ../, dockerfile: dev/app.Dockerfile }\n',
    'dev/app.Dockerfile': 'FROM scratch\n',
    'main.go': '1',
  };
  const named = async (files: Readonly<Record<string, string>>) =>
    (await discover(files)).services.map(({ name }) => name);
  expect(await named(dev)).toEqual(['front']);
  expect(await named({ ...dev, 'api/Dockerfile': 'FROM scratch\n', 'api/main.go': '1' })).toEqual(['api']);
});

test('the only program is called as its product is, and not after the part of it that its folder says', async () => {
  const named = async (files: Readonly<Record<string, string>>) =>
    (
      await discoverServices({
        name: 'shop',
        files: Object.keys(files),
        read: async (paths) => new Map(paths.map((path) => [path, files[path] ?? ''])),
      })
    ).services.map(({ name }) => name);
  const api = { 'api/Dockerfile': 'FROM scratch\n', 'api/src/Main.java': '1' };
  expect(await named(api)).toEqual(['shop']);
  expect(await named({ ...api, 'mail/Dockerfile': 'FROM scratch\n', 'mail/main.go': '1' })).toEqual(['api', 'mail']);
});

test('a module of Go is called by its domain, and a Dockerfile that is given the sources when it runs is a developer’s', async () => {
  const named = async (files: Readonly<Record<string, string>>) =>
    (await discover(files)).services.map(({ name }) => name);
  const root = { 'go.mod': 'module go.shop.example/api\n', 'main.go': '1', Dockerfile: 'FROM scratch\n' };
  expect(await named(root)).toEqual(['shop']);
  const dev = (volume: string) => ({
    ...root,
    'infra/fast.Dockerfile': 'FROM scratch\n',
    'compose.yml': `services:\n  fast:\n    build: { context: ., dockerfile: ./infra/fast.Dockerfile }\n    volumes:\n      - ${volume}:/app\n`,
  });
  expect(await named(dev('./'))).toEqual(['shop']);
  expect(await named(dev('data'))).toEqual(['fast']);
});

test('one program in several ways, also in several words, is one', async () => {
  const files = {
    Dockerfile: 'FROM x',
    'Dockerfile.alpine': 'FROM x',
    'Dockerfile.fpm-alpine': 'FROM x',
    'a.php': '1',
  };
  expect(await brief(files)).toEqual(['app **']);
});

test('the site of the documentation is no service beside the product, and is one alone', async () => {
  const site = { 'site/hugo.yaml': 'title: x\n', 'site/docker/Dockerfile': 'FROM x', 'site/a.html': '' };
  expect(await brief({ ...site, 'api/Dockerfile': 'FROM x', 'api/main.go': '1' })).toEqual(['api api/**']);
  expect(await brief(site)).toEqual(['site site/**']);
});

test('a package that is a part of the repository by its name does not name it', async () => {
  const files: Readonly<Record<string, string>> = {
    Dockerfile: 'FROM x',
    'package.json': '{ "name": "shop-client", "scripts": { "start": "x" } }',
    'shop/a.py': '',
  };
  const named = (name: string) =>
    discoverServices({ files: Object.keys(files), name, read: async () => new Map(Object.entries(files)) });
  expect((await named('shop')).services.map(({ name }) => name)).toEqual(['shop']);
  expect((await named('other')).services.map(({ name }) => name)).toEqual(['shop-client']);
});

test('a repository is not called `repo` after its root package', async () => {
  const files = {
    Dockerfile: 'FROM x',
    'package.json': '{ "name": "shop-repo", "scripts": { "start": "x" } }',
    'a.js': '',
  };
  expect((await discover(files)).services.map(({ name }) => name)).toEqual(['app']);
});

test('what is built for the machine of a developer is no service beside what is released', async () => {
  const files = {
    'compose.yml': 'services:\n  shop.test:\n    build: { context: ./docker/local/8.3, dockerfile: Dockerfile }\n',
    'docker/local/8.3/Dockerfile': 'FROM x',
    'docker/prod/Dockerfile': 'FROM x',
    'plugin/Dockerfile.dev': 'FROM x',
    'plugin/a.ts': '1',
    'main.go': '1',
  };
  expect(await brief(files)).toEqual(['app **']);
});
