import { RelctlError } from '../../domain/errors.ts';
import { isDeployment, replicasOf } from '../../domain/manifests.ts';
import type { EnvironmentName } from '../../plan/config.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { Context } from '../context.ts';
import { containerOf, manifestObjects } from '../deployment/objects.ts';

/** What the manifests of a service say at a commit. */
export interface ServiceManifests {
  readonly objects: readonly KubeObject[];
  /** Image of the container that is shipped; `undefined` when the manifests do not say it plainly. */
  readonly image: string | undefined;
  readonly replicas: number | undefined;
  /** Why the manifests could not be read. */
  readonly problem?: string;
}

/** Reads the manifests of a service; what cannot be read is a problem in words, because a plan can be written without. */
export async function readServiceManifests(
  context: Pick<Context, 'repository' | 'config'>,
  commit: string,
  environment: EnvironmentName,
  name: string,
): Promise<ServiceManifests> {
  const service = context.config.services[name];
  const nothing = { objects: [], image: undefined, replicas: undefined };
  if (service === undefined) return { ...nothing, problem: `relctl.yaml does not define ${name}` };
  try {
    const objects = await manifestObjects(context, commit, service.manifests[environment]);
    const deployment = objects.find(isDeployment);
    if (deployment === undefined) return { ...nothing, objects, problem: `no Deployment in the manifests of ${name}` };
    const container = containerOf(name, service.container, deployment);
    return { objects, image: imageOf(deployment, container), replicas: replicasOf(deployment) };
  } catch (error) {
    if (error instanceof RelctlError) return { ...nothing, problem: error.message };
    throw error;
  }
}

function imageOf(deployment: KubeObject, container: string): string | undefined {
  if (!isDeployment(deployment)) return undefined;
  return deployment.spec.template.spec.containers.find((one) => one.name === container)?.image;
}
