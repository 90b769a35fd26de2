import { RelctlError } from '../../errors.ts';
import { holdsLast } from '../cluster/lock.ts';
import type { Run } from '../cluster/run.ts';

/** What is done in production from now on is recorded, whatever others push beside it, as long as nobody has taken this run's place. */
export function insistOnRecords({ context, release, locks }: Pick<Run, 'context' | 'release' | 'locks'>): void {
  context.records?.insist(release.journal.plan.id, async () => {
    try {
      const held = await Promise.all([...locks.values()].map(holdsLast));
      return held.every(Boolean);
    } catch (error) {
      if (error instanceof RelctlError) return false;
      throw error;
    }
  });
}
