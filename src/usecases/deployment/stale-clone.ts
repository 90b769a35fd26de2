import { LARGEST_FENCE } from '../../domain/deployment/lease.ts';
import { FENCE_ANNOTATION, fenceNumber, RELEASE_LABEL } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import { command } from '../../text/command-line.ts';
import type { Lock } from '../cluster/lock.ts';
import type { Journal } from '../release/journal.ts';

/** What a service can be, as `find-workload.ts` has it. */
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/**
 * Refuses to go on from a plan that is behind the cluster: objects there bear the mark of a run of this release that its
 * history knows nothing of. That run was given from another clone, and what it recorded has not come here; doing its steps from
 * here would do them twice.
 * @throws RelctlError `cluster.fenced-off`
 */
export async function refuseStaleClone(lock: Lock, { plan }: Pick<Journal, 'plan'>): Promise<void> {
  const marked = await Promise.all([
    ...WORKLOADS.map((kind) => lock.cluster.list({ apiVersion: 'apps/v1', kind })),
    // The snapshot is written before anything else, so a run that had come to a migration and no further is seen by it.
    lock.cluster.list({ apiVersion: 'v1', kind: 'ConfigMap', labels: { [RELEASE_LABEL]: lock.release } }),
  ]);
  const marks = marked.flat().map((one) => one.metadata.annotations?.[FENCE_ANNOTATION] ?? '');
  const highest = Math.max(0, ...marks.filter((mark) => mark.startsWith(`${lock.release}/`)).map(fenceNumber));
  if (highest <= knownFence(plan.events)) return;
  throw new RelctlError(
    'cluster.fenced-off',
    `a run of ${lock.release} that is not recorded in ${plan.file} has changed ${lock.cluster.name} (${lock.release}/${highest})`,
    {
      why: 'Somebody continued this release from another clone; from here its steps would run a second time.',
      hints: [
        'git pull',
        command`relctl status ${lock.release}`,
        'if that clone is lost for good, run the command again with --take-over',
      ],
      data: { known: knownFence(plan.events), found: highest },
    },
  );
}

/** The highest fence that the history names and that a run can have had. */
function knownFence(events: readonly RecordedEvent[]): number {
  const fences = events.map((event) => ('fence' in event.data ? event.data.fence : 0));
  return Math.max(0, ...fences.filter((fence) => fence <= LARGEST_FENCE));
}
