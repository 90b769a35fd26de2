import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createWorkspace } from '../../../src/adapters/fs/workspace.ts';
import { openRepository } from '../../../src/adapters/git/repository.ts';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import { configSchema } from '../../../src/plan/config.ts';
import { gitopsOf } from '../../../src/plan/rollout.ts';
import type { FoundObserver } from '../../../src/ports/environments.ts';
import type { Prompter } from '../../../src/ports/prompter.ts';
import { type InitGround, init } from '../../../src/usecases/init.ts';
import { loadConfig, loadPolicy } from '../../../src/usecases/release/settings.ts';
import type { InitOptions } from '../../../src/usecases/setup/options.ts';
import { type GitFixture, gitFixture } from '../../support/git-fixture.ts';
import { productFiles, scriptedPrompter } from '../../support/planning-ground.ts';

const TEMPLATES = fileURLToPath(new URL('../../../templates', import.meta.url));
const NO_FLAGS: InitOptions = { dryRun: false, owners: { operations: [], qa: [], cab: [], informed: [] } };
const TEAM: InitOptions['owners'] = {
  productManager: 'priya@example.com',
  rdLead: 'ravi@example.com',
  operations: ['olga@example.com'],
  qa: ['quinn@example.com'],
  cab: ['carol@example.com'],
  informed: ['marketing'],
};

let git: GitFixture;
beforeEach(() => {
  git = gitFixture();
});
afterEach(() => git.remove());

const workspace = () => createWorkspace(git.root, TEMPLATES);

async function give(
  flags: Partial<InitOptions> = {},
  prompter: Prompter = scriptedPrompter({}),
  observersOf: (context: string) => Promise<readonly FoundObserver[]> = async () => [],
  keptIn: InitGround['keptIn'] = async () => undefined,
): Promise<Outcome> {
  return init(
    {
      repository: await openRepository(git.root),
      workspace: workspace(),
      prompter,
      localTimeZone: 'Europe/Berlin',
      ownPackage: { version: '1.2.3', pack: async () => new TextEncoder().encode('packed') },
      observersOf,
      keptIn,
    },
    { ...NO_FLAGS, ...flags },
  );
}

const ARCHIVE = 'relctl/vendor/relctl-1.2.3-88cb8a087b6e.tgz';

const states = (outcome: Outcome) =>
  Object.fromEntries((outcome.data.files as { path: string; state: string }[]).map(({ path, state }) => [path, state]));

/** All files of the work tree that git does not ignore, with their text. */
function tree(): Record<string, string> {
  const paths = git.git('ls-files', '--cached', '--others', '--exclude-standard').split('\n').filter(Boolean);
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(git.root, path), 'utf8')]));
}

describe('where a reconciler keeps production', () => {
  const application = 'Kustomization/flux-system/shop';
  const flags = { platform: 'kubernetes', productionContext: 'prod', namespace: 'shop' } as const;
  const drafted = async (found: object) => {
    git.commit(productFiles());
    await give(
      flags,
      scriptedPrompter({}),
      async () => [],
      async () => ({ application, ...found }),
    );
    return tree()['relctl.yaml'] ?? '';
  };

  test('the draft releases it by commits to what that reads', async () => {
    const repository = 'ssh://git@git.example.com/acme/fleet';
    const text = await drafted({ repository, branch: 'prod', path: 'apps/shop' });
    const { environments } = configSchema.parse(parse(text));
    expect(gitopsOf({ environments })).toMatchObject({ repository, branch: 'prod', path: 'apps/shop', application });
    expect(text).toContain(`# ${application} keeps production`);
  });

  test('what the cluster does not tell a person has to say', async () => {
    const text = await drafted({ path: 'apps/shop' });
    expect(parse(text)).not.toHaveProperty('environments.production.rollout');
    expect(text).toContain('repository: <url>, path: apps/shop');
  });
});

describe('in the sandbox', () => {
  test('one flag is enough: everything is written, reads, and holds the services that were found', async () => {
    git.commit(productFiles());
    const outcome = await give({ platform: 'sandbox', timeZone: 'UTC' });
    expect(states(outcome)).toEqual({
      'relctl.yaml': 'written',
      'relctl/process/standard-3.0.yaml': 'written',
      [ARCHIVE]: 'written',
      '.github/workflows/relctl.yml': 'written',
      '.gitlab/relctl.yml': 'written',
      'releases/.gitattributes': 'written',
    });
    const config = await loadConfig(workspace());
    expect(config.platform).toBe('sandbox');
    expect(config.services).toMatchObject({
      api: {
        paths: ['services/api/**'],
        manifests: { staging: ['deploy/staging/api.yaml'], production: ['deploy/production/api.yaml'] },
      },
      web: { paths: ['services/web/**'] },
    });
    expect(config.team).toMatchObject({
      rdLead: 'ada@example.com',
      cab: [expect.any(String), expect.any(String), expect.any(String)],
    });
    expect(config.environments.staging.host).toBe('staging.example.com');
    expect((await loadPolicy(workspace(), config.process)).hypercareHours).toBe(48);
    expect(outcome.data.toFill).toEqual([]);
  });

  test('nobody in the team may be asked to approve what they write: the board is without the lead', async () => {
    git.commit(productFiles());
    await give({ platform: 'sandbox' });
    const { team } = await loadConfig(workspace());
    expect([...team.cab, ...team.qa, ...team.operations]).not.toContain(team.rdLead);
    expect(team.operations).not.toEqual(expect.arrayContaining([...team.qa]));
  });
});

describe('on Kubernetes', () => {
  test('what only people know is named with its line and its flag', async () => {
    git.commit(productFiles());
    const outcome = await give({ platform: 'kubernetes' });
    const lines = readFileSync(join(git.root, 'relctl.yaml'), 'utf8').split('\n');
    const toFill = outcome.data.toFill as { path: string; line: number; what: string }[];
    expect(toFill.map(({ path }) => path)).toEqual([
      'team.productManager',
      'team.rdLead',
      'team.operations',
      'team.qa',
      'team.cab',
      'timeZone',
      'environments.staging.context',
      'environments.production.context',
      'environments.production.namespace',
      'environments.production',
    ]);
    for (const { path, line } of toFill.filter((one) => /cab|timeZone|context|namespace/.test(one.path)))
      expect(lines[line - 1]).toContain(`${path.split('.').at(-1)}:`);
  });

  test('each flag is written where it belongs, and nothing but the clusters is left', async () => {
    git.commit(productFiles());
    const outcome = await give({
      platform: 'kubernetes',
      owners: TEAM,
      timeZone: 'America/New_York',
      namespace: 'shop',
      stagingContext: 'stage',
      productionContext: 'prod',
    });
    const config = await loadConfig(workspace());
    expect(config).toMatchObject({
      platform: 'kubernetes',
      team: TEAM,
      timeZone: 'America/New_York',
      environments: {
        staging: { context: 'stage', namespace: 'shop' },
        production: { context: 'prod', namespace: 'shop' },
      },
    });
    expect((outcome.data.toFill as { path: string }[]).map(({ path }) => path)).toEqual(['environments.production']);
  });

  test('what observes the clusters stands in the file, the best first, and only the UID is left', async () => {
    git.commit(productFiles());
    const asked: string[] = [];
    const kps = { namespace: 'monitoring', port: 'http-web', path: '' };
    const outcome = await give(
      { platform: 'kubernetes', owners: TEAM, timeZone: 'UTC', namespace: 'shop', productionContext: 'prod' },
      scriptedPrompter({}),
      async (context) => {
        asked.push(context);
        return [
          { kind: 'prometheus', service: 'thanos-query', ...kps, path: '/prom' },
          { kind: 'prometheus', service: 'kps-prometheus', ...kps },
          { kind: 'alertmanager', service: 'kps-alertmanager', ...kps },
        ];
      },
    );
    expect(asked).toEqual(['prod']);
    const { production, staging } = (await loadConfig(workspace())).environments;
    const place = { via: 'kubectl', namespace: 'monitoring', port: 'http-web' };
    expect(production.prometheus).toMatchObject({ ...place, service: 'thanos-query', path: '/prom' });
    expect(production.alertmanager).toMatchObject({ ...place, service: 'kps-alertmanager' });
    expect(staging.prometheus).toBeUndefined();
    const text = readFileSync(join(git.root, 'relctl.yaml'), 'utf8');
    expect(text).toContain('or { via: kubectl, namespace: monitoring, service: kps-prometheus, port: http-web }');
    const left = (outcome.data.toFill as { path: string; what: string }[]).find(
      ({ path }) => path === 'environments.production',
    );
    expect(left?.what).toBe('clusterUid; `relctl doctor` prints the UID');
  });

  test('the namespace that the manifests name is taken', async () => {
    const files = productFiles();
    const named = Object.fromEntries(
      Object.entries(files).map(([path, text]) => [
        path,
        text.replaceAll('metadata:\n  name:', 'metadata:\n  namespace: store\n  name:'),
      ]),
    );
    git.commit(named);
    await give({ platform: 'kubernetes' });
    expect((await loadConfig(workspace())).environments.production.namespace).toBe('store');
  });

  test('a person at the terminal is asked, and may leave for later what they do not know', async () => {
    git.commit(productFiles());
    const asked: { flag: string; default?: string; validate?: (answer: string) => unknown }[] = [];
    const answers = {
      '--platform': 'kubernetes',
      '--product-manager': 'priya@example.com',
      '--rd-lead': 'ravi@example.com',
      '--operations': 'olga@example.com, omar@example.com',
      '--qa': '',
      '--cab': 'carol@example.com',
      '--time-zone': 'Europe/Berlin',
      '--namespace': 'shop',
      '--staging-context': 'stage',
      '--production-context': '',
    };
    const outcome = await give({}, scriptedPrompter(answers, asked));
    expect((await loadConfig(workspace())).team).toMatchObject({
      operations: ['olga@example.com', 'omar@example.com'],
      qa: [],
    });
    expect(asked.map(({ flag }) => flag)).toEqual(Object.keys(answers));
    expect(asked.find(({ flag }) => flag === '--time-zone')?.default).toBe('Europe/Berlin');
    // What cannot be read is said, and asked again.
    for (const [flag, wrong] of [
      ['--rd-lead', 'ravi'],
      ['--qa', 'quinn@example.com, nobody'],
      ['--time-zone', 'Europe/Nowhere'],
    ]) {
      const validate = asked.find((one) => one.flag === flag)?.validate;
      expect(await validate?.(wrong ?? '')).toMatch(/not an/);
      expect(await validate?.('')).toBe(true);
    }
    expect((outcome.data.toFill as { path: string }[]).map(({ path }) => path)).toEqual([
      'team.qa',
      'environments.production.context',
      'environments.production',
    ]);
  });
});

describe('what exists', () => {
  test('is kept, byte for byte, and git’s files of the repository too: a line at their end would clash with every branch that adds one', async () => {
    git.commit({
      ...productFiles(),
      'relctl/process/standard-3.0.yaml': '# ours\n',
      '.github/workflows/relctl.yml': '# ours\n',
      '.gitignore': 'node_modules',
      '.gitattributes': '* text=auto\r\n',
    });
    const outcome = await give({ platform: 'sandbox' });
    expect(states(outcome)).toEqual({
      'relctl.yaml': 'written',
      'relctl/process/standard-3.0.yaml': 'kept',
      '.github/workflows/relctl.yml': 'kept',
      'releases/.gitattributes': 'written',
    });
    expect(tree()).toMatchObject({
      'relctl/process/standard-3.0.yaml': '# ours\n',
      '.github/workflows/relctl.yml': '# ours\n',
      '.gitignore': 'node_modules',
      '.gitattributes': '* text=auto\r\n',
      'releases/.gitattributes': '*.yaml text eol=lf\n*/** -text\n',
    });
  });

  test('once set up, a second time changes nothing and says so', async () => {
    git.commit(productFiles());
    await give({ platform: 'sandbox' });
    const before = tree();
    const outcome = await give();
    expect(outcome.headline).toBe('relctl is already set up here, with 2 services');
    expect(tree()).toEqual(before);
  });

  test('says which flags changed nothing in it', async () => {
    git.commit(productFiles());
    await give({ platform: 'sandbox' });
    const answer = await give({ platform: 'kubernetes', owners: { ...NO_FLAGS.owners, cab: ['ada@example.com'] } });
    expect(JSON.stringify(answer.blocks)).toContain('--platform, --cab changed nothing');
    expect(JSON.stringify((await give({ platform: 'sandbox' })).blocks)).not.toContain('changed nothing');
  });

  test('is not asked for, and a flag that would not be written is not held against anything', async () => {
    git.commit(productFiles());
    const written = await give({ platform: 'kubernetes' });
    const asked: { flag: string }[] = [];
    const outcome = await give({ timeZone: 'Mars/Olympus' }, scriptedPrompter({}, asked));
    expect(asked).toEqual([]);
    expect(JSON.stringify(outcome.blocks)).toContain('--time-zone changed nothing in it');
    expect(outcome.data.toFill).toEqual([]);
    expect((written.data.toFill as unknown[]).length).toBeGreaterThan(5);
  });

  test('in relctl.yaml is what is filled in there: a flag is named only while nothing is written', async () => {
    git.commit(productFiles());
    const flags =
      /--(time-zone|cab|qa|rd-lead|operations|product-manager|namespace|staging-context|production-context)/;
    const planned = JSON.stringify((await give({ platform: 'kubernetes', dryRun: true })).blocks);
    expect(planned).toContain('(UTC for now): --time-zone');
    const written = JSON.stringify((await give({ platform: 'kubernetes' })).blocks);
    expect(written).toContain('(UTC for now)');
    expect(written).not.toMatch(flags);
    expect(JSON.stringify((await give()).blocks)).not.toMatch(flags);
  });

  test('in relctl.yaml is not changed by a new service, which is named', async () => {
    git.commit(productFiles());
    await give({ platform: 'sandbox' });
    const files = productFiles();
    git.commit({
      'services/mail/Dockerfile': 'FROM node:20-slim\n',
      'deploy/staging/mail.yaml': files['deploy/staging/web.yaml']?.replaceAll('web', 'mail') ?? '',
      'deploy/production/mail.yaml': files['deploy/production/web.yaml']?.replaceAll('web', 'mail') ?? '',
    });
    const outcome = await give();
    expect(JSON.stringify(outcome.blocks)).toContain(
      'mail was found (deploy/production/mail.yaml) and is not in relctl.yaml',
    );
    expect(Object.keys((await loadConfig(workspace())).services)).toEqual(['api', 'web']);
  });

  test('and cannot be read stops everything before a file is written', async () => {
    git.commit(productFiles());
    writeFileSync(join(git.root, 'relctl.yaml'), 'platform: [\n');
    const before = tree();
    await expect(give()).rejects.toMatchObject({ code: 'plan.yaml-syntax' });
    expect(tree()).toEqual(before);
  });
});

test('a dry run tells the same and writes nothing', async () => {
  git.commit(productFiles());
  const before = tree();
  const outcome = await give({ platform: 'sandbox', dryRun: true });
  expect(new Set(Object.values(states(outcome)))).toEqual(new Set(['would be written']));
  expect(outcome.data.services).toHaveLength(2);
  expect(tree()).toEqual(before);
});

describe('where services cannot be released yet', () => {
  test('a Helm chart becomes the source of its service', async () => {
    git.commit({
      'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'charts/web/values.yaml': 'image:\n  repository: registry.example.com/web\n',
      'charts/web/templates/deployment.yaml': 'kind: Deployment\nmetadata: { name: {{ .Release.Name }} }\n',
    });
    const outcome = await give({ platform: 'sandbox' });
    expect(outcome.data.leftOut).toEqual([]);
    const chart = { helm: 'charts/web', release: 'web', kubeVersion: expect.any(String) };
    expect((await loadConfig(workspace())).services.web?.manifests).toEqual({ staging: chart, production: chart });
  });

  describe('a chart beside other manifests', () => {
    const files = {
      ...productFiles(),
      'charts/shop/Chart.yaml': 'apiVersion: v2\nname: shop\n',
      'charts/shop/templates/api.yaml': 'kind: Deployment\n',
      'charts/shop/templates/web.yaml': 'kind: Deployment\n',
    };
    const chart = { helm: 'charts/shop', release: 'shop', kubeVersion: expect.any(String) };
    const manifests = async () => (await loadConfig(workspace())).services.web?.manifests;

    test('renders the services where a flag or an answer says that it installs them', async () => {
      git.commit(files);
      await give({ platform: 'sandbox', chart: './charts/shop/' });
      expect(await manifests()).toEqual({ staging: chart, production: chart });
      rmSync(join(git.root, 'relctl.yaml'));
      await give({ platform: 'sandbox' }, scriptedPrompter({ '--chart': 'charts/shop' }));
      expect(await manifests()).toEqual({ staging: chart, production: chart });
    });

    test('is named where nobody is asked, and the manifests are taken', async () => {
      git.commit(files);
      const outcome = await give({ platform: 'sandbox' });
      expect(await manifests()).toMatchObject({ production: ['deploy/production/web.yaml'] });
      expect(JSON.stringify(outcome.blocks)).toContain('rm relctl.yaml && relctl init --chart charts/shop');
    });

    test('that is none is refused with those that are', async () => {
      git.commit(files);
      await expect(give({ platform: 'sandbox', chart: 'charts/other' })).rejects.toMatchObject({
        code: 'usage.bad-flag',
        hints: ['--chart charts/shop'],
      });
    });
  });

  test('manifests of production stand in where staging has none, and the file says so', async () => {
    const { 'deploy/staging/web.yaml': _web, 'deploy/staging/api.yaml': _api, ...files } = productFiles();
    git.commit(files);
    await give({ platform: 'sandbox' });
    expect((await loadConfig(workspace())).services.web?.manifests).toEqual({
      staging: ['deploy/production/web.yaml'],
      production: ['deploy/production/web.yaml'],
    });
    expect(readFileSync(join(git.root, 'relctl.yaml'), 'utf8')).toMatch(/# no manifest for staging was found/);
  });

  test('a Job that runs the image of a service is set aside, and a comment names no list of files', async () => {
    const deployment = (image: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: ${image}\n`;
    const job = deployment('x/api:1')
      .replace('apps/v1', 'batch/v1')
      .replace('Deployment', 'Job')
      .replace('name: api', 'name: db-init');
    git.commit({
      'api/Dockerfile': 'FROM x',
      'deploy/api.yaml': `${deployment('x/api:1')}---\n${job}`,
      ...Object.fromEntries(['w', 'x', 'y', 'z'].map((one) => [`${one}/other.yaml`, deployment('x/api:1')])),
    });
    await give({ platform: 'sandbox' });
    const text = tree()['relctl.yaml'] ?? '';
    const { services } = configSchema.parse(parse(text));
    const source = { files: ['deploy/api.yaml'], hooks: { 'Job/db-init': 'migration' } };
    expect(services.api?.manifests).toEqual({ staging: source, production: source });
    expect(text).toContain('# found by deploy/api.yaml, api/Dockerfile, w/other.yaml and 3 more\n');
    expect(text).toContain('# hooks: what most likely stands in for each Job that runs its image');
  });

  test('a repository of manifests alone releases what they run, into the namespaces of its overlays', async () => {
    const workload = (name: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\nspec:\n  template:\n    spec:\n      containers: [{ name: ${name}, image: r.example.com/${name}:1 }]\n`;
    const overlay = (namespace: string) => `namespace: ${namespace}\nresources: [../../base]\n`;
    git.commit({
      'k8s/base/cart.yaml': workload('cart'),
      'k8s/base/payments.yaml': workload('payments'),
      'k8s/base/kustomization.yaml': 'resources: [cart.yaml, payments.yaml]\n',
      'k8s/overlays/staging/kustomization.yaml': overlay('shop-staging'),
      'k8s/overlays/production/kustomization.yaml': overlay('shop'),
    });
    await give({ platform: 'sandbox' });
    const { services, environments } = await loadConfig(workspace());
    expect(Object.entries(services).map(([name, { paths }]) => [name, paths])).toEqual([
      ['cart', ['k8s/base/cart.yaml']],
      ['payments', ['k8s/base/payments.yaml']],
    ]);
    expect([environments.staging.namespace, environments.production.namespace]).toEqual(['shop-staging', 'shop']);
    expect(readFileSync(join(git.root, 'relctl.yaml'), 'utf8')).toContain('remove what others release');
  });

  test('a chart beside the overlays changes nothing in their namespaces', async () => {
    const workload = (name: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\nspec:\n  template:\n    spec:\n      containers: [{ name: ${name}, image: r.example.com/${name}:1 }]\n`;
    const overlay = (namespace: string) => `namespace: ${namespace}\nresources: [../../base]\n`;
    git.commit({
      'k8s/base/cart.yaml': workload('cart'),
      'k8s/base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'k8s/overlays/staging/kustomization.yaml': overlay('shop-staging'),
      'k8s/overlays/production/kustomization.yaml': overlay('shop'),
      'charts/pay/Chart.yaml': 'apiVersion: v2\nname: pay\nversion: 0.1.0\n',
      'charts/pay/templates/pay.yaml': workload('pay'),
      'services/cart/Dockerfile': 'FROM scratch\n',
      'services/pay/Dockerfile': 'FROM scratch\n',
    });
    await give({ platform: 'sandbox' });
    const { services, environments } = await loadConfig(workspace());
    expect(Object.keys(services)).toEqual(['cart', 'pay']);
    expect(readFileSync(join(git.root, 'relctl.yaml'), 'utf8')).toContain('helm: charts/pay');
    expect([environments.staging.namespace, environments.production.namespace]).toEqual(['shop-staging', 'shop']);
  });

  test('no service at all is a warning, not an error', async () => {
    git.commit({ 'README.md': 'hello\n' });
    const outcome = await give({ platform: 'sandbox' });
    expect(outcome.result).toBe('done');
    expect(JSON.stringify(outcome.blocks)).toContain('no service was found');
  });

  test('a repository without a commit waits for one, with the command that makes it', async () => {
    await expect(give({ platform: 'sandbox' })).rejects.toMatchObject({
      code: 'repo.no-commit',
      exitCode: 8,
      hints: ['git add --all && git commit --allow-empty -m "First commit"', 'then give this command again'],
    });
  });
});

describe('a flag that makes no sense', () => {
  test.each([
    ['usage.bad-flag', { platform: 'mainframe' }],
    ['usage.bad-flag', { platform: 'sandbox', timeZone: 'Mars/Olympus' }],
    ['usage.bad-flag', { platform: 'sandbox', owners: { ...NO_FLAGS.owners, cab: ['nobody'] } }],
    ['usage.missing-answer', {}],
  ] as const)('is %s: %j', async (code, flags) => {
    git.commit(productFiles());
    const before = tree();
    await expect(give(flags as Partial<InitOptions>)).rejects.toMatchObject({ code });
    expect(tree()).toEqual(before);
  });
});

test.each([
  ['.github/dependabot.yml', '.github/workflows/relctl.yml', '.gitlab/relctl.yml'],
  ['.gitlab-ci.yml', '.gitlab/relctl.yml', '.github/workflows/relctl.yml'],
])('a repository with %s gets %s and not %s', async (sign, wanted, other) => {
  git.commit({ ...productFiles(), [sign]: '# ci\n' });
  const paths = Object.keys(states(await give({ platform: 'sandbox' })));
  expect(paths).toContain(wanted);
  expect(paths).not.toContain(other);
});

test('with a real cluster, there is a workflow that carries deployments on, with the relctl that wrote it', async () => {
  git.commit({ ...productFiles(), '.gitlab-ci.yml': '# ci\n', '.github/dependabot.yml': '# ci\n' });
  const outcome = await give({ platform: 'kubernetes', productionContext: 'prod', stagingContext: 'stage' });
  const files = ['deploy', 'schedule'].flatMap((what) => [
    `.github/workflows/relctl-${what}.yml`,
    `.gitlab/relctl-${what}.yml`,
  ]);
  for (const path of files) {
    expect(states(outcome)[path]).toBe('written');
    const text = readFileSync(join(git.root, path), 'utf8');
    expect(text).toContain(ARCHIVE);
    expect(text).not.toMatch(/@[A-Z0-9]+@|npx|npm /);
    for (const [, used = ''] of text.matchAll(/uses: (\S+)/g)) expect(used).toMatch(/@[0-9a-f]{40}$/);
  }
});
