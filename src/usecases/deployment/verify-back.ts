import { strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { nameOf, sameObject } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { type Snapshot, type SnapshotObject, secretDigest } from '../cluster/snapshot.ts';
import { fitTo, isOursToRestore, isRecorded } from './put-back.ts';

/**
 * Compares every touched object with what was recorded, and asks the cluster for the difference.
 * @returns the proof in one sentence
 * @throws RelctlError `rollback.incomplete` naming what differs
 */
export async function verifyBack(run: Run, snapshots: readonly Snapshot[]): Promise<string> {
  const different: string[] = [];
  const foreign: string[] = [];
  let compared = 0;
  for (const { target, objects } of snapshots) {
    const { cluster } = lockOf(run, target);
    const fitted = await fitTo(run, target);
    const expected: KubeObject[] = [];
    for (const one of objects) {
      const live = await cluster.get(one);
      const title = `${target} ${nameOf({ kind: one.kind, metadata: { name: one.name } })}`;
      compared += 1;
      if (!isRecorded(one)) {
        const same =
          one.sha256 === undefined ? live === undefined : live !== undefined && secretDigest(live) === one.sha256;
        if (!same) different.push(title);
        continue;
      }
      const wanted = fitted(one, live);
      if (live !== undefined && sameObject(live, wanted)) expected.push(wanted);
      else if (live !== undefined && isChangedByOthers(run, target, one, live)) foreign.push(title);
      else different.push(title);
    }
    const diff = expected.length === 0 ? '' : await cluster.diff(expected);
    if (diff !== '') different.push(`${target}: kubectl diff is not empty`);
  }
  if (different.length > 0) throw incomplete(run, different);
  const others =
    foreign.length === 0 ? '' : `; others changed ${foreign.join(', ')} meanwhile, where nothing of ours is left`;
  return `empty diff over ${compared} objects${others}`;
}

/** A route from which the canary is gone, and in which our own parts are what they were. */
function isChangedByOthers(run: Run, target: string, one: SnapshotObject, live: KubeObject): boolean {
  const { steering } = strategyFor(run.release.journal.plan.spec, one.service);
  const traffic = run.context.config.services[one.service]?.traffic;
  if (one.route === undefined || steering === undefined || traffic === undefined) return false;
  return !isOursToRestore(run, target, one) && steering.isClean(live, { traffic, before: one.object ?? undefined });
}

function incomplete(run: Run, different: readonly string[]): RelctlError {
  return new RelctlError('rollback.incomplete', `production is not as it was before: ${different.join(', ')}`, {
    why: 'A rollback is complete only when a comparison shows that nothing of the release is left.',
    hints: [command`relctl rollback ${run.release.journal.plan.id}`],
    data: { different },
  });
}
