import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { jobName } from '../../src/usecases/deployment/job-name.ts';
import { type CompanyOptions, refusal } from '../support/company.ts';
import { OPERATOR, toProduction, undo, walkTo } from '../support/company-walk.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/**
 * Somebody without a key writes that a migration without return was begun. An abort takes the canary out either way, and freezes the release where
 * a signature or the cluster says that it was; where neither does, a person is asked before old code is put back.
 */
let company: SignedCompany;
afterEach(() => company.close());

const ID = 'add-wallet-table';
const commit = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');

const withoutReturn = (when: 'before-canary' | 'after-rollout'): CompanyOptions => ({
  plan: ({ spec }) => {
    for (const migration of spec.migrations ?? []) {
      Object.assign(migration, { reversible: false, pointOfNoReturn: true, when });
      delete migration.down;
    }
  },
});

/** A canary in production. */
async function inCanary(when: 'before-canary' | 'after-rollout') {
  company = await openSignedCompany(withoutReturn(when));
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  commit();
  const before = await company.production();
  await toProduction(company, { mode: 'canary' });
  commit();
  return before;
}

const production = () => company.sandbox.cluster('production');
const jobs = async () => (await production().list({ apiVersion: 'batch/v1', kind: 'Job' })).length;
const hasCanary = async () =>
  (await production().get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web-canary' })) !== undefined;
const abort = () => toProduction(company, { mode: 'abort', reason: 'errors' });

const unsigned = (type: string, step: string, more: object): Written => ({
  actor: OPERATOR,
  type,
  data: { attempt: 1, step, ...more },
});
const begun = (step: string) => unsigned('step.intended', step, { fence: 1 });
const CLAIMS: readonly (readonly [string, () => readonly Written[]])[] = [
  ['it was begun', () => [begun(`migrate:${ID}`)]],
  ['its Job was let run', () => [begun(`job:${jobName(company.id, 1, { id: ID }, 'up', 'production')}`)]],
  ['it is done', () => [begun(`migrate:${ID}`), unsigned('step.completed', `migrate:${ID}`, {})]],
  ['something is over that was not begun', () => [unsigned('step.completed', 'undo:verify', {})]],
];

describe('a migration without return that was never let run, of which somebody without a key wrote', () => {
  it.each(CLAIMS)('that %s', async (_, claims) => {
    const before = await inCanary('after-rollout');
    await forge(company, (all) => [...all, ...claims()]);
    commit();
    expect(await hasCanary()).toBe(true);
    expect((await refusal(abort())).code).toBe('migration.unknown');
    expect(await hasCanary()).toBe(false);
    expect((await company.state()).phase).toBe('canary');
    await undo(company, { found: { notRun: [ID] } });
    expect((await company.state()).phase).toBe('aborted');
    expect(await company.production()).toEqual(before);
    expect(await jobs()).toBe(0);
  });
});

describe('a migration without return that ran, of which the signed record was taken out', () => {
  const takeOut = async () => {
    const isOfMigration = ({ data }: Written) =>
      /^(job|migrate):/.test((data as { readonly step?: string }).step ?? '');
    await forge(company, (all) => all.filter((one) => !isOfMigration(one)));
    commit();
  };

  it('freezes the release where its Job is there', async () => {
    await inCanary('before-canary');
    await takeOut();
    expect(await abort()).toMatchObject({ result: 'failed', data: { phase: 'frozen' } });
    expect(await jobs()).toBe(1);
  });

  it('has a person asked where its Job is gone, and freezes it when they say that it ran', async () => {
    await inCanary('before-canary');
    await takeOut();
    for (const { metadata } of await production().list({ apiVersion: 'batch/v1', kind: 'Job' })) {
      const ref = { apiVersion: 'batch/v1', kind: 'Job', name: metadata.name };
      await production().remove(ref, { resourceVersion: metadata.resourceVersion ?? '' });
    }
    expect((await refusal(abort())).code).toBe('migration.unknown');
    expect(await hasCanary()).toBe(false);
    expect(await undo(company, { found: { ran: [ID] } })).toMatchObject({ data: { phase: 'frozen' } });
    expect(await undo(company)).toMatchObject({ data: { phase: 'frozen' } });
    expect(await undo(company, { pastPointOfNoReturn: true })).toMatchObject({ data: { phase: 'aborted' } });
    expect(await jobs()).toBe(0);
  });
});
