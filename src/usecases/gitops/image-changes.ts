import { editImages, type ImageChange, type ImageEdits } from '../../domain/gitops/edit-images.ts';
import { nameOf } from '../../domain/kubernetes/manifests.ts';
import { allContainers } from '../../domain/kubernetes/pods.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { refOf } from '../cluster/apply.ts';
import type { DesiredService } from '../cluster/desired-objects.ts';
import type { Run } from '../cluster/run.ts';
import { recordedObject } from '../cluster/snapshot.ts';
import { desired } from '../deployment/shipped.ts';
import type { GitOpsGround } from './ground.ts';

/**
 * Which image of a service a release changes.
 * @param before the workload as production had it
 */
export function imageChange(
  { name, deployment, container }: Pick<DesiredService, 'name' | 'deployment' | 'container'>,
  before: KubeObject | undefined,
): ImageChange {
  const to = imageIn(deployment, container);
  const from = before === undefined ? to : imageIn(before, container);
  return { service: name, workload: nameOf(deployment), container, from, to };
}

/** The image of a container of a workload, as it is written. */
export function imageIn(workload: KubeObject, container: string): string {
  return allContainers(workload).find(({ name }) => name === container)?.image ?? '';
}

/** What a commit would change so that the config repository says these images; nothing where it says so already. */
export async function editsAt(
  { settings, repository }: GitOpsGround,
  commit: string,
  changes: readonly ImageChange[],
): Promise<ImageEdits> {
  return editImages(await repository.files(commit, settings.path), settings.path, changes);
}

/** Which images a run changes, from what production ran before it. */
export function plannedChanges(run: Run, target: string): Promise<readonly ImageChange[]> {
  return Promise.all(
    run.release.journal.plan.spec.services.map(async ({ name }) => {
      const service = await desired(run, name);
      return imageChange(service, await recordedObject(run, target, refOf(service.deployment)));
    }),
  );
}
