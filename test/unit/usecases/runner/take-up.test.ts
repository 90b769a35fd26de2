import { afterEach, describe, expect, it } from 'vitest';
import { RelctlError } from '../../../../src/errors.ts';
import type { RunState } from '../../../../src/ports/runner.ts';
import type { Context } from '../../../../src/usecases/release/context.ts';
import { openRelease } from '../../../../src/usecases/release/open.ts';
import { takeUp } from '../../../../src/usecases/runner/take-up.ts';
import { type Company, deadRuns, openCompany, refusal } from '../../../support/company.ts';
import { OPERATOR, toProduction, walkTo } from '../../../support/company-walk.ts';
import { dyingStore, Killed } from '../../../support/dying-store.ts';

const MACHINE = 'releases@example.com';

let company: Company;
afterEach(() => company.close());

async function ready(deadRuns: 'page' | 'resume'): Promise<void> {
  const policy = (text: string) =>
    text.replace('deadRuns: page', `deadRuns: ${deadRuns}`).replace('machines: []', `machines: [${MACHINE}]`);
  company = await openCompany({ shape: { policy } });
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

/** A deployment whose process dies during the bake. */
async function die(): Promise<void> {
  const dying = { store: dyingStore(company.store, 'canary.judged', 'before'), runs: deadRuns(company) };
  await expect(toProduction(company, {}, dying)).rejects.toBeInstanceOf(Killed);
}

let tries = 0;
/** What the schedule gives, as the machine. */
function look(replaced: Partial<Context> = {}, goOn?: () => Promise<never>) {
  const context = company.as(MACHINE, replaced);
  return takeUp(context, company.id, () => {
    tries += 1;
    return goOn?.() ?? toProduction(company, { mode: 'resume' }, { actor: MACHINE, ...replaced });
  });
}

const calls = () =>
  company.sandbox
    .outbox()
    .filter(({ topic }) => topic === 'release.unattended')
    .map(({ text }) => text);

describe('a deployment whose process is dead', () => {
  it('stands, and people are called once, where the policy says so', async () => {
    await ready('page');
    await die();
    tries = 0;
    expect(await look()).toMatchObject({ result: 'pending' });
    expect(calls()).toEqual([
      expect.stringMatching(/^PAGE: .* nobody works on it\. .* is dead; .* relctl deploy \S+ --resume$/),
    ]);
    expect(await look()).toMatchObject({ result: 'pending', headline: expect.stringContaining('people were called') });
    expect(calls()).toHaveLength(1);
    expect([tries, (await company.state()).phase]).toEqual([0, 'canary']);
  });

  it('goes on as it was begun where the policy says so, to the verdict and beyond', async () => {
    await ready('resume');
    await die();
    expect(await look()).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    expect(calls()).toEqual([]);
    const resumed = (await company.plan()).events.find(({ type }) => type === 'deploy.resumed');
    expect(resumed?.actor).toBe(MACHINE);
  });

  it('that cannot go on is told of, with why, and is not tried for ever', async () => {
    await ready('resume');
    await die();
    tries = 0;
    const cannot = () => Promise.reject(new RelctlError('gate.refused', 'the window is over'));
    expect(await refusal(look({}, cannot))).toMatchObject({ code: 'gate.refused' });
    expect(calls()).toEqual([expect.stringContaining('It was taken up, and stands: the window is over.')]);
    expect(await look({}, cannot)).toMatchObject({ result: 'pending' });
    expect([tries, calls().length]).toEqual([1, 1]);
  });

  it('goes on after a pod that was itself asked to end, without a call', async () => {
    await ready('resume');
    await die();
    const ending = new AbortController();
    const interruption = { signal: ending.signal, clear: () => undefined };
    const asked = () => {
      ending.abort();
      return Promise.reject(new RelctlError('answer.interrupted', 'this run was asked to end'));
    };
    expect(await refusal(look({ interruption }, asked))).toMatchObject({ code: 'answer.interrupted' });
    expect(calls()).toEqual([]);
    expect(await look()).toMatchObject({ data: { phase: 'deployed' } });
  });
});

it('is told of though a run of a forge waits under its name, which anybody who may push can start', async () => {
  await ready('resume');
  await die();
  const { config } = company.as(MACHINE);
  const runner = { github: {} } as unknown as Context['config']['runner'];
  const state = {
    phase: 'waiting',
    reason: 'waiting',
    detail: 'waits for an approval of its environment',
    stuck: false,
  } as const;
  const run = { title: 'github run x', key: 'x', askedBy: undefined, state, look: 'https://forge.example/7' };
  const runners = (() => ({ isHearsay: true, find: async () => run })) as unknown as Context['runners'];
  expect(await look({ config: { ...config, runner }, runners })).toMatchObject({ data: { act: 'called' } });
  expect(calls()).toEqual([expect.stringContaining('github run x, waits: waits for an approval')]);
  expect(await look({ config: { ...config, runner }, runners })).toMatchObject({ data: { act: 'called' } });
  expect(calls()).toHaveLength(1);
});

describe('left alone is', () => {
  it('a release that somebody works on: a process, or a Job that works or waits for its next pod', async () => {
    await ready('resume');
    await die();
    const { runs, config } = company.as(MACHINE);
    expect(await look({ runs: { ...runs, liveness: async () => 'alive' as const } })).toMatchObject({
      data: { act: 'left' },
    });
    const states: readonly RunState[] = [
      { phase: 'running', detail: 'pod a', worker: 'a' },
      { phase: 'waiting', reason: 'NoPod', detail: 'no pod yet', stuck: false },
    ];
    const runner = { kubernetes: {} } as unknown as Context['config']['runner'];
    for (const state of states) {
      const run = { title: 'Job relctl/x', key: 'x', askedBy: OPERATOR, state, look: 'kubectl' };
      const runners = (() => ({ find: async () => run })) as unknown as Context['runners'];
      const outcome = await look({ config: { ...config, runner }, runners });
      expect(outcome).toMatchObject({ data: { act: 'left' }, headline: expect.stringContaining('Job relctl/x') });
    }
  });

  it('a canary that was to stop at its verdict, and did, though nobody sat there', async () => {
    await ready('resume');
    await toProduction(company, { mode: 'canary' }, { actor: MACHINE });
    expect(await look()).toMatchObject({ data: { act: 'left' }, headline: expect.stringContaining('holds it') });
  });

  it('what a person holds, and not what a machine held, which nobody saw', async () => {
    await ready('page');
    await die();
    for (const [actor, act] of [
      [OPERATOR, 'left'],
      [MACHINE, 'called'],
    ] as const) {
      const { journal } = await openRelease(company.as(actor), company.id);
      await journal.record('canary.held', { attempt: 1, reason: `interrupted by ${actor}` });
      expect(await look(), actor).toMatchObject({ data: { act } });
    }
  });
});
