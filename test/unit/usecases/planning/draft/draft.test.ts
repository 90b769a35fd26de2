import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../../../../../src/domain/outcome/outcome.ts';
import type { RiskScore } from '../../../../../src/domain/risk/score.ts';
import type { Impact } from '../../../../../src/evidence/impact/findings.ts';
import type { ReleasePlan } from '../../../../../src/plan/release-plan.ts';
import type { Forge } from '../../../../../src/ports/forge.ts';
import { plan } from '../../../../../src/usecases/plan.ts';
import type { PlanOptions } from '../../../../../src/usecases/planning/ask/options.ts';
import { riskOf } from '../../../../../src/usecases/planning/check/calculated-risk.ts';
import { person } from '../../../../support/person.ts';
import {
  branch,
  copyOf,
  goOn,
  manifest,
  NO_FLAGS,
  PLANNING_NOW,
  type PlanningGround,
  planningGround,
  scriptedPrompter,
  WINDOW,
} from '../../../../support/planning-ground.ts';
import { PEOPLE } from '../../../../support/sample-plan.ts';

const ID = '2026-12-wallet';
let original: PlanningGround;
let ground: PlanningGround;
beforeAll(async () => {
  original = await planningGround();
});
beforeEach(async () => {
  ground = await copyOf(original);
});
afterAll(() => original.remove());
afterEach(() => ground.remove());

/** A feature with a variable, a secret, a migration, an alert and a cache that somebody must provide. */
function walletBranch(name = 'feature/wallet'): string {
  const env = [
    { name: 'WALLET_KEY', valueFrom: { secretKeyRef: { name: 'api-wallet', key: 'key' } } },
    { name: 'WALLET_URL', value: 'https://wallet.example.com/top-secret-path' },
  ];
  return branch(ground.git, name, {
    'services/api/src/main.js':
      "export const port = process.env.PORT ?? 3000;\nconst key = process.env.WALLET_KEY;\nconst url = process.env.WALLET_URL ?? 'http://localhost';\n",
    'services/api/migrations/20261101_wallet.js':
      "exports.up = (knex) => knex.schema.createTable('wallet', (t) => t.increments());\nexports.down = (knex) => knex.schema.dropTable('wallet');\n",
    'services/api/migrations/20261102_drop_old.js':
      "exports.up = (knex) => knex.schema.dropTable('old_cards');\nexports.down = () => {};\n",
    'deploy/staging/api.yaml': manifest('api', { version: '4.2.0', replicas: 2, env: env.slice(0, 1) }),
    'deploy/production/api.yaml': manifest('api', { version: '4.2.0', env }),
    'infra/cache.yaml': 'apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: wallet-cache\nspec: {}\n',
    'monitoring/api.yaml':
      'groups:\n  - name: api\n    rules:\n      - alert: WalletFailing\n        expr: rate(wallet_failures_total[5m]) > 1\n        labels:\n          severity: critical\n',
  });
}

const flags = (more: Partial<PlanOptions> = {}): PlanOptions => ({
  ...NO_FLAGS,
  feature: 'Wallet checkout',
  branches: ['feature/wallet'],
  window: WINDOW,
  ...more,
});

async function drafted(options = flags(), replaced = {}): Promise<{ outcome: Outcome; written: ReleasePlan }> {
  const outcome = await plan(ground.context(replaced), ID, options);
  return { outcome, written: await ground.store.load(ID) };
}

describe('a plan that is drafted from flags', () => {
  test('ships the services that the difference touches, with the image of their production manifest', async () => {
    walletBranch();
    const { written, outcome } = await drafted();
    expect(written.spec.services.map(({ name, image }) => [name, image])).toEqual([
      ['api', 'registry.example.com/shop/api:4.2.0'],
    ]);
    expect(outcome).toMatchObject({
      result: 'done',
      data: { created: true, phase: 'draft', file: `releases/${ID}.yaml` },
    });
  });

  test('builds the candidate from the exact heads, on a branch of its own, without touching the work tree', async () => {
    const head = walletBranch();
    const before = ground.git.git('status', '--porcelain', '--', 'services', 'deploy');
    const { written } = await drafted();
    const { candidate } = written.spec;
    expect(candidate.branches).toEqual([{ name: 'feature/wallet', head, approvedBy: [PEOPLE.productManager] }]);
    expect(ground.git.git('rev-parse', `release/${ID}`)).toBe(candidate.commit);
    expect(ground.git.git('log', '--format=%P', '-1', candidate.commit).split(' ')).toEqual([
      ground.git.git('rev-parse', 'v4.1.0'),
      head,
    ]);
    expect(ground.git.git('status', '--porcelain', '--', 'services', 'deploy')).toBe(before);
  });

  test('says where each new variable comes from and where it is set, and never its value', async () => {
    walletBranch();
    const { written } = await drafted();
    expect(written.spec.environmentVariables).toEqual([
      {
        name: 'WALLET_KEY',
        services: ['api'],
        secret: true,
        source: 'Secret api-wallet',
        setIn: ['staging', 'production'],
      },
      { name: 'WALLET_URL', services: ['api'], secret: false, source: 'Deployment api', setIn: ['production'] },
    ]);
    expect(await ground.text(ID)).not.toContain('top-secret-path');
  });

  test('runs migrations in their order; what destroys data waits for the rollout and is a point of no return', async () => {
    walletBranch();
    const { written } = await drafted();
    expect(written.spec.migrations).toMatchObject([
      { id: '20261101-wallet', service: 'api', when: 'before-canary', reversible: true, pointOfNoReturn: false },
      { id: '20261102-drop-old', service: 'api', when: 'after-rollout' },
    ]);
    expect(written.spec.migrations[0]?.up).toEqual(['npx', 'knex', 'migrate:up', '20261101_wallet.js']);
    expect(written.spec.impact.findings.join('\n')).toMatch(/20261102_drop_old destroys data.*20261102_drop_old\.js:1/);
  });

  test('names what Operations provides: new objects outside the manifests, and the Secrets of new variables', async () => {
    walletBranch();
    const { written } = await drafted();
    expect(written.spec.resources.map(({ name, environment }) => `${name} ${environment}`)).toEqual([
      'StatefulSet wallet-cache staging',
      'StatefulSet wallet-cache production',
      'Secret api-wallet staging',
      'Secret api-wallet production',
    ]);
    expect(written.spec.alerts).toEqual([{ name: 'WalletFailing', severity: 'critical' }]);
  });

  test('writes the level of risk that the facts give, and no sum of them, which would be another once the plan changes', async () => {
    walletBranch();
    const { outcome, written } = await drafted();
    const { risk } = outcome.data as { risk: RiskScore };
    expect(risk).toEqual(await riskOf(ground.context(), written));
    expect(written.spec.risk.level).toBe(risk.level);
    expect(written.spec.risk.notes).toBe('');
    expect(JSON.stringify(outcome.blocks)).not.toContain('as written');
  });

  test("does not count relctl's own files in its size, and names them", async () => {
    const size = async () => {
      const { outcome, written } = await drafted();
      const { found } = outcome.data as { found: Impact };
      expect(await riskOf(ground.context(), written)).toEqual(outcome.data.risk);
      rmSync(join(ground.git.root, 'releases'), { recursive: true });
      return { found, shown: JSON.stringify(outcome.blocks) };
    };
    walletBranch();
    const before = await size();
    expect(before.found.ownFiles).toEqual([]);
    expect(before.shown).not.toContain('not counted');
    const lines = 'a line\n'.repeat(3000);
    goOn(ground.git, 'feature/wallet', {
      'relctl/process/other-1.0.yaml': lines,
      'releases/older.yaml': lines,
      'releases/older/packet.html': lines,
      '.github/workflows/relctl.yml': lines,
    });
    const after = await size();
    expect(after.found.size).toEqual(before.found.size);
    expect(after.found.ownFiles).toHaveLength(4);
    expect(after.shown).toContain('4 files');
    expect(after.shown).toContain("relctl's own files");
  });

  test('carries its evidence as comments with file and line', async () => {
    walletBranch();
    await drafted();
    const text = await ground.text(ID);
    for (const place of [
      'services/api/src/main.js:2',
      'services/api/migrations/20261101_wallet.js:1',
      'monitoring/api.yaml:4',
    ])
      expect(text).toMatch(new RegExp(`# ${place.replaceAll('.', '\\.')}`));
  });

  test('takes the owners from the team, the zone from relctl.yaml, and the base from the newest version tag', async () => {
    walletBranch();
    ground.git.git('tag', 'v4.2.0-rc.1', 'feature/wallet');
    const { written } = await drafted();
    expect(written.spec.owners).toEqual({ ...PEOPLE, informed: ['marketing'] });
    expect(written.spec.window).toEqual({
      start: '2026-12-03T14:00',
      end: '2026-12-03T18:00',
      timeZone: 'America/New_York',
    });
    expect(written.spec.candidate.base).toBe('v4.1.0');
  });

  test('is recorded with its author, bound to what was written', async () => {
    walletBranch();
    const { written } = await drafted();
    expect(written.events).toMatchObject([
      {
        type: 'plan.created',
        actor: PEOPLE.rdLead,
        at: new Date(PLANNING_NOW).toISOString(),
        data: { specDigest: written.specDigest, textDigest: written.textDigest },
      },
    ]);
  });

  test('names each thing that a person still has to write, with its place in the file', async () => {
    walletBranch();
    const { outcome, written } = await drafted();
    const findings = outcome.data.findings as { code: string; at: string; path: string[] }[];
    const lines = (await ground.text(ID)).split('\n');
    const unwritten = findings.filter(({ code }) => code === 'plan.unwritten');
    expect(unwritten.map(({ path }) => path.join('.'))).toContain('spec.impact.summary');
    expect(unwritten.length).toBe(
      lines.filter((line) => line.includes('TO BE WRITTEN') && !line.startsWith('#')).length,
    );
    for (const { at } of unwritten) {
      const [file, line] = at.split(':');
      expect(file).toBe(written.file);
      expect(lines[Number(line) - 1]).toContain('TO BE WRITTEN');
    }
  });

  test('asks for a canary that is possible with the pods of production', async () => {
    walletBranch();
    const { written } = await drafted();
    // Nine pods and one: 10 % of the requests.
    expect(written.spec.canary).toMatchObject({ strategy: 'shared-service', share: '10%', bake: '15m' });
  });

  test('ships a service that is named with an image, whether or not it changed', async () => {
    walletBranch();
    const { written } = await drafted(flags({ images: ['web=registry.example.com/shop/web:9'] }));
    expect(written.spec.services.map(({ name, image }) => [name, image])).toEqual([
      ['api', 'registry.example.com/shop/api:4.2.0'],
      ['web', 'registry.example.com/shop/web:9'],
    ]);
  });

  test('takes a commit that exists already as its candidate', async () => {
    const head = walletBranch();
    const { written } = await drafted(flags({ branches: [], candidate: 'feature/wallet' }));
    expect(written.spec.candidate).toEqual({ base: 'v4.1.0', commit: head, branches: [] });
  });
});

describe('a branch', () => {
  test('that only its author approved is refused, and taken with a reason that is recorded', async () => {
    branch(ground.git, 'feature/wallet', { 'services/api/src/a.js': '1' }, 'x\n\nApproved-by: Dev <DEV@example.com>');
    await expect(drafted()).rejects.toMatchObject({
      code: 'gate.refused',
      data: { refusals: [{ gate: 'candidate.approved', exceptionable: true }] },
    });
    expect(await ground.store.list()).toEqual([]);
    const { written } = await drafted(flags({ exception: 'the reviewer is ill' }));
    expect(written.events.map((event) => [event.type, event.data])).toMatchObject([
      ['exception.granted', { gate: 'candidate.approved', reason: 'the reviewer is ill', command: 'plan' }],
      ['plan.created', {}],
    ]);
  });

  test('with control characters in its files and approvals is drafted, and they are shown', async () => {
    const [file, migration] = ['services/api/src/a\u001b[2J\u202e.js', 'services/api/migrations/9_x\u001b[2J.sql'];
    const files = { [file]: 'use(process.env.NEW_ONE)\n', [migration]: 'ALTER TABLE a ADD b text;\n' };
    branch(ground.git, 'feature/wallet', files, 'x\n\nApproved-by: Priya <priya\u001b[2J@example.com>');
    const { written } = await drafted();
    expect(written.spec.candidate.branches).toMatchObject([{ approvedBy: ['priya\\x1b[2j@example.com'] }]);
    expect(await ground.text(ID)).toContain('services/api/src/a\\x1b[2J\\u202e.js:1');
  });

  test('that clashes with another is named with the file, and nothing is written', async () => {
    branch(ground.git, 'feature/wallet', { 'services/api/src/main.js': 'one\n' });
    branch(ground.git, 'feature/other', { 'services/api/src/main.js': 'two\n' });
    await expect(drafted(flags({ branches: ['feature/wallet', 'feature/other'] }))).rejects.toMatchObject({
      code: 'candidate.clash',
      message: 'feature/wallet and feature/other clash in services/api/src/main.js',
      hints: expect.arrayContaining(['git switch feature/other && git merge refs/heads/feature/wallet']),
    });
    expect(await ground.store.list()).toEqual([]);
    expect(ground.git.git('for-each-ref', 'refs/heads/release')).toBe('');
  });

  test('that clashes with the base is told to merge the base as it is named', async () => {
    branch(ground.git, 'feature/wallet', { 'services/api/src/main.js': 'one\n' });
    ground.git.commit({ 'services/api/src/main.js': 'two\n' }, 'Hotfix');
    await expect(drafted(flags({ base: 'main', branches: ['feature/wallet'] }))).rejects.toMatchObject({
      code: 'candidate.clash',
      hints: expect.arrayContaining(['git switch feature/wallet && git merge main']),
    });
  });

  test('that is not there is refused with those that are', async () => {
    walletBranch();
    await expect(drafted(flags({ branches: ['feature/walet'] }))).rejects.toMatchObject({
      code: 'usage.bad-flag',
      data: { known: ['feature/wallet'] },
    });
  });

  test('that the named candidate does not hold is refused', async () => {
    walletBranch();
    branch(ground.git, 'feature/other', { 'services/web/src/other.js': '1' });
    await expect(drafted(flags({ candidate: 'feature/other' }))).rejects.toMatchObject({ code: 'usage.bad-flag' });
  });

  test('is approved by the forge only as it stands now', async () => {
    const head = branch(ground.git, 'feature/wallet', { 'services/api/src/a.js': '1' }, 'no trailer');
    const forge = (request: { head: string; commit: string }): Forge => ({
      request: async () => ({
        available: true,
        request: {
          url: 'https://git.example.com/pull/7',
          number: 7,
          state: 'open',
          head: request.head,
          author: 'dev',
          authors: ['dev'],
          objections: [],
          approvals: [
            { login: 'priya', commit: request.commit },
            { login: 'dev', commit: request.commit },
          ],
          checks: 'passing',
        },
      }),
    });
    const old = ground.git.git('rev-parse', 'v4.1.0');
    await expect(drafted(flags(), { forge: forge({ head, commit: old }) })).rejects.toMatchObject({
      code: 'gate.refused',
    });
    await expect(drafted(flags(), { forge: forge({ head: old, commit: old }) })).rejects.toMatchObject({
      code: 'gate.refused',
    });
    const { written } = await drafted(flags(), { forge: forge({ head, commit: head }) });
    expect(written.spec.candidate.branches).toEqual([
      { name: 'feature/wallet', head, approvedBy: ['@priya'], request: 'https://git.example.com/pull/7' },
    ]);
  });

  test('is offered with what the Product Manager asks of it, and cannot be picked unapproved', async () => {
    walletBranch();
    branch(ground.git, 'feature/raw', { 'services/web/src/raw.js': '1' }, 'nobody looked');
    const asked: Parameters<typeof scriptedPrompter>[1] = [];
    const prompter = scriptedPrompter({ '--branch': ['feature/wallet'], '--base': 'v4.1.0' }, asked);
    await drafted(flags({ branches: [] }), { prompter });
    const choices = asked.find((question) => question.flag.startsWith('--branch'))?.choices ?? [];
    // Those that can be picked come first.
    expect(choices.map(({ value, disabled }) => [value, disabled !== undefined])).toEqual([
      ['feature/wallet', false],
      ['feature/raw', true],
    ]);
    expect(JSON.stringify(choices)).toMatch(/dev@example\.com, \d+ d .*1 commit, 7 files \+\d+ -\d+/);
  });
});

test('a base that is not there is asked for again at a terminal', async () => {
  walletBranch();
  const { prompter, seen } = person({ '--base': ['v9.9.9', 'v4.1.0'] });
  const { written } = await drafted(flags(), { prompter });
  expect(seen).toContainEqual({ refused: expect.stringContaining('v9.9.9') });
  expect(written.spec.candidate.base).toBe('v4.1.0');
});

describe('without a terminal', () => {
  test.each([
    ['--feature', { feature: undefined }],
    ['--branch', { branches: [] }],
    ['--window', { window: undefined }],
  ] as const)('a missing %s is named, and nothing is built', async (flag, missing) => {
    walletBranch();
    const { feature, window, ...rest } = flags();
    const given = { ...rest, feature, window, ...missing };
    const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    await expect(drafted(options as unknown as PlanOptions)).rejects.toMatchObject({
      code: 'usage.missing-answer',
      data: { flag: expect.stringMatching(new RegExp(`^${flag}`)) },
    });
    expect(ground.git.git('for-each-ref', 'refs/heads/release')).toBe('');
  });

  test('a role that nobody holds is asked for by its flag', async () => {
    ground.remove();
    ground = await planningGround((config) => {
      config.team = { ...PEOPLE, cab: [] };
    });
    walletBranch();
    await expect(drafted()).rejects.toMatchObject({ code: 'usage.missing-answer', data: { flag: '--cab <address>' } });
    const owners = { ...NO_FLAGS.owners, cab: ['c1@example.com'] };
    expect((await drafted(flags({ owners }))).written.spec.owners.cab).toEqual(['c1@example.com']);
  });

  test('what cannot be rendered is planned all the same, and its image is left to be written', async () => {
    ground.remove();
    ground = await planningGround((config) => {
      const services = config.services as Record<string, { manifests?: unknown }>;
      const broken = () => ({ command: ['sh', '-c', 'echo no such chart >&2; exit 3'] });
      services.api = { ...services.api, manifests: { staging: broken(), production: broken() } };
    });
    branch(ground.git, 'feature/wallet', { 'services/api/src/a.js': 'process.env.NEW_SETTING' });
    const { written } = await drafted();
    expect(written.spec.services).toEqual([
      expect.objectContaining({ name: 'api', image: expect.stringContaining('of api') }),
    ]);
    expect(written.spec.environmentVariables).toEqual([expect.objectContaining({ name: 'NEW_SETTING' })]);
  });

  test('an image that no manifest says is asked for by its flag', async () => {
    branch(ground.git, 'feature/wallet', {
      'services/api/src/a.js': '1',
      'deploy/production/api.yaml': manifest('api').replace('registry.example.com/shop/api:4.1.0', '{{ image }}'),
    });
    await expect(drafted()).rejects.toMatchObject({
      code: 'usage.missing-answer',
      data: { flag: '--image api="<image>"' },
    });
  });
});

describe('a flag that makes no sense', () => {
  test.each([
    ['usage.bad-flag', { window: '2026-12-03T18:00/14:00' }],
    ['usage.bad-flag', { window: '2026-02-30T14:00/18:00' }],
    ['usage.bad-flag', { window: 'tomorrow' }],
    ['usage.bad-flag', { timeZone: 'Mars/Olympus' }],
    ['usage.bad-flag', { images: ['web'] }],
    ['config.unknown-service', { images: ['mail=x/y:1'] }],
    ['usage.bad-flag', { owners: { ...NO_FLAGS.owners, qa: ['quinn'] } }],
    ['repo.no-such-commit', { base: 'v9' }],
    ['repo.no-such-commit', { candidate: 'nowhere' }],
  ] as const)('is %s: %j', async (code, wrong) => {
    walletBranch();
    await expect(drafted(flags(wrong as Partial<PlanOptions>))).rejects.toMatchObject({ code });
    expect(await ground.store.list()).toEqual([]);
  });

  test('such as an id that is no file name is refused before anything is asked', async () => {
    await expect(plan(ground.context(), '../x', NO_FLAGS)).rejects.toMatchObject({ code: 'plan.bad-id' });
  });
});

test('a candidate that changes no service is refused with what it changes', async () => {
  branch(ground.git, 'feature/wallet', { 'tools/a.sh': 'echo\n', 'services/web/test/a.test.js': '1' });
  await expect(drafted()).rejects.toMatchObject({
    code: 'candidate.no-services',
    data: { untouchedServices: ['web'], unmappedFiles: ['tools/a.sh'] },
  });
});

describe('objectives', () => {
  const growth = (total: number) => ({ ok: true as const, value: { total, series: new Map() } });
  const measuring = (bad: number) => ({
    environments: {
      simulated: false,
      metrics: () => ({
        samples: async () => ({ ok: true as const, value: [] }),
        lostTargets: async () => ({ ok: true as const, value: [] }),
        increase: async (selector: string) =>
          growth(/code!~|_bucket/.test(selector) ? 1_000_000 * (1 - bad) : 1_000_000),
      }),
    },
  });

  test.each([
    [0, ['99.9%', '99%']],
    [0.001, ['99.5%', '99%']],
    [0.02, ['95%', '95%']],
  ])('are what production kept with %d bad events', async (bad, objectives) => {
    walletBranch();
    const { written } = await drafted(flags(), measuring(bad));
    expect(written.spec.slos.map((slo) => slo.objective)).toEqual(objectives);
  });

  test('are the usual ones, and say so, where production cannot be measured', async () => {
    walletBranch();
    const { written } = await drafted();
    expect(written.spec.slos.map((slo) => slo.objective)).toEqual(['99.9%', '99%']);
    expect(await ground.text(ID)).toMatch(/# to be confirmed: not measured \(relctl\.yaml names no Prometheus/);
  });

  test('are measured in the spelling of a bucket edge that the store has', async () => {
    const source = (query: string) => `{ metricSource: { type: Prometheus, spec: { query: '${query}' } } }`;
    branch(ground.git, 'feature/wallet', {
      'services/api/src/a.js': '1',
      'slo/api.yaml': `apiVersion: openslo/v1
kind: SLO
metadata: { name: api-latency }
spec:
  service: api
  indicator:
    metadata: { name: api-latency }
    spec:
      ratioMetric:
        counter: true
        good: ${source('took_bucket{le="1"}')}
        total: ${source('took_count')}
  budgetingMethod: Occurrences
  objectives: [{ target: 0.9 }]
`,
    });
    const increase = async (selector: string) => {
      if (selector.includes('le="1"')) return { ok: false, noData: { reason: 'empty', detail: 'no series' } };
      return growth(selector.includes('le="1.0"') ? 970_000 : 1_000_000);
    };
    const metrics = () => ({ ...measuring(0).environments.metrics(), increase });
    await drafted(flags(), { environments: { simulated: false, metrics } });
    expect(await ground.text(ID)).toContain('production: 97% of 1,000,000 events in the last week were good');
  });

  test('come from OpenSLO files of the candidate, if there are any', async () => {
    branch(ground.git, 'feature/wallet', {
      'services/api/src/a.js': '1',
      'slo/api.yaml': `apiVersion: openslo/v1
kind: SLO
metadata:
  name: api-success
spec:
  service: api
  indicator:
    metadata:
      name: api-success
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: Prometheus
            spec:
              query: api_requests_total{result="ok"}
        total:
          metricSource:
            type: Prometheus
            spec:
              query: api_requests_total
  budgetingMethod: Occurrences
  objectives:
    - target: 0.985
`,
    });
    const { written } = await drafted();
    expect(written.spec.slos).toMatchObject([
      { service: 'api', objective: '98.5%', good: 'api_requests_total{result="ok"}', total: 'api_requests_total' },
    ]);
  });

  test('and smoke tests that an earlier release settled are proposed again', async () => {
    walletBranch();
    await drafted();
    const first = await ground.text(ID);
    const head = first.slice(0, first.indexOf('\nstatus:') + 1).replace('objective: 99.9%', 'objective: 97%');
    await ground.store.rewrite(await ground.store.load(ID), head);
    branch(ground.git, 'feature/next', { 'services/api/src/next.js': '1' });
    await plan(ground.context(), '2027-01-next', flags({ branches: ['feature/next'], feature: 'Next' }));
    const next = await ground.store.load('2027-01-next');
    expect(next.spec.slos.map((slo) => slo.objective)).toEqual(['97%', '99%']);
    expect(next.spec.smokeTests.map((one) => one.name)).toEqual(['home page', 'Next']);
    expect(await ground.text('2027-01-next')).toMatch(/# from release 2026-12-wallet;/);
  });
});

test('a draft is the same, byte for byte, whoever makes it from the same repository', async () => {
  walletBranch();
  await drafted();
  const first = await ground.text(ID);
  ground.remove();
  ground = await copyOf(original);
  walletBranch();
  await drafted();
  expect(await ground.text(ID)).toBe(first);
});
