import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { foldState } from '../../../../../src/domain/history/fold.ts';
import type { EventData, EventType } from '../../../../../src/plan/events.ts';
import type { Notifier } from '../../../../../src/ports/notifier.ts';
import { plan } from '../../../../../src/usecases/plan.ts';
import { reopen } from '../../../../../src/usecases/planning/revise/reopen.ts';
import { subjectOf } from '../../../../../src/usecases/release/subject.ts';
import {
  branch,
  copyOf,
  NO_FLAGS,
  type PlanningGround,
  planningGround,
  WINDOW,
} from '../../../../support/planning-ground.ts';
import { newEvent, PEOPLE } from '../../../../support/sample-plan.ts';

const ID = '2026-12-wallet';
/** No channel wants a message. */
const NOBODY: Notifier = { channelsFor: () => [], send: async () => undefined };
let original: PlanningGround;
let ground: PlanningGround;
beforeAll(async () => {
  original = await planningGround();
  ground = original;
  branch(ground.git, 'feature/wallet', { 'services/api/src/wallet.js': '1\n' });
  await plan(ground.context(), ID, { ...NO_FLAGS, feature: 'Wallet', branches: ['feature/wallet'], window: WINDOW });
});
beforeEach(async () => {
  ground = await copyOf(original);
});
afterAll(() => original.remove());
afterEach(() => ground.remove());

const load = () => ground.store.load(ID);
const phase = async () => foldState((await load()).events).phase;

async function record<T extends EventType>(type: T, data: EventData<T>): Promise<void> {
  await ground.store.append(await load(), [newEvent(type, data, { at: '2026-11-04T10:00:00.000Z' })]);
}

async function submitted(decision?: 'go' | 'no-go'): Promise<void> {
  await record('cab.submitted', { ...subjectOf(await load()), round: 1 });
  if (decision !== undefined) await record('cab.decided', { round: 1, decision, go: 2, noGo: 0, quorum: 2 });
}

async function inProduction(): Promise<void> {
  await submitted('go');
  await record('deploy.started', {
    ...subjectOf(await load()),
    attempt: 1,
    fence: 1,
    strategy: 'shared-service',
    clusters: {},
    steps: [],
    images: {},
  });
}

describe('a release is a draft again', () => {
  test.each([
    ['submitted', () => submitted()],
    ['approved', () => submitted('go')],
    ['no-go', () => submitted('no-go')],
    [
      'rolled-back',
      async () => {
        await inProduction();
        await record('rollback.completed', { attempt: 1, verified: 'empty diff' });
      },
    ],
    [
      'aborted',
      async () => {
        await inProduction();
        await record('deploy.aborted', { attempt: 1, reason: 'no' });
        await record('rollback.completed', { attempt: 1, verified: 'empty diff' });
      },
    ],
  ])('from %s, with the reason in its history', async (before, lead) => {
    await lead();
    expect(await phase()).toBe(before);
    const outcome = await reopen(ground.context({ notifier: NOBODY }), ID, 'another candidate');
    expect(outcome).toMatchObject({ result: 'done', data: { before, phase: 'draft', reason: 'another candidate' } });
    const { events } = await load();
    expect(events.findLast((event) => event.type === 'plan.reopened')).toMatchObject({
      actor: PEOPLE.rdLead,
      data: { ...subjectOf(await load()), reason: 'another candidate' },
    });
    // People are told of what they still count on.
    const told = events.some((event) => event.type === 'notification.queued' && event.data.topic === 'plan.reopened');
    expect(told).toBe(['submitted', 'approved'].includes(before));
    // And can be changed.
    await plan(ground.context(), ID, { ...NO_FLAGS, window: '2026-12-10T09:00/12:00' });
    expect((await load()).spec.window.start).toBe('2026-12-10T09:00');
  });

  test('when the Product Manager asks for it', async () => {
    await submitted();
    await reopen(ground.context({ notifier: NOBODY, actor: PEOPLE.productManager }), ID, 'another branch');
    expect(await phase()).toBe('draft');
  });
});

describe('a release stays what it is', () => {
  const refused = (gate: string, command: string) => ({
    code: 'gate.refused',
    exitCode: 4,
    data: { refusals: [{ gate, command }] },
  });

  test('as a draft', async () => {
    await expect(reopen(ground.context(), ID, 'x')).rejects.toMatchObject(refused('phase.order', `relctl plan ${ID}`));
  });

  test('in production', async () => {
    await inProduction();
    await expect(reopen(ground.context(), ID, 'x')).rejects.toMatchObject(
      refused('phase.order', `relctl status ${ID}`),
    );
    expect(await phase()).toBe('canary');
  });

  test('after production', async () => {
    await inProduction();
    await record('deploy.completed', { attempt: 1, images: {} });
    await expect(reopen(ground.context(), ID, 'x')).rejects.toMatchObject(
      refused('phase.order', 'relctl plan <new id>'),
    );
  });

  test('for anybody else', async () => {
    await submitted();
    await expect(reopen(ground.context({ actor: 'olga@example.com' }), ID, 'x')).rejects.toMatchObject(
      refused('role.allowed', `relctl plan ${ID} --reopen "<reason>"`),
    );
    expect(await phase()).toBe('submitted');
  });
});
