import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/plan/events.ts';
import { auditRelease } from '../../src/usecases/audit/one.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, toProduction, undo, walkTo } from '../support/company-walk.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, SIGNERS_FILE, type SignedCompany } from '../support/signed-company.ts';

/**
 * What becomes of a database rests on what was recorded of its migrations. Whoever may push writes that they were undone, or were never run, and
 * nobody believes it: a signature says so, or the cluster, or a person.
 */
let company: SignedCompany;
afterEach(() => company.close());

const events = async (): Promise<readonly RecordedEvent[]> => (await company.plan()).events;
const commit = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');
const downs = () =>
  readdirSync(join(company.git.root, 'releases', company.id)).filter((one) => one.endsWith('-down.log'));
const unsigned = (type: string, step: string, more: object): Written => ({
  actor: OPERATOR,
  type,
  data: { attempt: 1, step, ...more },
});
const undone = [
  unsigned('step.intended', 'undo:migrations', { fence: 1 }),
  unsigned('step.completed', 'undo:migrations', { detail: 'undone: add-wallet-table' }),
];
/** Says of what was signed as done that it never ran. */
const notRun = (all: readonly Written[]) =>
  all
    .map(({ type, data }) => ({ type, step: (data as { readonly step?: string }).step ?? '' }))
    .filter(({ type, step }) => type === 'step.completed' && /^(job|migrate):/.test(step))
    .map(({ step }) => unsigned('step.failed', step, { code: 'not-run', reason: 'never let run' }));
const last = async () => (await events()).findLast((one) => one.type === 'rollback.completed');

async function inProduction(mode: 'full' | 'canary') {
  company = await openSignedCompany();
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  commit();
  await toProduction(company, { mode });
  commit();
}

/** Finished Jobs are cleaned up by others. */
async function removeJobs() {
  const cluster = company.sandbox.cluster('production');
  for (const { metadata } of await cluster.list({ apiVersion: 'batch/v1', kind: 'Job' })) {
    const { name, resourceVersion = '' } = metadata;
    await cluster.remove({ apiVersion: 'batch/v1', kind: 'Job', name }, { resourceVersion });
  }
}

describe('a rollback of what was deployed undoes the migration once', () => {
  it.each([
    ['whoever wrote that it was undone', () => undone],
    ['whoever wrote that it never ran', notRun],
  ])('%s', async (_, forged) => {
    await inProduction('full');
    await forge(company, (all) => [...all, ...forged(all)]);
    commit();
    await undo(company);
    expect(downs()).toHaveLength(1);
    // Steps after the end of a deployment: the record says that it is in doubt.
    expect((await last())?.data.verified).toContain('the record is in doubt');
  });
});

it('a rollback while the keys do not read believes no signature: a person is asked', async () => {
  await inProduction('full');
  const { signature } = ((await events()).find((one) => 'signature' in one.data)?.data ?? {}) as { signature?: object };
  const junk = undone.map(({ data, ...one }) => ({
    ...one,
    data: { ...data, signature: { ...signature, statement: '{}' } },
  }));
  await forge(company, (all) => [...all, undone[0] as Written, junk[1] as Written]);
  commit();
  company.git.git('checkout', '--quiet', 'main');
  company.git.commit({ [SIGNERS_FILE]: 'mallory@example.com ssh-ed25519 AAAA\n' }, 'A broken line');
  company.git.git('checkout', '--quiet', 'train');
  expect((await refusal(undo(company))).code).toBe('migration.unknown');
  await undo(company, { found: { ran: ['add-wallet-table'] } });
  expect(downs()).toHaveLength(1);
  expect((await last())?.data.verified).toContain('no signature of it could be examined');
});

it('an aborted canary too, where nothing is out of order', async () => {
  await inProduction('canary');
  await forge(company, (all) => [...all, ...undone]);
  commit();
  await toProduction(company, { mode: 'abort', reason: 'x' });
  expect(downs()).toHaveLength(1);
  expect(
    (await events()).findLast((one) => one.type === 'step.completed' && one.data.step === 'undo:migrations')?.data,
  ).toHaveProperty('signature');
  expect((await auditRelease(company.as(OPERATOR), company.id)).findings).toEqual([]);
});

it('an abort is signed also where somebody has put an unsigned one there first', async () => {
  await inProduction('canary');
  await forge(company, (all) => [
    ...all,
    { actor: OPERATOR, type: 'deploy.aborted', data: { attempt: 1, reason: 'forged' } },
    { actor: OPERATOR, type: 'rollback.started', data: { attempt: 1, reason: 'forged', fence: 1 } },
  ]);
  await toProduction(company, { mode: 'abort', reason: 'the board says stop' });
  for (const type of ['deploy.aborted', 'rollback.started'] as const) {
    const told = (await events()).filter((one) => one.type === type);
    expect(told.map(({ data }) => 'signature' in data)).toEqual([false, true]);
  }
});

it('whoever went on with a canary ends no hold that they had not seen', async () => {
  await inProduction('canary');
  await toProduction(company, { mode: 'resume' });
  await forge(company, (all) =>
    all.flatMap((one) =>
      one.type === 'deploy.resumed'
        ? [{ ...one, type: 'canary.held', data: { attempt: 1, reason: 'forged' } }, one]
        : [one],
    ),
  );
  const resumed = (await events()).find((one) => one.type === 'deploy.resumed');
  const { findings } = await auditRelease(company.as(OPERATOR), company.id);
  expect(findings).toContainEqual(expect.objectContaining({ code: 'seen-too-early', seq: resumed?.seq }));
});

it('a migration that ran is not let run again by what is written behind it', async () => {
  await inProduction('canary');
  await removeJobs();
  await forge(company, (all) => [...all, ...notRun(all)]);
  commit();
  await toProduction(company, { mode: 'promote' });
  const woken = (await events()).filter((one) => one.type === 'step.intended' && one.data.step.startsWith('job:'));
  expect(woken).toHaveLength(1);
  expect(woken[0]?.data).toHaveProperty('signature');
});

it('a person is asked where what was signed of a migration is gone, and its Job', async () => {
  await inProduction('canary');
  await removeJobs();
  const isOfMigration = ({ data }: Written) => /^(job|migrate):/.test((data as { readonly step?: string }).step ?? '');
  await forge(company, (all) => all.filter((one) => !isOfMigration(one)));
  commit();
  const error = await refusal(undo(company));
  expect(error.code).toBe('migration.unknown');
  expect(error.hints.join('\n')).toMatch(/--ran add-wallet-table[\s\S]*--not-run/);
  expect(await last()).toBeUndefined();
  await undo(company, { found: { ran: ['add-wallet-table'] } });
  expect(downs()).toHaveLength(1);
  expect((await last())?.data.verified).toContain('the record is in doubt');
});
