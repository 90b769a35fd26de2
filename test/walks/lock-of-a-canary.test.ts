import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { phaseOf } from '../../src/domain/history/fold.ts';
import { acquireLock } from '../../src/usecases/cluster/lock.ts';
import { toProduction, walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

let company: SignedCompany;
afterEach(() => company.close());

/** Another release takes the lock that a canary left, whose process is gone. */
function takenByAnother() {
  const context = company.as(PEOPLE.operations[1]);
  const runs = {
    ...context.runs,
    self: { ...context.runs.self, token: 'another' },
    liveness: async () => 'dead' as const,
  };
  return acquireLock({ ...context, runs }, 'production', company.sandbox.cluster('production'), '2026-12-search', {
    durationSeconds: 60,
    wait: false,
    takeOver: false,
    fenceAbove: 0,
  });
}

async function canary() {
  company = await openSignedCompany();
  company.git.git('checkout', '-qb', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  await toProduction(company, { mode: 'canary' });
}

it('is not given to another release', async () => {
  await canary();
  await expect(takenByAnother()).rejects.toMatchObject({ code: 'cluster.lock-held' });
});

it('is not given away by an end that nobody signed', async () => {
  await canary();
  const at = new Date(company.sandbox.clock.now()).toISOString();
  const actor = PEOPLE.operations[0];
  await forge(company, (all) => [
    ...all,
    { at, actor, type: 'rollback.started', data: { attempt: 1, reason: 'x', fence: 9 } },
    { at, actor, type: 'rollback.completed', data: { attempt: 1, verified: 'x' } },
  ]);
  expect(phaseOf((await company.plan()).events)).toBe('rolled-back');
  await expect(takenByAnother()).rejects.toMatchObject({ code: 'cluster.lock-held' });
});

/** Both are committed, so that what was signed is known to have been there. */
async function cutOff(change: (text: string) => string = (text) => text) {
  const file = join(company.git.root, SAMPLE_FILE);
  const commit = (what: string) => company.git.commit({ [SAMPLE_FILE]: change(readFileSync(file, 'utf8')) }, what);
  company.git.commit({ [SAMPLE_FILE]: readFileSync(file, 'utf8') }, 'In production');
  await forge(company, (all) =>
    all.slice(
      0,
      all.findIndex(({ type }) => type === 'deploy.started'),
    ),
  );
  commit('Tidy');
}

it('is not given away by a history whose end was cut off', async () => {
  await canary();
  await cutOff();
  await expect(takenByAnother()).rejects.toMatchObject({ code: 'cluster.lock-held' });
});

it('is not given away where no rules say what was signed', async () => {
  await canary();
  await cutOff((text) => text.replace('process: standard@3.0', 'process: standard@9.0'));
  await expect(takenByAnother()).rejects.toMatchObject({ code: 'cluster.lock-held' });
});

it('is given away where its release never touched anything', async () => {
  company = await openSignedCompany();
  company.git.git('checkout', '-qb', 'train');
  await walkTo(company, 'ready');
  const { cluster } = company.sandbox;
  const { runs } = company.as(PEOPLE.operations[1]);
  const dead = { ...company.as(PEOPLE.operations[1]), runs: { ...runs, self: { ...runs.self, token: 'dead' } } };
  const options = { durationSeconds: 60, wait: false, takeOver: false, fenceAbove: 0 };
  await acquireLock(dead, 'production', cluster('production'), company.id, options);
  await expect(takenByAnother()).resolves.toMatchObject({ release: '2026-12-search', takenOver: true });
});
