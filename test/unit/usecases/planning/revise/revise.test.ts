import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { foldState } from '../../../../../src/domain/history/fold.ts';
import type { EventData, EventType } from '../../../../../src/plan/events.ts';
import { plan } from '../../../../../src/usecases/plan.ts';
import type { PlanOptions } from '../../../../../src/usecases/planning/ask/options.ts';
import { checkRelease } from '../../../../../src/usecases/planning/check/check-release.ts';
import { subjectOf } from '../../../../../src/usecases/release/subject.ts';
import { refusal } from '../../../../support/company.ts';
import {
  branch,
  copyOf,
  goOn,
  manifest,
  NO_FLAGS,
  type PlanningGround,
  planningGround,
  WINDOW,
} from '../../../../support/planning-ground.ts';
import { newEvent, PEOPLE } from '../../../../support/sample-plan.ts';

const ID = '2026-12-wallet';
let original: PlanningGround;
let ground: PlanningGround;
beforeAll(async () => {
  original = await planningGround();
  ground = original;
  branch(ground.git, 'feature/wallet', {
    'services/api/src/wallet.js': 'export const key = process.env.WALLET_KEY;\n',
    'deploy/production/api.yaml': manifest('api', { version: '4.2.0' }),
  });
  await give({ feature: 'Wallet', branches: ['feature/wallet'], window: WINDOW });
});
beforeEach(async () => {
  ground = await copyOf(original);
});
afterAll(() => original.remove());
afterEach(() => ground.remove());

/** Gives `relctl plan` with flags. */
function give(flags: Partial<PlanOptions> = {}, replaced = {}) {
  return plan(ground.context(replaced), ID, { ...NO_FLAGS, ...flags });
}

const load = () => ground.store.load(ID);

/** Changes the text of the plan, as a person does in an editor. */
async function edit(change: (head: string) => string): Promise<string> {
  const before = await load();
  const head = change(before.head);
  expect(head).not.toBe(before.head);
  return (await ground.store.rewrite(before, head)).head;
}

async function record<T extends EventType>(type: T, data: EventData<T>, actor: string = PEOPLE.rdLead): Promise<void> {
  await ground.store.append(await load(), [newEvent(type, data, { at: '2026-11-04T10:00:00.000Z', actor })]);
}

/** Lines that the first text has and the second has not. */
function lost(before: string, after: string): string[] {
  const kept = after.split('\n');
  return before.split('\n').filter((line) => !kept.includes(line));
}

describe('a draft that is planned again', () => {
  test('without anything new is left as it is, byte for byte, and nothing is recorded', async () => {
    const before = await ground.text(ID);
    const outcome = await give();
    expect(outcome.data).toMatchObject({ created: false, added: [], stale: [] });
    expect(await ground.text(ID)).toBe(before);
  });

  test('answers with all that the check finds, be it in the file, in git or in the manifests', async () => {
    await edit((text) => text.replace(/image: (\S+api):\S+/, 'image: $1:9.9.9'));
    const outcome = await give();
    const { findings } = outcome.data as { findings: readonly { code: string; severity: string; problem: string }[] };
    const checked = (await refusal(checkRelease(ground.context({}), ID))).data?.findings;
    expect(findings).toEqual(checked);
    expect(findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['plan.unwritten', 'stale.image']));
    // What is stale is said once.
    const said = JSON.stringify(outcome.blocks);
    for (const { code, problem } of findings) {
      const times = said.split(JSON.stringify(problem).slice(1, -1)).length - 1;
      if (code === 'stale.image') expect(times).toBe(1);
      else expect(times).toBeGreaterThan(0);
    }
  });

  test('gets what its candidate brings anew, and loses no line that a person wrote', async () => {
    const head = await edit((text) =>
      text
        .replace(/change: .*/, 'change: Pays with a wallet # agreed with Priya')
        .replace(/summary: .*/, 'summary: Shoppers pay with a wallet')
        .replace('objective: 99.9%', 'objective: 99.7% # as in the contract')
        .replace('environmentVariables:', 'environmentVariables: # Ravi: ask Olga about the vault'),
    );
    goOn(ground.git, 'feature/wallet', {
      'services/api/src/more.js': 'export const mode = process.env.WALLET_MODE;\n',
      'services/web/src/wallet.js': 'export const wallet = 1;\n',
      'deploy/production/web.yaml': manifest('web', { version: '4.2.0' }),
    });
    const outcome = await give({ branches: ['feature/wallet'] });
    const after = await load();
    expect(after.spec.environmentVariables.map((one) => one.name)).toEqual(['WALLET_KEY', 'WALLET_MODE']);
    expect(after.spec.services.map((one) => one.name)).toEqual(['api', 'web']);
    expect(after.spec.slos.map((one) => one.service)).toEqual(['api', 'api', 'web', 'web']);
    // The candidate is another commit, at another head: these two lines are what was asked for.
    expect(lost(head, after.head).map((line) => line.trim().split(':')[0])).toEqual(['commit', 'head']);
    expect(after.spec.candidate.commit).toBe(ground.git.git('rev-parse', `release/${ID}`));
    expect(outcome.data.added).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'variable', name: 'WALLET_MODE', detail: 'services/api/src/more.js:1' }),
        expect.objectContaining({ kind: 'service', name: 'web' }),
      ]),
    );
  });

  test('gets the Secrets and ConfigMaps that its manifests came to read from, and what stood open of its variables', async () => {
    const from = (kind: 'secretKeyRef' | 'configMapKeyRef', name: string) => [
      { name: 'WALLET_KEY', valueFrom: { [kind]: { name, key: 'key' } } },
    ];
    goOn(ground.git, 'feature/wallet', {
      'deploy/staging/api.yaml': manifest('api', { version: '4.2.0', env: from('configMapKeyRef', 'api-test') }),
      'deploy/production/api.yaml': manifest('api', { version: '4.2.0', env: from('secretKeyRef', 'api-wallet') }),
    });
    const outcome = await give({ branches: ['feature/wallet'] });
    const { spec } = await load();
    expect(spec.environmentVariables).toMatchObject([
      { name: 'WALLET_KEY', secret: true, source: 'Secret api-wallet', setIn: ['staging', 'production'] },
    ]);
    expect(spec.resources.map(({ name, environment, object }) => [name, environment, object?.kind])).toEqual([
      ['ConfigMap api-test', 'staging', 'ConfigMap'],
      ['Secret api-wallet', 'production', 'Secret'],
    ]);
    expect(outcome.data.added).toEqual([
      {
        kind: 'variable',
        name: 'WALLET_KEY',
        detail: "the candidate's manifests set it in staging and production; it comes from Secret api-wallet",
      },
      { kind: 'resource', name: 'ConfigMap api-test (staging)', detail: 'holds WALLET_KEY' },
      { kind: 'resource', name: 'Secret api-wallet (production)', detail: 'holds WALLET_KEY' },
    ]);
  });

  test('keeps where a person says that a variable comes from, and what a person calls a resource', async () => {
    await edit((text) =>
      text
        .replace(/source: "TO BE WRITTEN.*"/, 'source: vault kv/wallet # Olga')
        .replace(
          'resources: []',
          'resources: [{ name: the key, environment: production, object: { apiVersion: v1, kind: Secret, name: api-wallet } }]',
        ),
    );
    const env = [{ name: 'WALLET_KEY', valueFrom: { secretKeyRef: { name: 'api-wallet', key: 'key' } } }];
    goOn(ground.git, 'feature/wallet', {
      'deploy/production/api.yaml': manifest('api', { version: '4.2.0', env }),
    });
    await give({ branches: ['feature/wallet'] });
    const { spec, head } = await load();
    expect(head).toContain('source: vault kv/wallet # Olga');
    expect(spec.environmentVariables).toMatchObject([{ source: 'vault kv/wallet', setIn: ['production'] }]);
    expect(spec.resources.map((one) => one.name)).toEqual(['the key']);
  });

  test('is told what it says and the difference does not show, and keeps it', async () => {
    await edit((text) =>
      text
        .replace('- name: WALLET_KEY', '- name: WALLET_SECRET')
        .replace('shop/api:4.2.0', 'shop/api:4.2.1')
        .replace('alerts: []', 'alerts: [{ name: SomebodyElses }]'),
    );
    const outcome = await give();
    expect(outcome.data.stale).toEqual([
      { kind: 'variable', name: 'WALLET_SECRET', detail: 'in the plan, but not in the difference' },
      { kind: 'alert', name: 'SomebodyElses', detail: 'in the plan, but not in the difference' },
      {
        kind: 'image',
        name: 'api',
        detail:
          "the plan ships registry.example.com/shop/api:4.2.1; the candidate's production manifest says registry.example.com/shop/api:4.2.0",
      },
    ]);
    const after = await load();
    expect(after.spec.environmentVariables.map((one) => one.name)).toEqual(['WALLET_SECRET', 'WALLET_KEY']);
    expect(after.spec.services[0]?.image).toBe('registry.example.com/shop/api:4.2.1');
  });

  test('is told that a branch has moved, with the command that builds the candidate anew', async () => {
    goOn(ground.git, 'feature/wallet', { 'services/api/src/more.js': '1\n' });
    const before = await load();
    const outcome = await give();
    expect(outcome.data.stale).toMatchObject([{ kind: 'branch', name: 'feature/wallet' }]);
    expect(JSON.stringify(outcome.blocks)).toContain(`relctl plan ${ID} --branch feature/wallet`);
    expect((await load()).spec.candidate).toEqual(before.spec.candidate);
  });

  test('whose candidate and image are set anew is not stale any more, and no command is offered that was just given', async () => {
    goOn(ground.git, 'feature/wallet', {
      'services/api/src/more.js': '1\n',
      'deploy/production/api.yaml': manifest('api', { version: '4.2.1' }),
    });
    const flags = { branches: ['feature/wallet'], images: ['api=registry.example.com/shop/api:4.2.1'] };
    const outcome = await give(flags);
    expect(outcome.data.stale).toEqual([]);
    expect(outcome.headline).not.toContain('stale');
    expect(JSON.stringify(outcome.blocks)).not.toContain('--branch feature/wallet');
    expect((await load()).spec.candidate.commit).toBe(ground.git.git('rev-parse', `release/${ID}`));
  });

  test('that was never recorded, because a process died, is recorded now', async () => {
    const { head } = await load();
    ground.remove();
    ground = await planningGround();
    branch(ground.git, 'feature/wallet', {
      'services/api/src/wallet.js': 'export const key = process.env.WALLET_KEY;\n',
      'deploy/production/api.yaml': manifest('api', { version: '4.2.0' }),
    });
    ground.git.git('branch', `release/${ID}`, 'feature/wallet');
    const commit = ground.git.git('rev-parse', `release/${ID}`);
    await ground.store.create(ID, head.replace(/commit: \w{40}/, `commit: ${commit}`));
    await give();
    expect((await load()).events.map((event) => event.type)).toEqual(['plan.created']);
  });
});

describe('a flag changes its own field', () => {
  test('--window: three values, nothing else, and the change has its author', async () => {
    const before = await load();
    const outcome = await give(
      { window: '2026-12-10T09:00/12:00', timeZone: 'Europe/Berlin' },
      { actor: 'rita@example.com' },
    );
    const after = await load();
    expect(after.spec.window).toEqual({
      start: '2026-12-10T09:00',
      end: '2026-12-10T12:00',
      timeZone: 'Europe/Berlin',
    });
    expect(lost(before.head, after.head)).toHaveLength(3);
    expect(outcome.headline).toBe(`${ID}: window set`);
    expect(after.events.map((event) => [event.type, event.actor])).toEqual([
      ['plan.created', PEOPLE.rdLead],
      ['plan.revised', 'rita@example.com'],
    ]);
    // So she can no longer approve it.
    expect(foldState(after.events).authors).toContain('rita@example.com');
  });

  test('--time-zone alone keeps the wall-clock times', async () => {
    await give({ timeZone: 'UTC' });
    expect((await load()).spec.window).toEqual({ start: '2026-12-03T14:00', end: '2026-12-03T18:00', timeZone: 'UTC' });
  });

  test('--image: of a service that ships, and of one that shall ship too', async () => {
    await give({ images: ['api=r.example.com/api:5', 'web=r.example.com/web:5'] });
    expect((await load()).spec.services.map(({ name, image }) => `${name} ${image}`)).toEqual([
      'api r.example.com/api:5',
      'web r.example.com/web:5',
    ]);
  });

  test('--cab and the other roles', async () => {
    const owners = { ...NO_FLAGS.owners, cab: ['c@example.com'], rdLead: 'rita@example.com' };
    await give({ owners });
    expect((await load()).spec.owners).toEqual({
      ...PEOPLE,
      cab: ['c@example.com'],
      rdLead: 'rita@example.com',
      informed: ['marketing'],
    });
  });

  test('--branch: another selection, keeping what stands beside the branches that stay', async () => {
    branch(ground.git, 'feature/banner', { 'services/web/src/banner.js': '1\n' });
    await edit((text) => text.replace('- name: feature/wallet', '- name: feature/wallet # Priya wants it'));
    await give({ branches: ['feature/wallet', 'feature/banner'] });
    expect((await load()).spec.candidate.branches.map((one) => one.name)).toEqual(['feature/wallet', 'feature/banner']);
    expect((await load()).head).toContain('- name: feature/wallet # Priya wants it');
    await give({ branches: ['feature/banner'] });
    expect((await load()).spec.candidate.branches.map((one) => one.name)).toEqual(['feature/banner']);
  });

  test('to what it is already changes nothing', async () => {
    const before = await ground.text(ID);
    await give({ window: WINDOW, feature: 'Wallet', branches: ['feature/wallet'] });
    expect(await ground.text(ID)).toBe(before);
  });

  test('with a value that is none is refused, and nothing is written', async () => {
    const before = await ground.text(ID);
    await expect(give({ window: '2026-12-10' })).rejects.toMatchObject({ code: 'usage.bad-flag' });
    await expect(give({ branches: ['nowhere'] })).rejects.toMatchObject({ code: 'usage.bad-flag' });
    expect(await ground.text(ID)).toBe(before);
  });
});

describe('a plan that is no draft', () => {
  const go = { go: 2, noGo: 0, quorum: 2, round: 1, decision: 'go' as const };

  test('is not changed: the way back to a draft is named', async () => {
    await record('cab.submitted', { ...subjectOf(await load()), round: 1 });
    for (const flags of [{}, { window: '2026-12-10T09:00/12:00' }]) {
      await expect(give(flags)).rejects.toMatchObject({
        code: 'gate.refused',
        exitCode: 4,
        data: { refusals: [{ gate: 'phase.order', command: `relctl plan ${ID} --reopen "<reason>"` }] },
      });
    }
  });

  test('is not changed in production, and no way back is offered there', async () => {
    await record('cab.submitted', { ...subjectOf(await load()), round: 1 });
    await record('cab.decided', go);
    await record('deploy.started', {
      ...subjectOf(await load()),
      attempt: 1,
      fence: 1,
      strategy: 'shared-service',
      clusters: {},
      steps: [],
      images: {},
    });
    await expect(give()).rejects.toMatchObject({
      code: 'gate.refused',
      data: { refusals: [{ gate: 'phase.order', command: `relctl status ${ID}` }] },
    });
  });
});
