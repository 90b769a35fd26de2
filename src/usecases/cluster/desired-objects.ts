import type { ServiceAnswer } from '../../domain/kubernetes/environment-objects.ts';
import { PRODUCT } from '../../domain/kubernetes/own-objects.ts';
import { withPinnedImages } from '../../domain/kubernetes/pods.ts';
import type { EnvironmentName } from '../../plan/config.ts';
import { canonicalJson, sha256 } from '../../plan/digest.ts';
import type { Spec } from '../../plan/spec.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { type RenderingContext, renderEnvironment, serviceIn } from './environment.ts';

/** Objects that are applied together: those of a service, or what several share. */
export interface DesiredObjects {
  readonly name: string;
  readonly others: readonly KubeObject[];
}

/** What is applied for a service in an environment: its workload, and everything else of its manifests. */
export interface DesiredService extends DesiredObjects {
  readonly deployment: KubeObject;
  /** Name of the container whose image is shipped. */
  readonly container: string;
}

/** All that a plan ships to an environment. */
export interface ShippedObjects {
  readonly services: readonly DesiredService[];
  /** What belongs to no single service; applied before any of them. */
  readonly product: DesiredObjects;
}

/** What of a plan decides what is shipped. */
type Shipping = Pick<Spec, 'candidate' | 'services'>;

/**
 * The objects of a service as the candidate's commit renders them, with the image that is shipped.
 * @param image the reference to set; may be pinned to a digest
 * @param pins what else is pinned, by the image as the manifests write it
 * @throws RelctlError `config.unknown-service`, `config.invalid`, `evidence.unreadable`, `manifests.*`
 */
export async function desiredService(
  context: RenderingContext,
  commit: string,
  environment: EnvironmentName,
  name: string,
  image: string,
  pins: ReadonlyMap<string, string> = new Map(),
): Promise<DesiredService> {
  const whole = await renderEnvironment(context, commit, { environment, images: { [name]: image }, services: [name] });
  return desiredFrom(serviceIn(whole, environment, name), pins);
}

function desiredFrom(
  { name, workload, container, others }: Extract<ServiceAnswer, { ok: true }>,
  pins: ReadonlyMap<string, string>,
): DesiredService {
  const pinned = (object: KubeObject) => withPinnedImages(object, pins);
  return { name, deployment: pinned(workload), container, others: others.map(pinned) };
}

/**
 * Everything that a plan ships to an environment, with its images.
 * @param images what is shipped of each service; as the plan names them when left out
 * @throws RelctlError as {@link desiredService}
 */
export async function shippedObjects(
  context: RenderingContext,
  { candidate, services }: Shipping,
  environment: EnvironmentName,
  images: Readonly<Record<string, string>> = Object.fromEntries(services.map(({ name, image }) => [name, image])),
  pins: ReadonlyMap<string, string> = new Map(),
): Promise<ShippedObjects> {
  const names = services.map(({ name }) => name);
  const whole = await renderEnvironment(context, candidate.commit, { environment, images, services: names });
  return {
    services: names.map((name) => desiredFrom(serviceIn(whole, environment, name), pins)),
    product: { name: PRODUCT, others: whole.product.map((object) => withPinnedImages(object, pins)) },
  };
}

/**
 * The digest that stands for all that a plan ships to an environment: whoever approves it approves these objects and no others.
 * @returns SHA-256, 64 hex digits
 */
export async function renderedDigest(
  context: RenderingContext,
  spec: Shipping,
  environment: EnvironmentName,
): Promise<string> {
  const { services, product } = await shippedObjects(context, spec, environment);
  const lines = [
    ...services.map(({ name, deployment, others }) => ({ name, others: [deployment, ...others] })),
    product,
  ]
    .flatMap(({ name, others }) => others.map((object) => canonicalJson({ owner: name, object })))
    .sort();
  return sha256(lines.join('\n'));
}
