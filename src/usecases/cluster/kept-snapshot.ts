import {
  isWrittenBy,
  type KeptSnapshot,
  latestSnapshot,
  SNAPSHOT_LABEL,
  snapshotParts,
} from '../../domain/deployment/kept-snapshot.ts';
import { LARGEST_FENCE } from '../../domain/deployment/lease.ts';
import { nameOf, RELEASE_LABEL } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import { applyFenced, refOf, removeFenced } from './apply.ts';
import { lockOf, type Run } from './run.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

/** Kinds that every deployment writes; an object of another kind is never the only one that it changed. */
const WRITTEN_KINDS = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['v1', 'ConfigMap'],
  ['v1', 'Service'],
] as const;

/** Keeps a snapshot in the cluster of its target, before the first change; those of other releases have had their time. */
export async function keepInCluster(run: Run, target: string, snapshot: KeptSnapshot): Promise<void> {
  const lock = lockOf(run, target);
  const { id } = run.release.journal.plan;
  const kept = await keptParts(run, target);
  for (const part of snapshotParts(id, snapshot)) {
    const live = kept.find(({ metadata }) => metadata.name === part.metadata.name);
    await applyFenced(run.context, lock, part, undefined, { live });
  }
  for (const part of kept) {
    if (part.metadata.labels?.[RELEASE_LABEL] !== id) await removeFenced(run.context, lock, refOf(part));
  }
}

/** The snapshot of this release that the cluster keeps. */
export async function keptInCluster(run: Run, target: string): Promise<KeptSnapshot | undefined> {
  const { id } = run.release.journal.plan;
  const own = await lockOf(run, target).cluster.list({ ...CONFIG_MAP, labels: { [RELEASE_LABEL]: id } });
  return latestSnapshot(
    id,
    own.filter((one) => one.metadata.labels?.[SNAPSHOT_LABEL] !== undefined),
  );
}

/**
 * Refuses a way back by another plan than the one that was deployed, as the cluster keeps it: what undoes a migration, and what is put back,
 * is read from it, and whoever may push can write another beside a history that fits. Errors: `plan.digest-mismatch`.
 */
export async function refuseOtherPlan(run: Run, target: string): Promise<void> {
  const { plan } = run.release.journal;
  const deployed = (await keptInCluster(run, target))?.specDigest;
  if (deployed === undefined || deployed === plan.specDigest) return;
  throw new RelctlError('plan.digest-mismatch', `${plan.file} is not the plan that was deployed to ${target}`, {
    place: { file: plan.file },
    why: 'What is undone, and how, is read from the plan: another would undo something else.',
    hints: [command`git log -p --full-history -- ${plan.file}`, 'put the text above status back as it was deployed'],
    data: { target, deployed, now: plan.specDigest },
  });
}

/**
 * Fence of the last run of the attempts before this one, 0 where there was none. Each of them has ended, so objects that still bear a mark of theirs, such
 * as those that a person kept as others had made them, are a part of what production was before this attempt.
 */
export function endedFence({ release: { journal }, attempt }: Run): number {
  const fences = journal.plan.events.map((event) =>
    'fence' in event.data && event.data.attempt < attempt && journal.proves(event) ? event.data.fence : 0,
  );
  return Math.max(0, ...fences.filter((fence) => fence <= LARGEST_FENCE));
}

async function keptParts(run: Run, target: string): Promise<readonly KubeObject[]> {
  const all = await lockOf(run, target).cluster.list(CONFIG_MAP);
  return all.filter((one) => one.metadata.labels?.[SNAPSHOT_LABEL] !== undefined);
}

/**
 * Refuses to take a target for untouched where no snapshot of it can be read: objects that bear the mark of this release are what
 * the release made of them. Errors: `snapshot.lost`.
 */
export async function refuseOwnChanges(run: Run, target: string, objects: readonly KubeObject[]): Promise<void> {
  const { plan } = run.release.journal;
  const own = objects.filter((one) => isWrittenBy(plan.id, one, endedFence(run)));
  if (own.length === 0) return;
  const { base } = plan.spec.candidate;
  throw new RelctlError(
    'snapshot.lost',
    `${plan.id} has already changed ${own.map(nameOf).join(', ')} in ${target}, and what was there before is recorded neither here nor in the cluster`,
    {
      why: 'A snapshot that is taken now would be of the candidate, and a rollback to it would bring the candidate back and call it proven.',
      hints: [
        'git fetch, and take the history and releases/ of the clone that began the deployment',
        `or put production back by hand to what ${base} deploys, which nobody can prove to be what ran before`,
        command`relctl audit ${plan.id}`,
      ],
      data: { target, objects: own.map(nameOf), base },
    },
  );
}

/** The same for a whole target, asked of the cluster. Errors: `snapshot.lost`. */
export async function refuseChangedTarget(run: Run, target: string): Promise<void> {
  const { cluster } = lockOf(run, target);
  const lists = await Promise.all(WRITTEN_KINDS.map(([apiVersion, kind]) => cluster.list({ apiVersion, kind })));
  await refuseOwnChanges(run, target, lists.flat());
}
