import { containersOf, isDeployment, withContentNames, withImage } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import { readKubernetesObjects } from '../../evidence/kubernetes-objects.ts';
import type { EnvironmentName } from '../../plan/config.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { Repository } from '../../ports/repository.ts';
import type { Context } from '../release/context.ts';

/** What a service wants in an environment: its Deployment, and everything else of its manifests. */
export interface DesiredService {
  readonly name: string;
  readonly deployment: KubeObject;
  /** Name of the container whose image is shipped. */
  readonly container: string;
  readonly others: readonly KubeObject[];
}

/**
 * The objects of a service as the candidate's commit has them, with the image that is shipped.
 * @param image the reference to set; may be pinned to a digest
 * @throws RelctlError `config.unknown-service`, `config.invalid`, `evidence.unreadable`
 */
export async function desiredService(
  context: Context,
  commit: string,
  environment: EnvironmentName,
  name: string,
  image: string,
): Promise<DesiredService> {
  const service = context.config.services[name];
  if (service === undefined) {
    throw new RelctlError('config.unknown-service', `the plan ships ${name}, which relctl.yaml does not define`, {
      why: 'relctl would not know which manifests belong to it.',
      hints: [`add ${name} to relctl.yaml`],
    });
  }
  const objects = withContentNames(await manifestObjects(context, commit, service.manifests[environment]));
  const deployments = objects.filter(isDeployment);
  const [deployment] = deployments;
  if (deployment === undefined || deployments.length > 1) {
    throw new RelctlError(
      'config.invalid',
      `the ${environment} manifests of ${name} hold ${deployments.length} Deployments; there must be one`,
      {
        place: { file: service.manifests[environment][0] ?? 'relctl.yaml' },
        why: 'The Deployment is what is staged, canaried and rolled out as this service.',
        hints: [`correct services.${name}.manifests.${environment} in relctl.yaml`],
      },
    );
  }
  const container = containerOf(name, service.container, deployment);
  return {
    name,
    deployment: withImage(deployment, container, image),
    container,
    others: objects.filter((object) => object !== deployment),
  };
}

/** The container whose image is shipped: the one that relctl.yaml names, or the only one. Errors: `config.invalid`. */
export function containerOf(service: string, named: string | undefined, deployment: KubeObject): string {
  const containers = containersOf(deployment);
  const [only] = containers;
  const container = named ?? (containers.length === 1 ? only : undefined);
  if (container !== undefined && containers.includes(container)) return container;
  throw new RelctlError(
    'config.invalid',
    named === undefined
      ? `${service} has ${containers.length} containers, and relctl.yaml does not say which one is shipped`
      : `relctl.yaml names the container ${named} of ${service}, which its Deployment does not have`,
    {
      place: { file: 'relctl.yaml' },
      why: 'The image of one container is set; setting the wrong one would ship nothing.',
      hints: [`services.${service}.container: ${containers.join(' | ')}`],
    },
  );
}

/** The objects of manifest files and folders at a commit. Errors: `config.invalid`, `evidence.unreadable`. */
export async function manifestObjects(
  context: { readonly repository: Pick<Repository, 'filesAt' | 'fileAt'> },
  commit: string,
  paths: readonly string[],
): Promise<readonly KubeObject[]> {
  const { repository } = context;
  const files = await repository.filesAt(commit);
  const wanted = paths.flatMap((path) => {
    const below = files.filter(
      (file) => file === path || (file.startsWith(`${path.replace(/\/$/, '')}/`) && /\.(ya?ml|json)$/.test(file)),
    );
    if (below.length === 0) {
      throw new RelctlError('config.invalid', `the candidate ${commit.slice(0, 12)} has no manifest at ${path}`, {
        place: { file: path },
        why: 'What is deployed is read from the candidate, not from the work tree.',
        hints: [`git ls-tree -r --name-only ${commit.slice(0, 12)} -- ${path}`, 'correct the path in relctl.yaml'],
      });
    }
    return below;
  });
  const texts = await Promise.all(
    [...new Set(wanted)].map(async (file) =>
      readKubernetesObjects((await repository.fileAt(commit, file)) ?? '', file),
    ),
  );
  return texts.flat();
}
