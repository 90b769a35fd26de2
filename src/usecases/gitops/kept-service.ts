import { untracked } from '../../domain/gitops/untracked.ts';
import { nameOf, withoutServerFields } from '../../domain/kubernetes/manifests.ts';
import { allContainers, withImages } from '../../domain/kubernetes/pods.ts';
import { RelctlError } from '../../errors.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import type { Cluster } from '../../ports/cluster.ts';
import { refOf } from '../cluster/apply.ts';
import type { DesiredService } from '../cluster/desired-objects.ts';
import type { Context } from '../release/context.ts';

/**
 * A service as production will have it once the image is committed: its workload as the reconciler keeps it now, with the candidate's image,
 * and without the marks of the reconciler. The manifests of the product say which workload and container it is, and nothing more.
 * @throws RelctlError `production.unfit` for a service that production does not have yet
 */
export async function asKept(
  { config }: Pick<Context, 'config'>,
  cluster: Pick<Cluster, 'get' | 'name'>,
  service: DesiredService,
  image: string,
): Promise<DesiredService> {
  const { deployment, container } = service;
  const live = await cluster.get(refOf(deployment));
  if (live === undefined || allContainers(live).every(({ name }) => name !== container)) {
    const what = live === undefined ? nameOf(deployment) : `${nameOf(deployment)} with a container ${container}`;
    throw new RelctlError('production.unfit', `${cluster.name} has no ${what} yet`, {
      why: 'With `rollout: gitops` a release commits images. Everything else of production comes by commits of people.',
      hints: [
        `commit its manifests to ${gitopsOf(config)?.path ?? 'the config repository'} first, with the image that runs before the release`,
      ],
    });
  }
  return {
    ...service,
    deployment: withImages(untracked(withoutServerFields(live)), image, ({ name }) => name === container),
    others: [],
  };
}
