import { afterEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../../src/usecases/release/context.ts';
import { status } from '../../../../src/usecases/status.ts';
import { type Company, type CompanyOptions, deadRuns, openCompany, refusal } from '../../../support/company.ts';
import { OPERATOR, toProduction, undo, walkTo } from '../../../support/company-walk.ts';
import { dyingStore, Killed } from '../../../support/dying-store.ts';
import { recordingEnvironments } from '../../../support/recording-environments.ts';

let company: Company;
afterEach(() => company.close());

const UP = 'migrate:add-wallet-table';

async function openReady(options?: CompanyOptions): Promise<void> {
  company = await openCompany(options);
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

function kill(event: string, when: 'before' | 'after'): Partial<Context> {
  return { store: dyingStore(company.store, event, when), runs: deadRuns(company) };
}

const jobsMade = (writes: readonly string[]) => writes.filter((write) => write.startsWith('create Job/'));

/** What cleans up finished Jobs has been there. */
async function cleanUp(): Promise<void> {
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 5 * 60_000);
  const cluster = company.sandbox.cluster('production');
  for (const { metadata } of await cluster.list({ apiVersion: 'batch/v1', kind: 'Job' })) {
    const ref = { apiVersion: 'batch/v1', kind: 'Job', name: metadata.name };
    await cluster.remove(ref, { resourceVersion: metadata.resourceVersion ?? '' });
  }
}

describe('a migration whose Job is gone before anybody read how it ended', () => {
  const ID = 'add-wallet-table';
  async function lose(): Promise<ReturnType<typeof recordingEnvironments>> {
    await openReady();
    const recording = recordingEnvironments(company.sandbox);
    const killed = { environments: recording.environments, ...kill('step.completed job:*', 'before') };
    await expect(toProduction(company, {}, killed)).rejects.toThrow(Killed);
    await cleanUp();
    return recording;
  }

  it('may have run: resuming stops for a person, with both ways out, and runs nothing', async () => {
    const { environments, writes } = await lose();
    const error = await refusal(toProduction(company, { mode: 'resume' }, { environments }));
    expect(error).toMatchObject({ code: 'migration.unknown', exitCode: 8 });
    expect(error.hints.join('\n')).toMatch(/--ran add-wallet-table[\s\S]*--not-run add-wallet-table/);
    expect(jobsMade(writes)).toHaveLength(1);
  });

  it('has run, says a person: the deployment goes on and does not run it again', async () => {
    const { environments, writes } = await lose();
    const out = await toProduction(company, { mode: 'resume', found: { ran: [ID] } }, { environments });
    expect(out).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    expect(jobsMade(writes)).toHaveLength(1);
  });

  it('has not, says a person: it is run', async () => {
    const { environments, writes } = await lose();
    const out = await toProduction(company, { mode: 'resume', found: { notRun: [ID] } }, { environments });
    expect(out).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    expect(jobsMade(writes)).toHaveLength(2);
  });

  it('stops a rollback as well, which then undoes what has run and leaves what has not', async () => {
    const { environments } = await lose();
    expect((await refusal(toProduction(company, { mode: 'abort' }, { environments }))).code).toBe('migration.unknown');
    const outcome = await undo(company, { found: { ran: [ID] } });
    expect(outcome).toMatchObject({ result: 'done', data: { phase: 'aborted' } });
    const undone = (await company.state()).deployment?.steps.get('undo:migrations');
    expect(undone?.data?.detail).toBe(`undone: ${ID}`);
  });

  it('leaves a history that holds where its Job was never let run and the release is taken back', async () => {
    await openReady();
    await expect(toProduction(company, {}, kill('step.intended job:*', 'before'))).rejects.toThrow(Killed);
    expect(await toProduction(company, { mode: 'abort' })).toMatchObject({ data: { phase: 'aborted' } });
    expect((await company.plan()).events.at(-1)).toBeDefined();
  });

  it.each([
    ['resume', 'deployed', 1],
    ['abort', 'aborted', 2],
  ] as const)('is in no doubt where its end was read before: %s ends as %s', async (mode, phase, jobs) => {
    await openReady();
    const before = await company.production();
    const { environments, writes } = recordingEnvironments(company.sandbox);
    const killed = { environments, ...kill(`step.completed ${UP}`, 'before') };
    await expect(toProduction(company, {}, killed)).rejects.toThrow(Killed);
    await cleanUp();
    expect(await toProduction(company, { mode }, { environments })).toMatchObject({ result: 'done', data: { phase } });
    // The migration once; and what undoes it, once.
    expect(jobsMade(writes)).toHaveLength(jobs);
    if (mode === 'abort') expect(await company.production()).toEqual(before);
  });

  it('is in no doubt where the Job was never let run', async () => {
    await openReady();
    const { environments, writes } = recordingEnvironments(company.sandbox);
    const killed = { environments, ...kill('step.intended job:*', 'before') };
    await expect(toProduction(company, {}, killed)).rejects.toThrow(Killed);
    await cleanUp();
    const out = await toProduction(company, { mode: 'resume' }, { environments });
    expect(out).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    expect(jobsMade(writes)).toHaveLength(2);
  });
});

describe('a reversible migration', () => {
  it('is undone once when its rollback is killed after that and given again', async () => {
    await openReady();
    const before = await company.production();
    const { environments, writes } = recordingEnvironments(company.sandbox);
    const abort = (replaced: Partial<Context>) =>
      toProduction(company, { mode: 'abort' }, { environments, ...replaced });
    await expect(toProduction(company, {}, { environments, ...kill('canary.judged', 'before') })).rejects.toThrow(
      Killed,
    );
    for (const event of ['step.completed undo:verify', 'rollback.completed']) {
      await expect(abort(kill(event, 'before'))).rejects.toThrow(Killed);
    }
    await abort({});
    // One Job up, one down: whatever was killed and given again.
    expect(jobsMade(writes)).toHaveLength(2);
    expect((await company.state()).phase).toBe('aborted');
    expect(await company.production()).toEqual(before);
  });

  it('that was at work when its run was killed is waited for, and undone', async () => {
    await openReady();
    await expect(toProduction(company, {}, kill(`step.completed ${UP}`, 'before'))).rejects.toThrow(Killed);
    const { environments, writes } = recordingEnvironments(company.sandbox);
    const outcome = await toProduction(company, { mode: 'abort' }, { environments });
    expect(outcome).toMatchObject({ data: { phase: 'aborted' } });
    expect(jobsMade(writes)).toHaveLength(1);
    const undone = (await company.state()).deployment?.steps.get('undo:migrations');
    expect(undone?.data?.detail).toBe('undone: add-wallet-table');
  });

  it('whose undoing fails leaves the rollback unfinished, which goes through once it can', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    const before = await company.production();
    await company.advanceToWindow();
    await toProduction(company);
    company.sandbox.faults.set('migration-failing', true);
    expect((await refusal(undo(company))).code).toBe('migration.failed');
    expect(await company.state()).toMatchObject({ phase: 'deployed', deployment: { result: 'rolling-back' } });
    company.sandbox.faults.set('migration-failing', false);
    expect(await undo(company)).toMatchObject({ result: 'done', data: { phase: 'rolled-back' } });
    expect(await company.production()).toEqual(before);
  });
});

describe('a migration past its point of no return', () => {
  const withoutReturn: CompanyOptions = {
    plan: ({ spec }) => {
      for (const migration of spec.migrations ?? []) {
        Object.assign(migration, { reversible: false, pointOfNoReturn: true });
        delete migration.down;
      }
    },
  };

  it('freezes a bad release instead of rolling it back: nothing is changed, and people are called', async () => {
    await openReady(withoutReturn);
    company.sandbox.faults.set('canary-errors', true);
    const outcome = await toProduction(company);
    expect(outcome).toMatchObject({ result: 'failed', data: { phase: 'frozen', code: 'canary.failed' } });
    const cluster = company.sandbox.cluster('production');
    expect(await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web-canary' })).toBeDefined();
    const page = company.sandbox.outbox().find((message) => message.topic === 'release.frozen');
    expect(page?.text).toMatch(/^PAGE: .* Look now: relctl status /);
    expect((await status(company.as(OPERATOR), company.id)).data.next).toMatchObject([
      { command: `relctl rollback ${company.id}` },
    ]);
  });

  it('is only rolled back past when a person says so', async () => {
    await openReady(withoutReturn);
    const before = await company.production();
    company.sandbox.faults.set('canary-errors', true);
    await toProduction(company);
    expect(await undo(company)).toMatchObject({ result: 'failed', data: { phase: 'frozen' } });
    const outcome = await undo(company, { pastPointOfNoReturn: true });
    expect(outcome).toMatchObject({ result: 'done', data: { phase: 'rolled-back' } });
    expect((await company.state()).deployment?.steps.get('undo:migrations')?.data?.detail).toBe(
      'not reversible, left as they are: add-wallet-table',
    );
    expect(await company.production()).toEqual(before);
  });
});
