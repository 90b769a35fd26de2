import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../../../src/domain/outcome/progress.ts';
import { RelctlError } from '../../../../src/errors.ts';
import { Journal } from '../../../../src/usecases/release/journal.ts';
import { type Company, openCompany, refusal } from '../../../support/company.ts';
import { OPERATOR } from '../../../support/company-walk.ts';

let company: Company;
beforeEach(async () => {
  company = await openCompany();
});
afterEach(() => company.close());

const message = (key: string) => ({ key, topic: 't', text: 'x', channels: ['c'] });

async function open(replaced: Parameters<Company['as']>[1] = {}): Promise<Journal> {
  return new Journal(company.as(OPERATOR, replaced), await company.plan());
}

/** The company's store, and how many events each write had. */
function counted() {
  const writes: number[] = [];
  const store = {
    ...company.store,
    append: (...given: Parameters<typeof company.store.append>) => {
      writes.push(given[1].length);
      return company.store.append(...given);
    },
  };
  return { store, writes };
}

describe('a journal', () => {
  it('writes what is recorded at the same time one after the other, in the order in which it was said', async () => {
    const journal = await open();
    const keys = Array.from({ length: 25 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => journal.record('notification.queued', message(key))));
    const { events } = await company.plan();
    const recorded = events.flatMap((event) => (event.type === 'notification.queued' ? [event.data.key] : []));
    expect(recorded).toEqual(keys);
    expect(journal.state.outbox.map((entry) => entry.key)).toEqual(keys);
  });

  it('writes several events as one: all of them or none', async () => {
    const { store, writes } = counted();
    const journal = await open({ store });
    await journal.recordAll([
      ['notification.queued', message('a')],
      ['notification.queued', message('b')],
    ]);
    expect(writes).toEqual([2]);
  });

  it('writes what many steps record at the same time as one, and what they record meanwhile as one more', async () => {
    const { store, writes } = counted();
    const journal = await open({ store });
    const first = journal.record('notification.queued', message('first'));
    // The first write is under way.
    await new Promise((resolve) => setImmediate(resolve));
    const keys = Array.from({ length: 500 }, (_, index) => `k${index}`);
    await Promise.all([first, ...keys.map((key) => journal.record('notification.queued', message(key)))]);
    expect(writes).toEqual([1, 500]);
    expect(journal.state.outbox.map(({ key }) => key)).toEqual(['first', ...keys]);
  });

  it('writes an act alone, since it may be signed over what stood before it', async () => {
    const { store, writes } = counted();
    const journal = await open({ store });
    const act = { attempt: 1, reason: 'because' };
    await Promise.all([
      journal.record('notification.queued', message('a')),
      journal.record('notification.queued', message('b')),
      journal.record('deploy.aborted', act),
      journal.record('notification.queued', message('c')),
      journal.record('notification.queued', message('d')),
    ]);
    expect(writes).toEqual([2, 1, 2]);
  });

  it('never dates an event before the one that it follows, even when the clock of this machine is behind', async () => {
    const ahead = await open();
    await ahead.record('notification.queued', message('a'));
    const { clock } = company.as(OPERATOR);
    const behind = await open({ clock: { ...clock, now: () => clock.now() - 90_000 } });
    await behind.record('notification.queued', message('b'));
    const times = (await company.plan()).events.map((event) => event.at);
    expect([...times].sort()).toEqual(times);
  });

  it('goes on after a write that failed: the next record is not lost with it', async () => {
    let broken = true;
    const store = {
      ...company.store,
      append: async (...given: Parameters<typeof company.store.append>) => {
        if (broken) throw new RelctlError('plan.write-failed', 'the disk is full');
        return company.store.append(...given);
      },
    };
    const journal = await open({ store });
    const failed = journal.record('notification.queued', message('a'));
    const error = await refusal(failed);
    broken = false;
    await journal.record('notification.queued', message('b'));
    expect(error.code).toBe('plan.write-failed');
    expect(journal.state.outbox.map((entry) => entry.key)).toEqual(['b']);
  });

  it('refuses to write over what somebody else wrote', async () => {
    const [one, two] = [await open(), await open()];
    await one.record('notification.queued', message('a'));
    expect((await refusal(two.record('notification.queued', message('b')))).code).toBe('plan.changed-underneath');
    expect((await company.state()).outbox.map((entry) => entry.key)).toEqual(['a']);
  });

  it('says who acted, that it was simulated, and tells what was recorded', async () => {
    const told: Progress[] = [];
    const journal = await open({ sink: { emit: (progress) => told.push(progress) } });
    await journal.record('notification.queued', message('a'));
    const last = (await company.plan()).events.at(-1);
    expect(last).toMatchObject({ actor: OPERATOR, simulated: true, type: 'notification.queued' });
    expect(told).toContainEqual({ type: 'recorded', seq: last?.seq, event: 'notification.queued' });
  });
});
