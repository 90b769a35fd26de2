import type { EnvironmentName } from '../../plan/config.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { type RenderingContext, renderEnvironment, serviceIn } from './environment.ts';

/** What is applied for a service in an environment: its workload, and everything else of its manifests. */
export interface DesiredService {
  readonly name: string;
  readonly deployment: KubeObject;
  /** Name of the container whose image is shipped. */
  readonly container: string;
  readonly others: readonly KubeObject[];
}

/**
 * The objects of a service as the candidate's commit renders them, with the image that is shipped.
 * @param image the reference to set; may be pinned to a digest
 * @throws RelctlError `config.unknown-service`, `config.invalid`, `evidence.unreadable`, `manifests.*`
 */
export async function desiredService(
  context: RenderingContext,
  commit: string,
  environment: EnvironmentName,
  name: string,
  image: string,
): Promise<DesiredService> {
  const whole = await renderEnvironment(context, commit, { environment, images: { [name]: image }, services: [name] });
  const { workload, container, others } = serviceIn(whole, environment, name);
  return { name, deployment: workload, container, others };
}
