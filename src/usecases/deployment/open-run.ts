import { clusterUidOf, productionTargets } from '../../domain/deployment/steps.ts';
import { RelctlError } from '../../errors.ts';
import { unlessUnattended } from '../binding/once-submitted.ts';
import { acquireLock, type Lock, releaseLock } from '../cluster/lock.ts';
import { clusterOf, type Run } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { fenceOffOthers, fenceOffWhatCanBe } from './fence-off.ts';
import { insistOnRecords } from './insist.ts';
import { refuseStaleClone } from './stale-clone.ts';

/** How the environment is entered. */
export interface RunOptions {
  readonly attempt: number;
  readonly images: Readonly<Record<string, string>>;
  /** Wait for the lease of a run of the same release that may still live. */
  readonly wait: boolean;
  /** Take the lock from whoever holds it. */
  readonly takeOver: boolean;
  /** The run puts production back: what keeps a workload from being written does not keep it from taking the canary away. */
  readonly isWayBack?: boolean;
  /** The clusters are those of relctl.yaml, as was found a moment ago. */
  readonly isIdentified?: boolean;
  /** Puts the run with its fence into the history; no object bears the fence before that. */
  readonly record: (run: Run) => Promise<void>;
}

/**
 * Checks that the clusters are the right ones, takes their locks, and fences off whoever held them before. The fence is recorded
 * before it is set: were it the other way round, a run killed in between would look like one that another clone had given.
 * @throws RelctlError `cluster.wrong-identity` before anything is written, `cluster.lock-held`, `cluster.fenced-off` where another
 *   clone has gone on with the release
 */
export async function openRun(given: Context, release: Release, options: RunOptions): Promise<Run> {
  const { journal, policy } = release;
  const context = { ...given, manifests: unlessUnattended(given, release) };
  const targets = productionTargets(context.config);
  if (options.isIdentified !== true) await checkIdentities(context, targets);
  const locks = new Map<string, Lock>();
  const run: Run = { context, release, policy, attempt: options.attempt, images: options.images, locks };
  try {
    for (const target of targets) {
      const lock = await acquireLock(context, target, clusterOf(context, target), journal.plan.id, {
        durationSeconds: policy.production.lockSeconds,
        wait: options.wait,
        takeOver: options.takeOver,
        fenceAbove: journal.state.deployment?.fence ?? 0,
      });
      locks.set(target, lock);
      if (!options.takeOver) await refuseStaleClone(lock, journal);
    }
    if (options.isWayBack === true) insistOnRecords(run);
    await options.record(run);
    // What is taken up has changed production already; what begins insists once its snapshot is known elsewhere.
    if (options.wait) insistOnRecords(run);
  } catch (error) {
    // Nothing was begun: what was free before is free again.
    for (const lock of locks.values()) if (!lock.takenOver) await releaseLock(context, lock);
    throw error;
  }
  await (options.isWayBack === true ? fenceOffWhatCanBe(run) : fenceOffOthers(run));
  return run;
}

/** Identity of each target's cluster, checked against relctl.yaml. Errors: `cluster.wrong-identity`. */
export async function checkIdentities(
  context: Context,
  targets: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const found = await Promise.all(
    targets.map(async (target) => {
      const cluster = clusterOf(context, target);
      const identity = await cluster.identity();
      const expected = clusterUidOf(context.config, target);
      if (expected !== identity && !(context.environments.simulated && expected === undefined)) {
        throw wrongCluster(target, cluster.name, expected, identity);
      }
      return [target, identity] as const;
    }),
  );
  return Object.fromEntries(found);
}

function wrongCluster(target: string, name: string, expected: string | undefined, found: string): RelctlError {
  return expected === undefined
    ? new RelctlError('cluster.wrong-identity', `relctl.yaml does not say which cluster ${target} is`, {
        place: { file: 'relctl.yaml' },
        why: 'A context name can point to any cluster; the UID of kube-system identifies one.',
        hints: [
          `if ${name} is the right one, write clusterUid: ${found} beside its context in relctl.yaml`,
          'relctl doctor',
        ],
        data: { target, found },
      })
    : new RelctlError('cluster.wrong-identity', `${name} is not the cluster that relctl.yaml names for ${target}`, {
        place: { file: 'relctl.yaml' },
        why: `Its kube-system UID is ${found}, and ${expected} is expected. Nothing was written.`,
        hints: ['kubectl config get-contexts', 'relctl doctor'],
        data: { target, expected, found },
      });
}
