import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { clusterOf, type Run } from '../cluster/run.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import { isOursToRestore, isRecorded, isWritten, titleOf } from './put-back.ts';

/**
 * Refuses to put anything back over an object that is being deleted: what is written to it goes with it, and a manifest without its
 * finalizers would take them away, and all of its pods at once.
 * @throws RelctlError `rollback.incomplete`; nothing of these objects was written
 */
export async function refuseGoing(run: Run, snapshots: readonly Snapshot[]): Promise<void> {
  const going: { readonly title: string; readonly finalizers: readonly string[]; readonly look: string }[] = [];
  for (const { target, objects } of snapshots) {
    const cluster = clusterOf(run.context, target);
    for (const one of objects.filter(isRecorded).filter((found) => isOursToRestore(run, target, found))) {
      const live = await cluster.get(one);
      if (live?.metadata.deletionTimestamp === undefined || !isWritten(run, target, one, live)) continue;
      going.push({
        title: titleOf(target, one),
        finalizers: (live.metadata.finalizers ?? []) as readonly string[],
        look: command`kubectl -n ${cluster.namespace} get ${one.kind.toLowerCase()} ${one.name} -o yaml`,
      });
    }
  }
  if (going.length === 0) return;
  const said = going.map(({ title, finalizers }) => {
    const waits = finalizers.length === 0 ? '' : ` and waits for its finalizers: ${finalizers.join(', ')}`;
    return `${title} is being deleted${waits}`;
  });
  throw new RelctlError('rollback.incomplete', said.join('; '), {
    why: 'What is put back over it would go with it. Once it is gone, a rollback makes it anew, as it was.',
    hints: going.map(({ look }) => look),
    data: { different: going.map(({ title }) => title) },
  });
}
