import { SNAPSHOT_LABEL } from '../../domain/deployment/kept-snapshot.ts';
import { RELEASE_LABEL } from '../../domain/kubernetes/manifests.ts';
import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';
import { makeFenced } from '../cluster/apply.ts';
import type { Lock } from '../cluster/lock.ts';
import type { Context } from '../release/context.ts';

/** The note that a Job was let run: it stays when the Job is cleaned up, and when the clone that let it run is lost with its records. */
function noteOf(job: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'ConfigMap', name: `relctl-let-run-${job}` };
}

/** Notes in the cluster, beside the snapshot of the attempt, that a Job is about to be let run. It goes with the snapshot. */
export async function noteLetRun(context: Context, lock: Lock, attempt: number, job: string): Promise<void> {
  const { apiVersion, kind, name } = noteOf(job);
  const note: KubeObject = {
    apiVersion,
    kind,
    metadata: { name, labels: { [RELEASE_LABEL]: lock.release, [SNAPSHOT_LABEL]: String(attempt) } },
    data: { job },
  };
  await makeFenced(context, lock, note);
}

/** Whether a Job was ever let run in this cluster, from whichever clone. */
export async function wasLetRun({ cluster }: Pick<Lock, 'cluster'>, job: string): Promise<boolean> {
  return (await cluster.get(noteOf(job))) !== undefined;
}
