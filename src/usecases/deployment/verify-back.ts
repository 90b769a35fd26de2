import { isWrittenBy } from '../../domain/deployment/kept-snapshot.ts';
import { strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { isSameImage } from '../../domain/kubernetes/image-reference.ts';
import { sameObject } from '../../domain/kubernetes/manifests.ts';
import { allContainers } from '../../domain/kubernetes/pods.ts';
import { RelctlError } from '../../errors.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { ownOf } from '../../text/by-name.ts';
import { command } from '../../text/command-line.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { type Snapshot, type SnapshotObject, secretDigest } from '../cluster/snapshot.ts';
import { imageIn } from '../gitops/image-changes.ts';
import { fitTo, isOthersChange, isOursToRestore, isRecorded, isWritten, titleOf } from './put-back.ts';

/**
 * Compares every touched object with what was recorded, and asks the cluster for the difference.
 * @param kept objects that a person left as others made them
 * @returns the proof in one sentence
 * @throws RelctlError `rollback.incomplete` naming what differs
 */
export async function verifyBack(
  run: Run,
  snapshots: readonly Snapshot[],
  kept: ReadonlySet<string> = new Set(),
): Promise<string> {
  const different: string[] = [];
  const foreign: string[] = [];
  const secrets: string[] = [];
  const isCommitted = gitopsOf(run.context.config) !== undefined;
  let compared = 0;
  for (const { target, objects } of snapshots) {
    const { cluster } = lockOf(run, target);
    const fitted = await fitTo(run, target);
    const expected: KubeObject[] = [];
    for (const one of objects) {
      const live = await cluster.get(one);
      const title = titleOf(target, one);
      compared += 1;
      if (kept.has(title)) {
        foreign.push(title);
        continue;
      }
      if (!isRecorded(one)) {
        const same =
          one.sha256 === undefined ? live === undefined : live !== undefined && secretDigest(live) === one.sha256;
        // A Secret that others changed, or something of theirs that has taken a name which the release would have given.
        const isTheirs = live === undefined || !isWrittenBy(run.release.journal.plan.id, live);
        const isForeign = isTheirs && !isWritten(run, target, one, live);
        if (!same) (isForeign ? foreign : different).push(title);
        if (!same && !isForeign && one.sha256 !== undefined) secrets.push(title);
        continue;
      }
      const wanted = fitted(one, live);
      if (live !== undefined && sameObject(live, wanted)) expected.push(wanted);
      // By commits of others it may be another object than it was, but never with the candidate's image.
      else if (isCommitted && hasCandidate(run, one, live, wanted)) different.push(title);
      else if (isOthersChange(run, target, one, live, wanted)) foreign.push(title);
      else if (live !== undefined && isChangedByOthers(run, target, one, live)) foreign.push(title);
      else different.push(title);
    }
    const diff = expected.length === 0 ? '' : await cluster.diff(expected);
    if (diff !== '') different.push(`${target}: kubectl diff is not empty`);
  }
  if (different.length > 0) throw incomplete(run, different, secrets);
  const others =
    foreign.length === 0 ? '' : `; others changed ${foreign.join(', ')} meanwhile, and that was left as they made it`;
  return `empty diff over ${compared} objects${others}`;
}

function hasCandidate(run: Run, one: SnapshotObject, live: KubeObject | undefined, before: KubeObject): boolean {
  const candidate = ownOf(run.images, one.service);
  if (live === undefined || candidate === undefined) return false;
  return allContainers(live).some(
    ({ name, image = '' }) => isSameImage(image, candidate) && !isSameImage(imageIn(before, name), image),
  );
}

/** A route from which the canary is gone, and in which our own parts are what they were. */
function isChangedByOthers(run: Run, target: string, one: SnapshotObject, live: KubeObject): boolean {
  const { steering } = strategyFor(run.release.journal.plan.spec, one.service);
  const traffic = run.context.config.services[one.service]?.traffic;
  if (one.route === undefined || steering === undefined || traffic === undefined) return false;
  return !isOursToRestore(run, target, one) && steering.isClean(live, { traffic, before: one.object ?? undefined });
}

function incomplete(run: Run, different: readonly string[], secrets: readonly string[]): RelctlError {
  return new RelctlError('rollback.incomplete', `production is not as it was before: ${different.join(', ')}`, {
    why: 'A rollback is complete only when a comparison shows that nothing of the release is left.',
    hints: [
      ...(secrets.length === 0
        ? []
        : [`put ${secrets.join(', ')} back as it was: relctl keeps no content of a Secret, and tells by its digest`]),
      command`relctl rollback ${run.release.journal.plan.id}`,
    ],
    data: { different },
  });
}
