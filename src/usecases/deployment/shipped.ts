import { gitopsOf } from '../../plan/rollout.ts';
import { ownOf } from '../../text/by-name.ts';
import {
  type DesiredService,
  desiredService,
  type ShippedObjects,
  shippedObjects,
} from '../cluster/desired-objects.ts';
import { clusterOf, type Run } from '../cluster/run.ts';
import { asKept } from '../gitops/kept-service.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { pinsBeside } from './images.ts';

/** A service's production objects with the image that was staged. */
export async function desired({ context, release, images }: Run, name: string): Promise<DesiredService> {
  const { spec } = release.journal.plan;
  const image = ownOf(images, name) ?? spec.services.find((service) => service.name === name)?.image ?? '';
  const pins = pinsBeside(release.journal.state);
  const service = await desiredService(context, spec.candidate.commit, 'production', name, image, pins);
  return gitopsOf(context.config) === undefined
    ? service
    : asKept(context, clusterOf(context, 'production'), service, image);
}

/** Everything that production gets, with the images that were staged. */
export function shipped({ context, release, images }: Run): Promise<ShippedObjects> {
  const { spec } = release.journal.plan;
  return shippedToProduction(
    context,
    release,
    Object.fromEntries(spec.services.map(({ name, image }) => [name, ownOf(images, name) ?? image])),
  );
}

/**
 * Everything that a release writes to production. Where commits bring it there, that is the image of each service and nothing else: what
 * runs now is what the reconciler keeps.
 * @param images the image of each service, pinned to what was staged
 */
export async function shippedToProduction(
  context: Context,
  { journal }: Release,
  images: Readonly<Record<string, string>>,
): Promise<ShippedObjects> {
  const { plan, state } = journal;
  const whole = await shippedObjects(context, plan.spec, 'production', images, pinsBeside(state));
  if (gitopsOf(context.config) === undefined) return whole;
  const cluster = clusterOf(context, 'production');
  const services = await Promise.all(
    whole.services.map((service) => asKept(context, cluster, service, ownOf(images, service.name) ?? '')),
  );
  return { services, product: { ...whole.product, others: [] } };
}
