import { describe, expect, it } from 'vitest';
import { markOf } from '../../src/domain/change-record/notes.ts';
import { stagesTo } from '../../src/domain/change-record/wanted.ts';
import type { ChangeRecords } from '../../src/ports/change-records.ts';

/** A system under test. */
export interface ChangeSystemLab {
  readonly records: ChangeRecords;
  /** Somebody of the company approves the change. */
  approve(key: string): Promise<void>;
  /** How it says that a change went wrong in the end, read from the system itself. */
  ending(key: string): Promise<string>;
  stop(): Promise<void>;
}

export const NEW_CHANGE = {
  correlation: 'relctl:github.com/acme/shop:2026-12-wallet:1',
  title: 'Wallet checkout (2026-12-wallet)',
  description: 'Services: web\n"quoted" & <b>bold</b>',
  window: { start: Date.UTC(2026, 11, 3, 19), end: Date.UTC(2026, 11, 3, 23) },
};
const MARK = markOf('0123456789abcdef0123456789abcdef');

/** What every system of changes does. */
export function changeRecordsContract(name: string, open: () => Promise<ChangeSystemLab>): void {
  describe(`the change records of ${name}`, () => {
    it('finds what was created by its correlation id, with its window, and nothing else', async () => {
      const { records, stop } = await open();
      try {
        expect(await records.find(NEW_CHANGE.correlation)).toEqual([]);
        const created = await records.create(NEW_CHANGE);
        expect(created).toMatchObject({ stage: 'planned', window: NEW_CHANGE.window });
        const other = await records.create({
          ...NEW_CHANGE,
          correlation: 'relctl:github.com/acme/shop:2026-12-wallet:2',
        });
        expect(await records.find(NEW_CHANGE.correlation)).toEqual([created]);
        expect(await records.find(NEW_CHANGE.correlation, created.key)).toEqual([created]);
        expect(other.key).not.toBe(created.key);
      } finally {
        await stop();
      }
    });

    it('takes notes with their marks, another window, and each stage up to the end', async () => {
      const { records, approve, ending, stop } = await open();
      try {
        const created = await records.create(NEW_CHANGE);
        expect([...((await records.marks(created)) ?? [])]).toEqual([]);
        const window = { start: NEW_CHANGE.window.start + 3_600_000, end: NEW_CHANGE.window.end };
        const noted = await records.update(created, { note: `Submitted. ${MARK}`, window, description: 'new' });
        expect(noted.window).toEqual(window);
        expect([...((await records.marks(created)) ?? [])]).toEqual([MARK]);
        await approve(created.key);
        expect(await records.find(NEW_CHANGE.correlation)).toMatchObject([{ decision: 'approved', window }]);
        let at = noted;
        for (const stage of stagesTo(at.stage, 'closed')) {
          const end = { outcome: 'unsuccessful' as const, notes: 'Rolled back.' };
          at = await records.update(at, { stage, ...(stage === 'closed' ? { end } : {}) });
        }
        expect(at.stage).toBe('closed');
        expect(await ending(created.key)).toMatch(/unsuccessful|Failed/);
      } finally {
        await stop();
      }
    });

    it('cancels', async () => {
      const { records, stop } = await open();
      try {
        const created = await records.create(NEW_CHANGE);
        expect(await records.update(created, { stage: 'cancelled', note: 'beside another' })).toMatchObject({
          stage: 'cancelled',
        });
      } finally {
        await stop();
      }
    });
  });
}
