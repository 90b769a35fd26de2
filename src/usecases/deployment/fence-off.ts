import { isWorkload } from '../../domain/kubernetes/find-workload.ts';
import { RelctlError } from '../../errors.ts';
import { gitopsOf } from '../../plan/gitops.ts';
import { refOf, restampFence, stampFence } from '../cluster/apply.ts';
import type { Lock } from '../cluster/lock.ts';
import type { Run } from '../cluster/run.ts';
import { readSnapshot } from '../cluster/snapshot.ts';

/** Objects that the runs before may have prepared to write get this run's mark, so that the API server refuses their writes. */
export async function fenceOffOthers(run: Run): Promise<void> {
  for (const lock of run.locks.values()) if (lock.takenOver) await fenceOff(run, lock);
}

/** What a write to a workload fails with where something stands before it, such as a webhook that is down. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['cluster.rejected', 'cluster.ambiguous', 'cluster.unreachable']);

/**
 * The same at the beginning of a rollback, where the API server may refuse every write to a workload, such as for a webhook that does
 * not answer: the canary can lose its requests all the same, and the marks are set before anything is put back.
 */
export async function fenceOffWhatCanBe(run: Run): Promise<void> {
  try {
    await fenceOffOthers(run);
  } catch (error) {
    if (!(error instanceof RelctlError) || !IN_THE_WAY.has(error.code)) throw error;
  }
}

async function fenceOff(run: Run, lock: Lock): Promise<void> {
  const snapshot = await readSnapshot(run.context, run, lock.target);
  // What others keep relctl does not write, and the run before had prepared no write of it.
  const isOurs = gitopsOf(run.context.config) === undefined;
  for (const one of snapshot?.objects ?? []) {
    if (one.object === null) continue;
    if (isOurs && isWorkload(one.object)) await stampFence(run.context, lock, refOf(one.object));
    // A route is marked only while it knows the canary; unmarked, it stays as its owners have it.
    if (one.route !== undefined) await restampFence(run.context, lock, refOf(one.object));
  }
}
