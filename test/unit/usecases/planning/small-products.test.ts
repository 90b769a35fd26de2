import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { createWorkspace } from '../../../../src/adapters/fs/workspace.ts';
import { openRepository } from '../../../../src/adapters/git/repository.ts';
import type { PlanFinding } from '../../../../src/domain/plan-rules/plan-check.ts';
import type { Impact } from '../../../../src/evidence/impact/findings.ts';
import { init } from '../../../../src/usecases/init.ts';
import { plan } from '../../../../src/usecases/plan.ts';
import { loadConfig } from '../../../../src/usecases/release/settings.ts';
import { type GitFixture, gitFixture } from '../../../support/git-fixture.ts';
import { NO_FLAGS, openGround, scriptedPrompter, WINDOW } from '../../../support/planning-ground.ts';
import { PEOPLE } from '../../../support/sample-plan.ts';

/** Small products that tools misread: set up by `init` as a company would, then planned from one version to the next. */

const TEMPLATES = fileURLToPath(new URL('../../../../templates', import.meta.url));
type Files = Readonly<Record<string, string | null>>;

let git: GitFixture;
afterEach(() => git.remove());

async function setUp(files: Files) {
  git = gitFixture();
  git.commit(files, 'v1');
  const repository = await openRepository(git.root);
  const workspace = createWorkspace(git.root, TEMPLATES);
  const outcome = await init(
    { repository, workspace, prompter: scriptedPrompter({}), localTimeZone: 'UTC', observersOf: async () => [] },
    {
      dryRun: false,
      platform: 'sandbox',
      owners: { ...structuredClone({ ...PEOPLE }), informed: [] } as never,
    },
  );
  git.git('add', '--all');
  git.git('commit', '--quiet', '-m', 'Set up relctl');
  git.git('tag', 'v1');
  return {
    config: await loadConfig(workspace),
    data: outcome.data as { leftOut: readonly { name: string; why: string }[] },
  };
}

async function planned(before: Files, after: Files) {
  const { config } = await setUp(before);
  git.commit(after, 'Something else');
  git.git('tag', 'v2');
  const ground = await openGround(git);
  const flags = { ...NO_FLAGS, feature: 'F', base: 'v1', candidate: 'v2', window: WINDOW };
  const { data } = await plan(ground.context(), 'r1', flags);
  const { found, findings } = data as { found: Impact; findings: readonly PlanFinding[] };
  return { config, found, findings, spec: (await ground.store.load('r1')).spec };
}

const workload = (name: string, kind = 'Deployment', more = ''): string =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: { ${more}replicas: 9, selector: { matchLabels: { app: ${name} } }, template: { metadata: { labels: { app: ${name} } }, spec: { containers: [ { name: ${name}, image: "r.example.com/${name}:1" } ] } } }\n`;
const variables = ({ environmentVariables }: Impact): string[] =>
  environmentVariables.map((one) =>
    [one.change, one.name, one.secret ? 'secret' : '', one.required ? 'required' : ''].filter(Boolean).join(' '),
  );
const pathsIn = (config: Awaited<ReturnType<typeof loadConfig>>) =>
  Object.fromEntries(Object.entries(config.services).map(([name, { paths }]) => [name, paths]));

describe('services', () => {
  test('two Deployments in one file: each service ships its own image', async () => {
    const { spec, findings } = await planned(
      {
        'deploy/all.yaml': [workload('api'), workload('web')].join('---\n'),
        'src/api/Dockerfile': 'FROM x\n',
        'src/web/Dockerfile': 'FROM x\n',
      },
      { 'src/web/index.js': '2\n' },
    );
    expect(spec.services.map(({ name, image }) => `${name} ${image}`)).toEqual(['web r.example.com/web:1']);
    expect(findings.filter(({ code }) => code.startsWith('manifests.'))).toEqual([]);
  });

  test('manifests that several services share affect those whose objects change', async () => {
    const shop = (web: string) => ({ 'deploy/all.yaml': [workload('api'), web].join('---\n') });
    const sources = { 'src/api/Dockerfile': 'FROM x\n', 'src/web/Dockerfile': 'FROM x\n' };
    const web = workload('web');
    const { spec, found } = await planned(
      { ...shop(web), ...sources },
      shop(web.replace('replicas: 9', 'replicas: 8')),
    );
    expect(spec.services.map(({ name }) => name)).toEqual(['web']);
    expect(found.services).toMatchObject([{ name: 'web', because: 'manifest', files: ['deploy/all.yaml'] }]);
  });

  test('where shared manifests change nothing of any service, all of them stay', async () => {
    const all = [workload('api'), workload('web')].join('---\n');
    const policy =
      '---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: deny }\nspec: { podSelector: {} }\n';
    const { spec } = await planned(
      { 'deploy/all.yaml': all, 'src/api/Dockerfile': 'FROM x\n', 'src/web/Dockerfile': 'FROM x\n' },
      { 'deploy/all.yaml': `${all}${policy}` },
    );
    expect(spec.services.map(({ name }) => name)).toEqual(['api', 'web']);
  });

  test('builds of compose files with the root as context belong to the folder of their Dockerfile', async () => {
    const { config, data } = await setUp({
      '.env': 'QUOTES_DOCKERFILE=./services/quotes/Dockerfile\n',
      'compose.yaml':
        'services:\n  mail:\n    build: { context: ., dockerfile: services/mail/Dockerfile }\n  quotes:\n    build:\n      context: ./\n      dockerfile: ${QUOTES_DOCKERFILE}\n  cache:\n    image: valkey/valkey:8\n',
      ...Object.fromEntries(['cache', 'mail', 'quotes'].map((name) => [`k8s/${name}.yaml`, workload(name)])),
      'services/mail/Dockerfile': 'FROM x\n',
      'services/quotes/Dockerfile': 'FROM x\n',
    });
    expect(pathsIn(config)).toEqual({ mail: ['services/mail/**'], quotes: ['services/quotes/**'] });
    expect(data.leftOut.map(({ name }) => name)).toEqual(['cache']);
  });

  test('Dockerfiles with a suffix, of tests and of generators make no services of their own', async () => {
    const { config } = await setUp({
      'app1/Dockerfile.bun': 'FROM x\n',
      'app1/Dockerfile.pnpm': 'FROM x\n',
      'compose.tests.yaml': 'services:\n  uitests:\n    build: { context: ., dockerfile: web/Dockerfile.cypress }\n',
      'services/mail/Dockerfile': 'FROM x\n',
      'services/mail/genproto/Dockerfile': 'FROM x\n',
      'web/Dockerfile': 'FROM x\n',
      'web/Dockerfile.cypress': 'FROM x\n',
    });
    expect(pathsIn(config)).toEqual({ app1: ['app1/**'], mail: ['services/mail/**'], web: ['web/**'] });
  });

  test('a Rollout of Argo is left to Argo, with the reason; the StatefulSet beside it is what the root builds', async () => {
    const { config, data } = await setUp({
      Dockerfile: 'FROM x\n',
      'k8s/api.yaml': workload('api', 'Rollout').replace('apps/v1', 'argoproj.io/v1alpha1'),
      'k8s/queue.yaml': workload('queue', 'StatefulSet', 'serviceName: queue, '),
    });
    expect(pathsIn(config)).toEqual({ queue: ['**'] });
    expect(data.leftOut).toEqual([{ name: 'api', why: expect.stringContaining('Argo Rollouts') }]);
  });
});

describe('where manifests come from', () => {
  const chart = {
    'charts/api/Chart.yaml': 'apiVersion: v2\nname: api\nversion: 0.1.0\n',
    'charts/api/values.yaml': 'image:\n  repository: r.example.com/api\n  tag: "1"\nenv:\n  LOG_LEVEL: info\n',
    'charts/api/templates/deployment.yaml': '{{ range }}',
    'src/api/Dockerfile': 'FROM x\n',
    'src/api/index.js': '1\n',
  };

  test('manifests that were rendered from a chart and committed are what is applied; its values are read', async () => {
    const rendered = (more = '') =>
      workload('api').replace('image: "r.example.com/api:1"', `image: "r.example.com/api:1"${more}`);
    const { config, found } = await planned(
      { ...chart, 'rendered/staging/api.yaml': rendered(), 'rendered/production/api.yaml': rendered() },
      {
        'charts/api/values.yaml': `${chart['charts/api/values.yaml']}  NEW_ONE: "1"\n`,
        'rendered/staging/api.yaml': rendered(', env: [ { name: NEW_ONE, value: "1" } ]'),
        'rendered/production/api.yaml': rendered(', env: [ { name: NEW_ONE, value: "1" } ]'),
      },
    );
    expect(config.services.api?.manifests).toMatchObject({ production: ['rendered/production/api.yaml'] });
    expect(variables(found)).toEqual(['added NEW_ONE']);
  });

  test('the overlay of each environment is its own source, and what a generator and a patch set is seen', async () => {
    const overlay = (more: string) =>
      `resources: [../../base]\nimages: [{ name: r.example.com/api, newTag: 1.0.0 }]\npatches: [{ path: replicas.yaml }]\nconfigMapGenerator: [{ name: api-env, literals: [LOG_LEVEL=info${more}] }]\n`;
    const patch = (more: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          env:\n            - name: EXISTING\n              value: "1"\n${more}`;
    const overlays = (literals: string, env: string) =>
      Object.fromEntries(
        ['staging', 'production'].flatMap((one) => [
          [`k8s/overlays/${one}/kustomization.yaml`, overlay(literals)],
          [`k8s/overlays/${one}/replicas.yaml`, patch(env)],
        ]),
      );
    const { config, found } = await planned(
      {
        Dockerfile: 'FROM x\n',
        'k8s/base/kustomization.yaml': 'resources: [deployment.yaml]\n',
        'k8s/base/deployment.yaml': workload('api').replace('api:1"', 'api"'),
        ...overlays('', ''),
      },
      overlays(', TRACE_RATE=0.1', '            - name: NEW_FLAG\n              value: "on"\n'),
    );
    const { staging, production } = config.services.api?.manifests ?? {};
    expect(JSON.stringify([staging, production])).toMatch(/overlays\/staging.*overlays\/production/);
    expect(variables(found)).toEqual(['added NEW_FLAG', 'added TRACE_RATE']);
  });
});

describe('variables', () => {
  test('an allow-list and a sample are no use: what nothing reads any more is removed, what is read first is new', async () => {
    const { found } = await planned(
      {
        '.env.example': 'CRASH_URL=\n',
        'turbo.json': '{ "globalEnv": ["CRASH_DSN", "COLD_START"] }\n',
        'k8s/web.yaml': workload('web'),
        'web/Dockerfile': 'FROM x\n',
        'web/a.ts': 'init(process.env.CRASH_DSN, process.env.CRASH_URL);\n',
      },
      { 'web/a.ts': 'start(process.env.COLD_START);\n' },
    );
    expect(variables(found)).toEqual([
      'added COLD_START required',
      'removed CRASH_DSN secret required',
      'removed CRASH_URL required',
    ]);
  });

  test('reads and defaults in their many spellings, and an alert rule that Grafana is given', async () => {
    const { found } = await planned(
      { Dockerfile: 'FROM x\n', 'k8s/app.yaml': workload('app') },
      {
        'load/script.js': 'export const options = { duration: __ENV.LOAD_LENGTH || "1h" };\n',
        'svc/Ads.java':
          'class Ads { int port = Integer.parseInt(Optional.ofNullable(System.getenv("ADS_METRICS_PORT")).orElse("9000")); }\n',
        'svc/Main.kt': 'val topic: String = System.getenv("ORDER_TOPIC") ?: "orders"\n',
        'svc/config.go':
          'package config\ntype Kafka struct { Topic string `mapstructure:"topic"` }\nfunc load() { v := viper.New(); v.SetEnvPrefix("SHOP"); v.SetEnvKeyReplacer(strings.NewReplacer(".", "_")); v.AutomaticEnv() }\n',
        'svc/edge.tmpl.yaml': 'admin:\n  address: { port_value: ${EDGE_PORT} }\n',
        'svc/nginx.conf.template': 'server { listen ${DOCS_PORT}; }\n',
        'svc/otelcol-config.yml': 'receivers:\n  db:\n    password: ${env:DB_WATCH_PASSWORD}\n',
        'svc/q.go':
          'package main\nimport "os"\nfunc t() string { if v := os.Getenv("GO_TOPIC"); v != "" { return v }; return "orders" }\n',
        'svc/q.py':
          'import os\nQUEUE = os.environ.get("PHOTO_QUEUE", None)\nif extra := os.getenv("EXTRA_TAGS"):\n    pass\n',
        'graf/alerts.yaml':
          'apiVersion: 1\ngroups:\n  - orgId: 1\n    name: checkout\n    folder: shop\n    interval: 1m\n    rules:\n      - uid: abc123\n        title: QueueTooLong\n        condition: C\n        data:\n          - refId: A\n            model: { expr: sum(queue_length) }\n        for: 5m\n        labels: { severity: page }\n',
      },
    );
    expect(variables(found)).toEqual([
      'added ADS_METRICS_PORT',
      'added DB_WATCH_PASSWORD secret required',
      'added DOCS_PORT required',
      'added EDGE_PORT required',
      'added EXTRA_TAGS',
      'added GO_TOPIC',
      'added LOAD_LENGTH',
      'added ORDER_TOPIC',
      'added PHOTO_QUEUE',
      'added SHOP_KAFKA_TOPIC required',
    ]);
    expect(found.monitoring.map(({ change, name, severity }) => `${change} ${name} ${severity}`)).toEqual([
      'added QueueTooLong page',
    ]);
  });
});

describe('migrations', () => {
  test('equal names in several folders are as many migrations, and none is lost', async () => {
    const names = ['billing', 'cart', 'orders', 'stock'];
    const { spec } = await planned(
      Object.fromEntries(
        names.flatMap((name) => [
          [`${name}/Dockerfile`, 'FROM x\n'],
          [`k8s/${name}.yaml`, workload(name)],
        ]),
      ),
      {
        'billing/migrations/0002_init.up.sql': 'DROP TABLE invoices;\n',
        'orders/migrations/0002_init.up.sql': 'ALTER TABLE orders ADD COLUMN note text;\n',
        'cart/migrations/001_init.js':
          'exports.up = (knex) => knex.schema.dropTable("carts"); exports.down = (knex) => knex.schema.createTable("carts", (t) => t.increments());\n',
        'stock/migrations/001_init.js':
          'exports.up = (knex) => knex.schema.alterTable("stock", (t) => t.string("note")); exports.down = (knex) => {};\n',
      },
    );
    expect(spec.migrations.map((one) => [one.id, one.when, one.pointOfNoReturn])).toEqual([
      ['billing-0002-init', 'after-rollout', true],
      ['orders-0002-init', 'before-canary', false],
      ['cart-001-init', 'after-rollout', true],
      ['stock-001-init', 'before-canary', false],
    ]);
  });

  test('a tool that runs all that are pending gets one Job with the strictest place, and two releases are proposed', async () => {
    const prisma = (id: string, sql: string) => [`prisma/migrations/${id}/migration.sql`, `${sql}\n`] as const;
    const { spec, findings } = await planned(
      { Dockerfile: 'FROM x\n', 'k8s/app.yaml': workload('app') },
      Object.fromEntries([
        prisma('20270101000000_a', 'ALTER TABLE t ADD COLUMN a TEXT;'),
        prisma('20270102000000_b', 'ALTER TABLE t DROP COLUMN b;'),
        prisma('20270103000000_c', 'ALTER TABLE t ADD COLUMN c TEXT;'),
      ]),
    );
    expect(spec.migrations).toMatchObject([
      {
        id: '20270103000000-c',
        when: 'before-canary',
        pointOfNoReturn: true,
        covers: ['20270101000000-a', '20270102000000-b', '20270103000000-c'],
      },
    ]);
    expect(findings.map(({ code }) => code)).toContain('migrations.two-releases');
  });

  test('a field of Django is judged by what it was; where that is not there, a person is asked', async () => {
    const django = (name: string, before: string, operation: string) => [
      `shop/migrations/${name}.py`,
      `from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    dependencies = [("shop", "${before}")]\n    operations = [${operation}]\n`,
    ];
    const { spec } = await planned(
      { Dockerfile: 'FROM x\n', 'k8s/shop.yaml': workload('shop'), 'shop/__init__.py': '' },
      Object.fromEntries([
        django(
          '0002_labels',
          '0001_initial',
          'migrations.AlterField("basket", "state", models.CharField(max_length=20, choices=[("a", "A")]))',
        ),
        django('0003_note', '0002_labels', 'migrations.AddField("basket", "note", models.TextField(null=True))'),
        django(
          '0004_note',
          '0003_note',
          'migrations.AlterField("basket", "note", models.TextField(null=True, help_text="x"))',
        ),
      ]),
    );
    expect(spec.migrations.map((one) => [one.id, one.when, one.compatibility !== undefined])).toEqual([
      ['shop-0002-labels', 'before-canary', true],
      ['shop-0003-note', 'before-canary', false],
      ['shop-0004-note', 'before-canary', false],
    ]);
  });
});
