import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RelctlError } from '../../../../../src/errors.ts';
import { plan } from '../../../../../src/usecases/plan.ts';
import { checkRelease } from '../../../../../src/usecases/planning/check/check-release.ts';
import {
  branch,
  copyOf,
  goOn,
  manifest,
  NO_FLAGS,
  PLANNING_NOW,
  type PlanningGround,
  planningGround,
  WINDOW,
} from '../../../../support/planning-ground.ts';

const ID = '2026-12-wallet';
const DAY = 86_400_000;
let original: PlanningGround;
let ground: PlanningGround;
beforeAll(async () => {
  original = await planningGround();
  ground = original;
  branch(ground.git, 'feature/wallet', {
    'services/api/src/wallet.js': 'export const a = 1;\n',
    'services/api/migrations/20261102_drop.js':
      "exports.up = (knex) => knex.schema.dropTable('old_cards');\nexports.down = (knex) => knex.schema.createTable('old_cards', (t) => t.increments());\n",
    'deploy/production/api.yaml': manifest('api', { version: '4.2.0' }),
  });
  await plan(ground.context(), ID, { ...NO_FLAGS, feature: 'Wallet', branches: ['feature/wallet'], window: WINDOW });
});
beforeEach(async () => {
  ground = await copyOf(original);
});
afterAll(() => original.remove());
afterEach(() => ground.remove());

/** Writes into the plan what only people know. */
async function complete(change: (head: string) => string = (head) => head): Promise<void> {
  const before = await ground.store.load(ID);
  const head = before.head
    .replace(
      / {2}successMetrics:[\s\S]*?\n\n/,
      '  successMetrics: [{ name: share, direction: up, target: 5, owner: priya@example.com }]\n\n',
    )
    .replace('mandatorySuites: []', 'mandatorySuites: [checkout]')
    .replace('review: pending', 'review: done\n    reviewer: sam@example.com\n    reference: SEC-1')
    .replaceAll(/"TO BE WRITTEN[^"]*"/g, '"written by a person"')
    .replaceAll(
      /^( +)reversible: true\n +down: .*\n +pointOfNoReturn: false$/gm,
      '$1reversible: false\n$1pointOfNoReturn: true',
    );
  await ground.store.rewrite(before, change(head));
}

const check = (now = PLANNING_NOW) =>
  checkRelease(ground.context({ clock: { now: () => now, sleep: async () => undefined } }), ID);

async function findings(
  now = PLANNING_NOW,
): Promise<readonly { code: string; severity: string; at: string; problem: string }[]> {
  try {
    return (await check(now)).data.findings as never;
  } catch (error) {
    return (error as RelctlError).data?.findings as never;
  }
}

test('a draft is refused with exit 2; each gap stands with file, line, column and its fix', async () => {
  const text = await ground.text(ID);
  const error = (await check().catch((thrown: unknown) => thrown)) as RelctlError;
  expect(error).toMatchObject({
    code: 'plan.incomplete',
    exitCode: 2,
    hints: expect.arrayContaining([`relctl plan ${ID} --check`]),
  });
  expect(error.hints[0]).toBe(`relctl plan ${ID} --check`);
  const lines = text.split('\n');
  const marked = lines.flatMap((line, index) => (/^ .*TO BE WRITTEN/.test(line) ? [index + 1] : []));
  const named = error.found.map(
    ({ text }) => /^releases\/2026-12-wallet\.yaml:(\d+):\d+ .* is still to be written$/.exec(text)?.[1],
  );
  expect(named.filter((line) => line !== undefined).map(Number)).toEqual(marked);
  expect(await ground.text(ID)).toBe(text);
});

test('a plan to which people wrote everything is complete, and it is said by when it is due', async () => {
  await complete();
  const outcome = await check();
  expect(outcome).toMatchObject({ result: 'done', data: { findings: [], submitBy: '2026-11-26', late: false } });
  expect(outcome.headline).toBe(`${ID} is complete; submit it by 2026-11-26 (T-7)`);
});

describe('what git says', () => {
  test('a branch that moved', async () => {
    await complete();
    goOn(ground.git, 'feature/wallet', { 'services/api/src/more.js': '1\n' });
    const [finding] = await findings();
    expect(finding).toMatchObject({ code: 'stale.branch', severity: 'warning' });
    const line = Number(finding?.at.split(':')[1]);
    expect((await ground.text(ID)).split('\n')[line - 1]).toContain('feature/wallet');
  });

  test('a candidate that is not in this clone', async () => {
    await complete((head) => head.replace(/commit: \w{40}/, `commit: ${'d'.repeat(40)}`));
    expect(await findings()).toMatchObject([{ code: 'candidate.missing', severity: 'error' }]);
  });

  test('a migration that loses data and is called reversible', async () => {
    await complete((head) =>
      head.replace(
        'reversible: false\n      pointOfNoReturn: true',
        'reversible: true\n      down: [x]\n      pointOfNoReturn: false',
      ),
    );
    expect(await findings()).toMatchObject([
      { code: 'migrations.destroys', problem: expect.stringMatching(/20261102_drop\.js:1\)$/) },
    ]);
  });

  test('a canary that would meet more people than the policy allows', async () => {
    goOn(ground.git, 'feature/wallet', {
      'deploy/production/api.yaml': manifest('api', { version: '4.2.0', replicas: 3 }),
    });
    await plan(ground.context(), ID, { ...NO_FLAGS, branches: ['feature/wallet'] });
    await complete();
    expect(await findings()).toMatchObject([
      { code: 'canary.true-share', severity: 'error', problem: expect.stringMatching(/beside 3 of api is 25% /) },
    ]);
  });
});

test('a share above what the policy allows is counted in the pods that it needs', async () => {
  await complete((head) => head.replace(/^( +share: ).*$/m, '$140%'));
  const pods = (await findings()).filter(({ code }) => code === 'canary.true-share');
  expect(pods).toMatchObject([
    {
      problem: expect.stringContaining('6 canary pods beside 9 of api are 40% of production'),
      fix: expect.stringMatching(
        /^ask for a share of at most 10% \(one canary pod\); or a route .* http-route; or strategy none with a reason/,
      ),
    },
  ]);
});

describe('what the manifests of the candidate say', () => {
  const variable = (setIn: string) =>
    `environmentVariables: [{ name: API_KEY, services: [api], source: vault, setIn: [${setIn}] }]`;
  const withVariable = (setIn: string) => (head: string) => head.replace('environmentVariables: []', variable(setIn));
  /** The feature reads a variable, and its manifests are as given. */
  async function build(files: Readonly<Record<string, string>>): Promise<void> {
    goOn(ground.git, 'feature/wallet', {
      'services/api/src/key.js': 'export const key = process.env.API_KEY;\n',
      ...files,
    });
    const commit = ground.git.git('rev-parse', 'feature/wallet');
    const before = await ground.store.load(ID);
    await ground.store.rewrite(
      before,
      before.head.replace(/commit: \w{40}/, `commit: ${commit}`).replace(/head: \w{40}/, `head: ${commit}`),
    );
  }
  /** Without the advice on environments that the plan leaves out on purpose here. */
  const told = async () => (await findings()).filter(({ code }) => code !== 'environment.set-in');
  const api = (env: readonly object[]) => manifest('api', { version: '4.2.0', env });
  const secret = [{ name: 'API_KEY', valueFrom: { secretKeyRef: { name: 'api-keys', key: 'key' } } }];

  test('a variable that the plan says is set where the manifest does not set it, with the file', async () => {
    await build({ 'deploy/staging/api.yaml': api([{ name: 'API_KEY', value: 'x' }]) });
    await complete(withVariable('staging, production'));
    expect(await told()).toMatchObject([
      {
        code: 'environment.not-set',
        severity: 'error',
        path: ['spec', 'environmentVariables', 0, 'setIn', 1],
        problem:
          'the plan says that API_KEY is set in production, but deploy/production/api.yaml does not set it for api: nothing sets it for container app',
      },
    ]);
  });

  test('a key that the ConfigMap of the manifests does not have', async () => {
    const env = [{ name: 'API_KEY', valueFrom: { configMapKeyRef: { name: 'api', key: 'key' } } }];
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: api }\ndata: { other: x }\n';
    await build({ 'deploy/production/api.yaml': `${api(env)}---\n${map}` });
    await complete(withVariable('production'));
    expect(await told()).toMatchObject([
      { code: 'environment.not-set', problem: expect.stringMatching(/ConfigMap api has no key key$/) },
    ]);
  });

  test('nothing of a variable whose ConfigMap only the cluster knows', async () => {
    const from = { envFrom: [{ configMapRef: { name: 'shared' } }] };
    const text = manifest('api', { version: '4.2.0' }).replace(
      '- name: app\n',
      `- name: app\n          envFrom: ${JSON.stringify(from.envFrom)}\n`,
    );
    expect(text).toContain('configMapRef');
    await build({ 'deploy/production/api.yaml': text });
    await complete(withVariable('production'));
    expect(await told()).toEqual([]);
  });

  test('what they set and read from by now, and the plan does not name: another plan drafts it', async () => {
    await build({ 'deploy/production/api.yaml': api(secret) });
    await complete();
    expect(await told()).toMatchObject([
      { code: 'unplanned.variable', severity: 'warning', fix: expect.stringContaining(`relctl plan ${ID} adds it`) },
      { code: 'unplanned.resource', problem: expect.stringContaining('Secret api-keys (production)') },
    ]);
    await plan(ground.context(), ID, NO_FLAGS);
    expect(await told()).toEqual([]);
  });

  test('a variable of the plan that they set in more environments than it says', async () => {
    await build({ 'deploy/production/api.yaml': api([{ name: 'API_KEY', value: 'x' }]) });
    await complete(withVariable(''));
    expect(await told()).toMatchObject([
      {
        code: 'unplanned.setting',
        problem: expect.stringMatching(/API_KEY that the candidate's manifests set it in production$/),
      },
    ]);
  });
});

describe('what the calendar says', () => {
  test.each([
    ['seven days before', -7, []],
    ['six days before', -6, ['time.cab-lead']],
    ['a day after', 1, ['time.window-ahead', 'time.cab-lead']],
  ])('%s the window', async (_when, days, codes) => {
    await complete();
    const window = (await ground.store.load(ID)).spec.window;
    expect(window.start).toBe('2026-12-03T14:00');
    // Noon in New York on that day.
    const now = Date.UTC(2026, 11, 3, 17) + days * DAY;
    expect((await findings(now)).map((finding) => finding.code).sort()).toEqual([...codes].sort());
  });
});
