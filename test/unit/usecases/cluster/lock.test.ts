import { afterEach, describe, expect, it } from 'vitest';
import { readLease } from '../../../../src/domain/deployment/lease.ts';
import { FENCE_ANNOTATION } from '../../../../src/domain/kubernetes/manifests.ts';
import type { Outcome } from '../../../../src/domain/outcome/outcome.ts';
import { acquireLock, keepLock } from '../../../../src/usecases/cluster/lock.ts';
import { type Company, deadRuns, foreignRuns, openCompany, refusal } from '../../../support/company.ts';
import { OPERATOR, toProduction, walkTo } from '../../../support/company-walk.ts';
import { dyingStore, Killed } from '../../../support/dying-store.ts';

let company: Company;
afterEach(() => company.close());

const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: 'relctl' };

async function openReady(): Promise<void> {
  company = await openCompany();
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

describe('the lock', () => {
  it('of a run that lives elsewhere is waited for until its lease has run out, then taken with a higher fence', async () => {
    await openReady();
    const { runs } = company.as(OPERATOR);
    const store = dyingStore(company.store, 'canary.judged', 'before');
    await expect(toProduction(company, {}, { store, runs: foreignRuns(runs) })).rejects.toBeInstanceOf(Killed);
    const cluster = company.sandbox.cluster('production');
    const lease = await cluster.get(LEASE);
    if (lease === undefined) throw new Error('a lease was expected');
    const held = readLease(lease);
    const died = company.sandbox.clock.now();
    await toProduction(company, { mode: 'resume' });
    const resumed = (await company.plan()).events.find((event) => event.type === 'deploy.resumed');
    expect(Date.parse(resumed?.at ?? '')).toBeGreaterThan((held.holder?.renewedAt ?? 0) + 60_000 - 1);
    expect(Date.parse(resumed?.at ?? '')).toBeGreaterThanOrEqual(died);
    expect(resumed?.data).toMatchObject({ fence: held.transitions + 1 });
  });

  it('of a run that lives elsewhere is taken at once with --take-over', async () => {
    await openReady();
    const { runs } = company.as(OPERATOR);
    const store = dyingStore(company.store, 'canary.judged', 'before');
    await expect(toProduction(company, {}, { store, runs: foreignRuns(runs) })).rejects.toBeInstanceOf(Killed);
    const died = company.sandbox.clock.now();
    await toProduction(company, { mode: 'resume', takeOver: true });
    const resumed = (await company.plan()).events.find((event) => event.type === 'deploy.resumed');
    expect(Date.parse(resumed?.at ?? '')).toBe(died);
  });

  it.each([
    ['behind', -3_600_000],
    ['ahead', 3_600_000],
  ])(
    'of a machine whose clock is an hour %s is never taken while it is renewed, and soon when it is not',
    async (_how, offset) => {
      await openReady();
      const { clock } = company.sandbox;
      const context = company.as(OPERATOR);
      const cluster = company.sandbox.cluster('production');
      const options = { durationSeconds: 60, wait: true, takeOver: false, fenceAbove: 0 };
      const other = {
        ...context,
        runs: foreignRuns(context.runs),
        clock: { ...clock, now: () => clock.now() + offset },
      } as typeof context;
      const theirs = await acquireLock(other, 'production', cluster, company.id, options);
      const began = clock.now();
      let renewing = true;
      // A process that lives looks at its lock all the time.
      const watched: typeof cluster = {
        ...cluster,
        async get(ref) {
          if (renewing) await keepLock(other, theirs);
          if (clock.now() - began > 10 * 60_000) renewing = false;
          return cluster.get(ref);
        },
      };
      const taken = await acquireLock(context, 'production', watched, company.id, options);
      const waited = (clock.now() - began) / 1000;
      expect(taken.takenOver).toBe(true);
      expect(waited).toBeGreaterThan(600);
      expect(waited).toBeLessThan(600 + 65);
    },
  );

  it('is looked at before the next write by a process that was stopped and goes on, however short it was', async () => {
    await openReady();
    let wakes = 0;
    const options = { durationSeconds: 60, wait: false, takeOver: false, fenceAbove: 0 };
    const context = company.as(OPERATOR);
    const stopped = { ...context, interruption: { ...context.interruption, wakes: () => wakes } };
    const cluster = company.sandbox.cluster('production');
    const lock = await acquireLock(stopped, 'production', cluster, company.id, options);
    await keepLock(stopped, lock);
    const other = { ...context, runs: foreignRuns(context.runs) };
    await acquireLock(other, 'production', cluster, company.id, { ...options, takeOver: true });
    wakes = 1;
    expect((await refusal(keepLock(stopped, lock))).code).toBe('cluster.fenced-off');
  });

  it('is renewed once for all the steps that are at work together', async () => {
    await openReady();
    const context = company.as(OPERATOR);
    const cluster = company.sandbox.cluster('production');
    let renewals = 0;
    const counting = {
      ...cluster,
      replace: (...args: Parameters<typeof cluster.replace>) => {
        renewals += 1;
        return cluster.replace(...args);
      },
    };
    const lock = await acquireLock(context, 'production', counting, company.id, {
      durationSeconds: 60,
      wait: false,
      takeOver: false,
      fenceAbove: 0,
    });
    await company.sandbox.clock.sleep(30_000);
    await Promise.all(Array.from({ length: 20 }, () => keepLock(context, lock)));
    expect(renewals).toBe(1);
    await company.sandbox.clock.sleep(30_000);
    await keepLock(context, lock);
    expect(renewals).toBe(2);
  });

  it('that was taken over ends the run that had it: it changes nothing more', async () => {
    await openReady();
    const { clock, runs } = company.as(OPERATOR);
    let bakes = false;
    let interloper: Outcome | undefined;
    const sleepy = {
      now: clock.now,
      async sleep(milliseconds: number, signal?: AbortSignal) {
        // The holder is stopped in mid-bake; somebody else takes the environment and goes all the way.
        if (bakes && interloper === undefined) {
          interloper = await toProduction(company, { mode: 'resume', takeOver: true }, { runs: foreignRuns(runs) });
        }
        await clock.sleep(milliseconds, signal);
      },
    };
    const sink = {
      emit(progress: { type: string }) {
        if (progress.type === 'canary.look') bakes = true;
      },
    };
    const stopped = { clock: sleepy, sink, runs: foreignRuns(runs, 'build-8') };
    const overtaken = await refusal(toProduction(company, {}, stopped));
    expect(interloper).toMatchObject({ data: { phase: 'deployed' } });
    expect(overtaken.code).toBe('cluster.fenced-off');
    expect(overtaken.hints).toEqual([`relctl status ${company.id}`]);
    expect((await company.plan()).events.filter((event) => event.type === 'canary.promoted')).toHaveLength(1);
    expect((await company.state()).phase).toBe('deployed');
  });

  it('is taken again by whoever goes on, when a run died between taking it and saying so in the history', async () => {
    await openReady();
    const killed = { store: dyingStore(company.store, 'canary.judged', 'before'), runs: deadRuns(company) };
    await expect(toProduction(company, {}, killed)).rejects.toBeInstanceOf(Killed);
    for (const when of ['before', 'after'] as const) {
      const again = { store: dyingStore(company.store, 'deploy.resumed', when), runs: deadRuns(company) };
      await expect(toProduction(company, { mode: 'resume' }, again)).rejects.toBeInstanceOf(Killed);
    }
    expect(await toProduction(company, { mode: 'abort' })).toMatchObject({ data: { phase: 'aborted' } });
  });

  it('of another release is refused with the name of the holder, and nothing is written', async () => {
    await openReady();
    const cluster = company.sandbox.cluster('production');
    await cluster.create({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: 'relctl',
        annotations: { 'relctl.dev/release': '2026-11-other', 'relctl.dev/host': 'build-7' },
      },
      spec: {
        holderIdentity: 'omar@example.com 4711 9-abc',
        leaseDurationSeconds: 60,
        leaseTransitions: 3,
        renewTime: new Date(company.sandbox.clock.now()).toISOString().replace('Z', '000Z'),
      },
    });
    const before = await company.production();
    const error = await refusal(toProduction(company));
    expect(error.code).toBe('cluster.lock-held');
    expect(error.message).toContain('omar@example.com for 2026-11-other (build-7, process 4711)');
    expect(error.hints[0]).toBe('relctl status 2026-11-other');
    expect(await company.production()).toEqual(before);
    expect((await company.state()).phase).toBe('ready');
  });

  it('marks what it writes with release and fence, and is free once the release is out', async () => {
    company = await openCompany();
    await walkTo(company, 'deployed');
    const cluster = company.sandbox.cluster('production');
    const web = await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    expect(web?.metadata.annotations?.[FENCE_ANNOTATION]).toMatch(new RegExp(`^${company.id}/\\d+$`));
    const lease = await cluster.get(LEASE);
    expect(lease && readLease(lease).holder).toBeUndefined();
  });
});
