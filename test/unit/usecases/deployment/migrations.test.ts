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
