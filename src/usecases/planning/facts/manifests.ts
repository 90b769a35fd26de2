import { isDeployment, replicasOf } from '../../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../../errors.ts';
import type { EnvironmentName } from '../../../plan/config.ts';
import type { KubeObject } from '../../../ports/cluster.ts';
import { containerOf, manifestObjects } from '../../cluster/desired-objects.ts';
import type { Context } from '../../release/context.ts';

/** What the manifests of a service say at a commit. */
export interface ServiceManifests {
  readonly objects: readonly KubeObject[];
  /** The container that is shipped, and the file in which its Deployment stands; `undefined` when it cannot be told. */
  readonly container: string | undefined;
  readonly file: string | undefined;
  /** Image of the container that is shipped; `undefined` when the manifests do not say it plainly. */
  readonly image: string | undefined;
  readonly replicas: number | undefined;
  /** Why the manifests could not be read. */
  readonly problem?: string;
}

/** The manifests of one commit: read from git in one go, understood once, when they are asked for. */
export interface Manifests {
  /** What cannot be read is a problem in words, because a plan can be written without. */
  of(environment: EnvironmentName, service: string): Promise<ServiceManifests>;
}

/** Opens the manifests of all services at a commit (full id). */
export async function openManifests(
  { repository, config }: Pick<Context, 'repository' | 'config'>,
  commit: string,
): Promise<Manifests> {
  const files = await repository.filesAt(commit);
  const folders = Object.values(config.services).flatMap(({ manifests }) => [
    ...manifests.staging,
    ...manifests.production,
  ]);
  const wanted = files.filter((file) => isBelow(file, folders));
  const texts = await repository.readFiles(commit, wanted);
  const known = {
    repository: { filesAt: async () => files, fileAt: async (_commit: string, path: string) => texts.get(path) },
  };
  const read = async (environment: EnvironmentName, name: string): Promise<ServiceManifests> => {
    const service = config.services[name];
    const nothing = { objects: [], container: undefined, file: undefined, image: undefined, replicas: undefined };
    if (service === undefined) return { ...nothing, problem: `relctl.yaml does not define ${name}` };
    try {
      const objects = await manifestObjects(known, commit, service.manifests[environment]);
      const deployment = objects.find(isDeployment);
      if (deployment === undefined)
        return { ...nothing, objects, problem: `no Deployment in the manifests of ${name}` };
      const container = containerOf(name, service.container, deployment);
      const file = wanted.find(
        (one) => isBelow(one, service.manifests[environment]) && KIND.test(texts.get(one) ?? ''),
      );
      return { objects, container, file, image: imageOf(deployment, container), replicas: replicasOf(deployment) };
    } catch (error) {
      if (error instanceof RelctlError) return { ...nothing, problem: error.message };
      throw error;
    }
  };
  const understood = new Map<string, Promise<ServiceManifests>>();
  return {
    of(environment, name) {
      const key = `${environment}/${name}`;
      const manifests = understood.get(key) ?? read(environment, name);
      understood.set(key, manifests);
      return manifests;
    },
  };
}

/** The kind as YAML and JSON write it. */
const KIND = /^\s*"?kind"?: *"?Deployment\b/m;

function isBelow(file: string, paths: readonly string[]): boolean {
  return paths.some((path) => file === path || file.startsWith(`${path.replace(/\/$/, '')}/`));
}

function imageOf(deployment: KubeObject, container: string): string | undefined {
  if (!isDeployment(deployment)) return undefined;
  return deployment.spec.template.spec.containers.find((one) => one.name === container)?.image;
}
