import { appliedObjects, identityOf } from '../../../domain/kubernetes/applied-objects.ts';
import { isServiceOf, replicasOf } from '../../../domain/kubernetes/manifests.ts';
import { allContainers } from '../../../domain/kubernetes/pods.ts';
import { RelctlError } from '../../../errors.ts';
import type { EnvironmentName } from '../../../plan/config.ts';
import type { KubeObject } from '../../../ports/cluster.ts';
import { type RenderingContext, renderEnvironment } from '../../cluster/environment.ts';

/** What the manifests of a service say at a commit. */
export interface ServiceManifests {
  readonly objects: readonly KubeObject[];
  /** What is rolled out as the service. */
  readonly workload: KubeObject | undefined;
  /** The container that is shipped, and where its workload is from; `undefined` when it cannot be told. */
  readonly container: string | undefined;
  readonly file: string | undefined;
  /** Image of the container that is shipped; `undefined` when the manifests do not say it plainly. */
  readonly image: string | undefined;
  readonly replicas: number | undefined;
  /** False where no Service among all manifests sends its pods requests; `undefined` where its workload cannot be told. */
  readonly served?: boolean;
  /** True where nothing of it could be rendered. */
  readonly isUnrendered?: true;
  /** Why its workload cannot be told, and what to do about it. */
  readonly problem?: string;
  readonly fix?: string;
}

/** The manifests of one commit, rendered once, when they are asked for. */
export interface Manifests {
  /** What cannot be read is a problem in words, because a plan can be written without. */
  of(environment: EnvironmentName, service: string): Promise<ServiceManifests>;
  /** What tells each object from others that relctl applies there, whatever file names it. */
  applied(environment: EnvironmentName): Promise<ReadonlySet<string>>;
}

/** Opens the manifests of all services at a commit (full id). */
export async function openManifests(context: RenderingContext, commit: string): Promise<Manifests> {
  const environments = new Map<EnvironmentName, ReturnType<typeof renderEnvironment>>();
  const renderingOf = (environment: EnvironmentName) => {
    const rendering =
      environments.get(environment) ?? renderEnvironment(context, commit, { environment, names: 'plain' });
    environments.set(environment, rendering);
    return rendering;
  };
  return {
    async applied(environment) {
      const whole = await renderingOf(environment);
      return new Set(appliedObjects(whole, [...whole.services.keys()]).map(({ object }) => identityOf(object)));
    },
    async of(environment, name) {
      const { services, product } = await renderingOf(environment);
      const answer = services.get(name);
      const nothing = {
        workload: undefined,
        container: undefined,
        file: undefined,
        image: undefined,
        replicas: undefined,
      };
      if (answer === undefined) return { ...nothing, objects: [], problem: `relctl.yaml does not define ${name}` };
      if (!answer.ok) {
        const { objects, problem, fix, cause } = answer;
        const isUnrendered = cause instanceof RelctlError && /^(manifests\.|tool\.missing$)/.test(cause.code);
        return { ...nothing, objects, problem, fix, ...(isUnrendered ? { isUnrendered } : {}) };
      }
      const { workload, container, others, from } = answer;
      const image = allContainers(workload).find((one) => one.name === container)?.image;
      const objects = [workload, ...others];
      const served = [...objects, ...product].some((one) => isServiceOf(one, workload));
      return { objects, workload, container, file: from, image, replicas: replicasOf(workload), served };
    },
  };
}
