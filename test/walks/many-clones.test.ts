import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { deploy } from '../../src/usecases/deploy.ts';
import { list } from '../../src/usecases/list.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { rollback } from '../../src/usecases/rollback.ts';
import { status } from '../../src/usecases/status.ts';
import { deadRuns, foreignRuns, refusal } from '../support/company.ts';
import { OPERATOR, walkTo } from '../support/company-walk.ts';
import { dyingStore, Killed } from '../support/dying-store.ts';
import { type Clone, openSharedClones, type SharedClones } from '../support/shared-clones.ts';

/** A release that goes on from clone to clone, while its records leave each with every event. */
let clones: SharedClones;
afterEach(() => clones.close());
const id = () => clones.company.id;

/** A release that is ready, at a remote whose main takes no pushes, and two clones of it. */
async function ready(): Promise<readonly [Clone, Clone]> {
  clones = await openSharedClones({ ready: (company) => walkTo(company, 'ready') });
  clones.refuse('refs/heads/main');
  await clones.company.advanceToWindow();
  return [await clones.clone(OPERATOR), await clones.clone(OPERATOR)];
}
const go = (context: Context, mode: 'full' | 'canary' | 'resume' | 'abort' = 'full') =>
  deploy(context, id(), { mode, takeOver: false });

describe('a release that is deployed from one clone', () => {
  it.each([
    'step.completed baseline@production',
    'canary.judged',
    'canary.promoted',
    'step.completed rollout:web@production',
  ])('and lost at %s goes on from another, with nothing done twice', async (at) => {
    const [one, other] = await ready();
    const begun = await one.onBranch();
    const runs = deadRuns(clones.company);
    await expect(go({ ...begun, store: dyingStore(begun.store, at, 'after'), runs })).rejects.toBeInstanceOf(Killed);
    one.remove();
    const taken = await other.onBranch();
    expect(await status(taken, id())).toMatchObject({ data: { orphan: { resume: `relctl deploy ${id()} --resume` } } });
    expect(await go(taken, 'resume')).toMatchObject({ data: { phase: 'deployed' } });
    const { events } = await taken.store.load(id());
    const done = events.flatMap((one) => (one.type === 'step.completed' ? [one.data.step] : []));
    expect(new Set(done).size).toBe(done.length);
  });

  it('and lost is taken back from another, to what was there before, by abort and by rollback', async () => {
    const [one, other] = await ready();
    const before = await clones.company.production();
    const begun = await one.onBranch();
    const runs = deadRuns(clones.company);
    const store = dyingStore(begun.store, 'canary.judged', 'after');
    await expect(go({ ...begun, store, runs })).rejects.toBeInstanceOf(Killed);
    one.remove();
    expect(await go(await other.onBranch(), 'abort')).toMatchObject({ data: { phase: 'aborted' } });
    expect(await clones.company.production()).toEqual(before);
  });

  it('is rolled back from another, which has the snapshot from the branch', async () => {
    const [one, other] = await ready();
    const before = await clones.company.production();
    await go(await one.onBranch());
    one.remove();
    const asked = { reason: 'checkouts fail', confirmed: true, takeOver: false, pastPointOfNoReturn: false };
    expect(await rollback(await other.onBranch(), id(), asked)).toMatchObject({ data: { phase: 'rolled-back' } });
    expect(await clones.company.production()).toEqual(before);
  });

  it('does not begin where its records cannot leave, and changes nothing', async () => {
    const [one] = await ready();
    const before = await clones.company.production();
    renameSync(clones.remote, `${clones.remote}.away`);
    expect(await refusal(go(await one.onBranch()))).toMatchObject({ code: 'sharing.unreachable' });
    renameSync(`${clones.remote}.away`, clones.remote);
    clones.refuse('refs/heads/*');
    expect(await refusal(go(await one.onBranch()))).toMatchObject({ code: 'sharing.refused' });
    expect(await clones.company.production()).toEqual(before);
    expect(await (await one.onBranch()).store.load(id())).toMatchObject({ claimedPhase: 'ready' });
  });

  it('goes on with a warning where the remote is gone after the first change, and shares it all later', async () => {
    const [one, other] = await ready();
    const begun = await one.onBranch();
    let away = false;
    const store = {
      ...begun.store,
      append: async (...args: Parameters<typeof begun.store.append>) => {
        const [, events] = args;
        if (!away && events.some((event) => event.type === 'notification.queued')) {
          renameSync(clones.remote, `${clones.remote}.away`);
          away = true;
        }
        return begun.store.append(...args);
      },
    };
    expect(await go({ ...begun, store })).toMatchObject({ data: { phase: 'deployed' } });
    renameSync(`${clones.remote}.away`, clones.remote);
    await begun.records.settle();
    expect(await (await other.onBranch()).store.load(id())).toMatchObject({ claimedPhase: 'deployed' });
  });

  it('is seen at work from another clone: who, from where, since when, at what; and nobody is advised to take it over', async () => {
    const [one, other] = await ready();
    const begun = await one.onBranch();
    const seen: Record<string, unknown>[] = [];
    const elsewhere = foreignRuns(begun.runs);
    const store = {
      ...begun.store,
      async append(...args: Parameters<typeof begun.store.append>) {
        const plan = await begun.store.append(...args);
        if (args[1].some(({ type, data }) => type === 'step.intended' && (data as { step?: string }).step === 'bake')) {
          const looking = { ...(await other.onBranch()), runs: { ...begun.runs, find: async () => undefined } };
          seen.push((await status(looking, id())).data, (await list(looking, { phases: [] })).data);
        }
        return plan;
      },
    };
    await go({ ...begun, store, runs: elsewhere });
    const [shown, listed] = seen;
    expect(shown).toMatchObject({
      orphan: null,
      work: { who: OPERATOR, host: 'build-7', process: 4711, step: { id: 'bake' } },
      records: { branch: 'origin/relctl/records', offline: null },
    });
    expect(JSON.stringify(shown?.next)).not.toContain('--take-over');
    expect(JSON.stringify(shown?.next)).not.toContain('--abort');
    expect(listed).toMatchObject({ releases: [{ work: { who: OPERATOR, host: 'build-7', step: 'bake' } }] });
    expect(readFileSync(join(other.root, 'releases', `${id()}.yaml`), 'utf8')).not.toContain('deploy.started');
  });
});
