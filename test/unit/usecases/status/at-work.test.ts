import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../../src/ports/cluster.ts';
import type { Context } from '../../../../src/usecases/release/context.ts';
import { status } from '../../../../src/usecases/status.ts';
import { type Company, foreignRuns, openCompany } from '../../../support/company.ts';
import { OPERATOR, toProduction, walkTo } from '../../../support/company-walk.ts';
import { dyingStore, Killed } from '../../../support/dying-store.ts';

let company: Company;
afterEach(() => company.close());

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** A run on another machine holds the lock, and has renewed it a moment ago. */
async function runElsewhere(): Promise<void> {
  company = await openCompany({ real: true });
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  const { runs } = company.as(OPERATOR);
  const store = dyingStore(company.store, 'canary.judged', 'before');
  const working = toProduction(company, {}, { store, runs: foreignRuns(runs) });
  await expect(working).rejects.toBeInstanceOf(Killed);
}

/** What status says on a machine whose clock is wrong by `offset`, of a server that tells when a lock was written, or does not. */
async function seen(offset: number, tells: boolean) {
  const { clock } = company.sandbox;
  const { environments } = company.as(OPERATOR);
  const sinceWritten: Cluster['sinceWritten'] = async () => undefined;
  const cluster: Context['environments']['cluster'] = (...which) => ({
    ...environments.cluster(...which),
    ...(tells ? {} : { sinceWritten }),
  });
  const replaced = {
    clock: { ...clock, now: () => clock.now() + offset },
    environments: { ...environments, cluster },
  };
  const { data } = await status(company.as('nobody@example.com', replaced), company.id);
  const work = data.work as { readonly lives: boolean } | null;
  return { lives: work?.lives, orphan: data.orphan !== null };
}

const LIVES = { lives: true, orphan: false };
const DEAD = { lives: undefined, orphan: true };
const UNKNOWN = { lives: false, orphan: false };

describe('a run on another machine, whose lock', () => {
  it.each([
    ['was renewed just now', 'right', 0, 0, true, LIVES],
    ['was renewed just now', 'three hours ahead', 0, 3 * HOUR, true, LIVES],
    ['was renewed just now', 'three hours behind', 0, -3 * HOUR, true, LIVES],
    ['nobody renews', 'right', 5 * MINUTE, 0, true, DEAD],
    ['nobody renews', 'three hours behind', 5 * MINUTE, -3 * HOUR, true, DEAD],
    ['was renewed just now', 'half an hour ahead of a server that tells nothing', 0, HOUR / 2, false, UNKNOWN],
    ['nobody has renewed for hours', 'right, and the server tells nothing', 3 * HOUR, 0, false, DEAD],
  ] as const)(
    '%s is judged by the time of the server, by a clock that is %s',
    async (_lock, _clock, later, offset, tells, says) => {
      await runElsewhere();
      const { clock } = company.sandbox;
      clock.advanceTo(clock.now() + later);
      expect(await seen(offset, tells)).toEqual(says);
    },
  );
});
