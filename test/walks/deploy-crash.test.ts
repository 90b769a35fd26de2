import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/usecases/audit.ts';
import { acquireLock } from '../../src/usecases/cluster/lock.ts';
import { rollback } from '../../src/usecases/rollback.ts';
import { status } from '../../src/usecases/status.ts';
import { type Company, deadRuns, openCompany, refusal } from '../support/company.ts';
import { OPERATOR, toProduction, undo, walkTo } from '../support/company-walk.ts';
import { dyingStore, Killed } from '../support/dying-store.ts';

let company: Company;
afterEach(() => company.close());

/** A deployment whose process dies at an event. */
async function killAt(
  event: string,
  when: 'before' | 'after',
  mode: 'full' | 'canary' | 'abort' = 'full',
): Promise<void> {
  const store = dyingStore(company.store, event, when);
  await expect(toProduction(company, { mode }, { store, runs: deadRuns(company) })).rejects.toBeInstanceOf(Killed);
}

async function openReady(): Promise<void> {
  company = await openCompany();
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

async function orphan(): Promise<{ since: string; resume: string } | null> {
  return (await status(company.as(OPERATOR), company.id)).data.orphan as { since: string; resume: string } | null;
}

describe('a deployment whose process died', () => {
  it.each([
    ['step.completed baseline@production', 'before'],
    ['notification.sent', 'before'],
    ['step.completed migrate:add-wallet-table', 'before'],
    ['step.completed canary:web@production', 'before'],
    ['canary.judged', 'before'],
    ['canary.promoted', 'after'],
    ['step.completed rollout:api@production', 'before'],
    ['deploy.completed', 'before'],
  ] as const)('at %s (%s) stands still, is shown as orphaned, and goes on with --resume', async (event, when) => {
    await openReady();
    await killAt(event, when);
    const stood = await company.state();
    expect(['canary', 'rolling-out']).toContain(stood.phase);
    expect(await orphan()).toMatchObject({
      since: stood.deployment?.lastAt,
      resume: `relctl deploy ${company.id} --resume`,
    });
    const outcome = await toProduction(company, { mode: 'resume' });
    expect(outcome).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    const { events } = await company.plan();
    const completed = events.flatMap((one) => (one.type === 'step.completed' ? [one.data.step] : []));
    expect(new Set(completed).size).toBe(completed.length);
    expect(events.filter((one) => one.type === 'canary.promoted')).toHaveLength(1);
    expect((await audit(company.as(OPERATOR), company.id)).result).toBe('done');
    expect(await orphan()).toBeNull();
  });

  it('before it recorded that it began leaves the release ready, and deploying again goes through', async () => {
    await openReady();
    await killAt('deploy.started', 'before');
    expect((await company.state()).phase).toBe('ready');
    expect(await toProduction(company)).toMatchObject({ data: { phase: 'deployed' } });
  });

  it('in mid-canary is taken out by --abort, and production is what it was', async () => {
    await openReady();
    const before = await company.production();
    await killAt('canary.judged', 'before');
    const outcome = await toProduction(company, { mode: 'abort', reason: 'a doubt' });
    expect(outcome).toMatchObject({ result: 'done', data: { phase: 'aborted', reason: 'a doubt' } });
    expect(await company.production()).toEqual(before);
  });

  it.each([
    ['rollback.started', 'after'],
    ['step.completed undo:objects', 'before'],
    ['rollback.completed', 'before'],
  ] as const)('while it aborted, at %s (%s), is put back by aborting again', async (event, when) => {
    await openReady();
    const before = await company.production();
    await killAt('step.completed rollout:web@production', 'before');
    await killAt(event, when, 'abort');
    expect(['canary', 'rolling-out']).toContain((await company.state()).phase);
    expect(await toProduction(company, { mode: 'abort' })).toMatchObject({ data: { phase: 'aborted' } });
    expect(await company.production()).toEqual(before);
  });
});

describe('a rollback of what was deployed', () => {
  it('that dies half-way keeps its environment from other releases, shows as orphaned, and is finished by giving it again', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    const before = await company.production();
    await company.advanceToWindow();
    await toProduction(company);
    const context = company.as(OPERATOR);
    const dying = company.as(OPERATOR, {
      store: dyingStore(company.store, 'step.completed undo:objects', 'before'),
      runs: deadRuns(company),
    });
    const asked = { reason: 'checkouts fail', confirmed: true, takeOver: false, pastPointOfNoReturn: false };
    await expect(rollback(dying, company.id, asked)).rejects.toBeInstanceOf(Killed);
    expect(await company.state()).toMatchObject({ phase: 'deployed', deployment: { result: 'rolling-back' } });
    const shown = await status(context, company.id);
    expect(shown.data.next).toMatchObject([{ command: `relctl rollback ${company.id}` }]);
    expect(shown.data.orphan).toMatchObject({ resume: `relctl rollback ${company.id}` });
    const options = { durationSeconds: 60, wait: false, takeOver: false, fenceAbove: 0 };
    const other = acquireLock(context, 'production', company.sandbox.cluster('production'), '2026-12-other', options);
    expect((await refusal(other)).code).toBe('cluster.lock-held');
    expect(await undo(company)).toMatchObject({ result: 'done', data: { phase: 'rolled-back' } });
    expect(await company.production()).toEqual(before);
  });
});
