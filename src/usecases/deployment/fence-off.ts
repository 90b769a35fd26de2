import { isWorkload } from '../../domain/kubernetes/find-workload.ts';
import { RelctlError } from '../../errors.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import { refOf, restampFence, stampFence } from '../cluster/apply.ts';
import type { Lock } from '../cluster/lock.ts';
import type { Run } from '../cluster/run.ts';
import { readSnapshot, type Snapshot } from '../cluster/snapshot.ts';
import { shipped } from './shipped.ts';

/**
 * Objects that the runs before may have prepared to write get this run's mark, so that the API server refuses their writes. Errors: `snapshot.lost`,
 * but on the way back, where the workloads of the plan are marked then.
 */
export async function fenceOffOthers(run: Run, { isWayBack } = { isWayBack: false }): Promise<void> {
  for (const lock of run.locks.values()) if (lock.takenOver) await fenceOff(run, lock, isWayBack);
}

/** What a write to a workload fails with where something stands before it, such as a webhook that is down. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['cluster.rejected', 'cluster.ambiguous', 'cluster.unreachable']);

/**
 * The same at the beginning of a rollback, where the API server may refuse every write to a workload, such as for a webhook that does
 * not answer: the canary can lose its requests all the same, and the marks are set before anything is put back.
 */
export async function fenceOffWhatCanBe(run: Run): Promise<void> {
  try {
    await fenceOffOthers(run, { isWayBack: true });
  } catch (error) {
    if (!(error instanceof RelctlError) || !IN_THE_WAY.has(error.code)) throw error;
  }
}

async function fenceOff(run: Run, lock: Lock, isWayBack: boolean): Promise<void> {
  // What others keep relctl does not write, and the run before had prepared no write of it.
  const isOurs = gitopsOf(run.context.config) === undefined;
  const snapshot = await snapshotOrLost(run, lock.target, isWayBack);
  if (snapshot === 'lost') {
    if (!isOurs) return;
    const { services } = await shipped(run);
    for (const { deployment } of services) await stampFence(run.context, lock, refOf(deployment));
    return;
  }
  for (const one of snapshot?.objects ?? []) {
    if (one.object === null) continue;
    if (isOurs && isWorkload(one.object)) await stampFence(run.context, lock, refOf(one.object));
    // A route is marked only while it knows the canary; unmarked, it stays as its owners have it.
    if (one.route !== undefined) await restampFence(run.context, lock, refOf(one.object));
  }
}

async function snapshotOrLost(run: Run, target: string, isWayBack: boolean): Promise<Snapshot | 'lost' | undefined> {
  try {
    return await readSnapshot(run.context, run, target);
  } catch (error) {
    if (isWayBack && error instanceof RelctlError && error.code === 'snapshot.lost') return 'lost';
    throw error;
  }
}
