import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installRelctl } from '../support/installed.ts';
import { PEOPLE, SAMPLE_ID } from '../support/sample-plan.ts';
import { examine, killing } from './crash-lab.ts';
import { KINDS, type Kind, type NotificationLab, type NotifiedCopy, openNotificationLab } from './notification-lab.ts';

/**
 * Real processes that tell real servers of each kind. No such medium can be asked whether it has a message already; so a
 * process that is killed between sending and recording sends it once more, and under the same key, by which a receiver drops it.
 */

const relctl = installRelctl();
let lab: NotificationLab;
beforeAll(async () => {
  lab = await openNotificationLab(relctl);
});
afterAll(async () => {
  await lab.stop();
  relctl.remove();
});

const SUBMIT = ['submit-cab', SAMPLE_ID, '--as', PEOPLE.rdLead];

/** How many times each kind got the message; that all copies of it bear one key is a condition. */
function copies(copy: NotifiedCopy, kinds: readonly Kind[] = KINDS): Record<string, number> {
  return Object.fromEntries(
    kinds.map((kind) => {
      const keys = copy.arrived(kind);
      expect(new Set(keys).size, `different keys of one message over ${kind}: ${keys.join(', ')}`).toBeLessThan(2);
      return [kind, keys.length];
    }),
  );
}

const once = Object.fromEntries(KINDS.map((kind) => [kind, 1]));
const settled = { audit: 'done', undelivered: 0, repeatedMessages: [], state: { phase: 'submitted' } };

describe('a message', () => {
  it('is received once over each kind of channel, also when the command is given again', async () => {
    await lab.inCopy(async (copy) => {
      expect(await copy.run(SUBMIT)).toMatchObject({ exitCode: 0 });
      expect(copies(copy)).toEqual(once);
      expect(await copy.run(SUBMIT)).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('gate.refused') });
      expect(copies(copy)).toEqual(once);
      expect(await examine(copy.root)).toMatchObject(settled);
    });
  });

  it.each(KINDS)(
    'that %s has when relctl is killed, before it answers, comes once more under the same key',
    async (kind) => {
      await lab.inCopy(async (copy) => {
        expect(await copy.runUntilReceivedBy(kind, SUBMIT)).toMatchObject({ signal: 'SIGKILL' });
        expect(copies(copy)[kind]).toBe(1);
        // The submission is recorded, so it is not due again; what it had to tell is told all the same.
        expect(await copy.run(SUBMIT)).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('gate.refused') });
        expect(copies(copy)).toEqual({ ...once, [kind]: 2 });
        expect(await examine(copy.root)).toMatchObject(settled);
        await copy.run(SUBMIT);
        expect(copies(copy)).toEqual({ ...once, [kind]: 2 });
      });
    },
  );

  it('is neither lost nor repeated more than once wherever relctl is killed', { timeout: 180_000 }, async () => {
    const count = await lab.inCopy(async (copy) => {
      const report = join(copy.root, '.relctl-placements');
      const { node } = killing(0, 'before');
      expect(await copy.run(SUBMIT, { node, env: { REPORT: report } })).toMatchObject({ exitCode: 0 });
      return Number(readFileSync(report, 'utf8'));
    });
    // The packet in both forms, the submission, and each delivery.
    expect(count).toBeGreaterThanOrEqual(3 + KINDS.length);
    const repeated = new Set<string>();
    // One after the other: the servers tell the copies apart by when a message came.
    for (let n = 1; n <= count; n += 1) {
      await lab.inCopy(async (copy) => {
        expect(await copy.run(SUBMIT, killing(n, 'before'))).toMatchObject({ signal: 'SIGKILL' });
        const again = await copy.run(SUBMIT);
        expect([0, 4], again.stderr).toContain(again.exitCode);
        const got = copies(copy);
        const twice = KINDS.filter((kind) => got[kind] === 2);
        for (const kind of twice) repeated.add(kind);
        expect(twice.length, `killed before placement ${n}`).toBeLessThan(2);
        expect(got, `killed before placement ${n}`).toEqual({
          ...once,
          ...Object.fromEntries(twice.map((kind) => [kind, 2])),
        });
        expect(await examine(copy.root)).toMatchObject(settled);
      });
    }
    // Between the answer of each server and the record of it, it was killed as well.
    expect([...repeated].sort()).toEqual([...KINDS].sort());
  });

  it('that a server refuses is tried once by each command, until it is taken', async () => {
    await lab.inCopy(async (copy) => {
      const failing = await copy.runRefusedBy('slack', SUBMIT);
      expect(failing).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('slack') });
      expect(copies(copy)).toEqual(once);
      expect(await examine(copy.root)).toMatchObject({ ...settled, undelivered: 1 });
      await copy.run(SUBMIT);
      expect(copies(copy)).toEqual({ ...once, slack: 2 });
      expect(await examine(copy.root)).toMatchObject(settled);
    });
  });
});

it('goes out with a command that is refused also where no program is told of anything', async () => {
  const alone = await openNotificationLab(relctl, ['webhook']);
  try {
    await alone.inCopy(async (copy) => {
      expect(await copy.runUntilReceivedBy('webhook', SUBMIT)).toMatchObject({ signal: 'SIGKILL' });
      expect(await copy.run(SUBMIT)).toMatchObject({ exitCode: 4 });
      expect(copies(copy, ['webhook'])).toEqual({ webhook: 2 });
      expect(await examine(copy.root)).toMatchObject(settled);
    });
  } finally {
    await alone.stop();
  }
});
