import { isSameImage } from '../../domain/kubernetes/image-reference.ts';
import { nameOf } from '../../domain/kubernetes/manifests.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { plural } from '../../text/plural.ts';
import { refOf } from '../cluster/apply.ts';
import { awaitRollout } from '../cluster/await-ready.ts';
import type { DesiredService } from '../cluster/desired-objects.ts';
import { refuseDrift } from '../cluster/drift.ts';
import { lookUntil } from '../cluster/look-until.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { recordedHealth } from '../cluster/snapshot.ts';
import type { StepResult } from '../cluster/step-result.ts';
import { imageIn } from './image-changes.ts';
import { awaitReadyAt, openSync } from './sync.ts';

/**
 * Waits until the reconciler has given a workload the candidate's image, and until its pods are well and run what was staged.
 * @throws RelctlError `gitops.failed` with what the reconciler says, `gitops.timeout`; `rollout.doomed`, `rollout.timeout`, `cluster.drift`
 */
export async function awaitApplied(run: Run, target: string, service: DesiredService): Promise<StepResult> {
  const { context, policy } = run;
  const written = await awaitImage(run, target, {
    wanted: service.deployment,
    container: service.container,
    commit: committed(run, target),
  });
  const before = await recordedHealth(run, target, refOf(service.deployment));
  const pods = await awaitRollout(context, lockOf(run, target), written, policy.production.rolloutTimeout, before);
  refuseDrift(run, service, pods);
  return { detail: plural(pods.length, 'pod') };
}

/** Waits until the reconciler is ready at the commit of the rollout. Errors: `gitops.failed`, `gitops.timeout`. */
export async function awaitSynced(run: Run, target: string): Promise<StepResult> {
  return { detail: await awaitReadyAt(run, target, committed(run, target)) };
}

/** What is waited for in a workload. */
export interface AwaitedImage {
  /** The workload with the image. */
  readonly wanted: KubeObject;
  readonly container: string;
  /** The commit that brings it. */
  readonly commit: string;
}

/** Waits until a workload in the cluster has an image. Errors: `gitops.failed`, `gitops.timeout`, `answer.interrupted`. */
export async function awaitImage(
  run: Run,
  target: string,
  { wanted, container, commit }: AwaitedImage,
): Promise<KubeObject> {
  const sync = openSync(run, commit);
  const { apiVersion, kind, name } = refOf(wanted);
  return lookUntil<KubeObject>(run.context, lockOf(run, target), {
    subject: nameOf(wanted),
    queries: [{ apiVersion, kind, name }],
    async look([found = []]) {
      const [live] = found;
      if (live !== undefined && isSameImage(imageIn(live, container), imageIn(wanted, container)))
        return { answer: live };
      const { text } = await sync();
      return { detail: `not applied yet; ${text}` };
    },
  });
}

/** The commit of the rollout, as its step was recorded. */
function committed(run: Run, target: string): string {
  const commit = run.release.journal.state.deployment?.steps.get(`commit@${target}`)?.data?.commit;
  if (commit === undefined) throw new Error('a rollout is waited for that was not committed');
  return commit;
}
