import { afterEach, expect, it } from 'vitest';
import { phaseOf } from '../../src/domain/history/fold.ts';
import { acquireLock } from '../../src/usecases/cluster/lock.ts';
import { toProduction, walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { PEOPLE } from '../support/sample-plan.ts';
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
