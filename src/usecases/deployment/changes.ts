import { AUTOSCALER, withDecidedReplicas } from '../../domain/deployment/autoscaling.ts';
import { holdsContent } from '../../domain/deployment/content.ts';
import { strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import type { CanaryGround, Obstacle } from '../../domain/deployment/strategies/strategy.ts';
import {
  isContentNamed,
  isPreparable,
  nameOf,
  replicasOf,
  withoutServerFields,
} from '../../domain/kubernetes/manifests.ts';
import type { Cluster, KubeObject } from '../../ports/cluster.ts';
import { canaryGround } from '../canary/ground.ts';
import { isSameRef, refOf } from '../cluster/apply.ts';
import type { DesiredObjects, DesiredService } from '../cluster/desired-objects.ts';
import { listIfKnown } from '../cluster/optional-kinds.ts';
import { clusterOf } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { pinnedImages } from './images.ts';
import { rolledOut } from './roll-out.ts';
import { shippedToProduction } from './shipped.ts';

/** What a deployment would write to one service in one target. Nothing is written to find out. */
export interface ServiceChanges {
  readonly target: string;
  readonly service: DesiredObjects & Partial<DesiredService>;
  /** What production runs before; `undefined` for a service that is new there. */
  readonly ground: CanaryGround | undefined;
  readonly obstacle: Obstacle | undefined;
  /** Names of what is created before the canary. */
  readonly prepared: readonly string[];
  /** What the canary adds, and the route at the canary's share. */
  readonly canary: readonly KubeObject[];
  /** What the rollout writes. */
  readonly rollout: readonly KubeObject[];
}

/** What a deployment would write to every target. Nothing is written to find out. */
export async function allChanges(
  context: Context,
  release: Release,
  targets: readonly string[],
): Promise<readonly ServiceChanges[]> {
  const { plan, state } = release.journal;
  const images = pinnedImages(plan.spec, state);
  const { services, product } = await shippedToProduction(context, release, images);
  return Promise.all(
    targets.flatMap((target) => [
      ...(product.others.length === 0 ? [] : [changesOfProduct(context, target, product)]),
      ...services.map((service) => changesOf(context, release, target, service)),
    ]),
  );
}

/** What a deployment would write of what several services share. */
async function changesOfProduct(context: Context, target: string, product: DesiredObjects): Promise<ServiceChanges> {
  const cluster = clusterOf(context, target);
  const missing = await absent(
    cluster,
    product.others.filter((one) => isPreparable(one)),
  );
  return {
    target,
    service: product,
    ground: undefined,
    obstacle: undefined,
    prepared: missing.map(nameOf),
    canary: [],
    rollout: await needWriting(cluster, product.others),
  };
}

/** Reads what a service is in a target and says what each part of the deployment would write. */
async function changesOf(
  context: Context,
  release: Release,
  target: string,
  service: DesiredService,
): Promise<ServiceChanges> {
  const cluster = clusterOf(context, target);
  const { plan } = release.journal;
  const strategy = strategyFor(plan.spec, service.name);
  const ground = await canaryGround(context, plan, release.policy, cluster, service);
  const byPods = strategy.canary !== 'region' && ground !== undefined;
  const obstacle = byPods ? strategy.obstacle(ground) : undefined;
  const autoscalers = await listIfKnown(cluster, [AUTOSCALER.apiVersion], AUTOSCALER.kind);
  const others = rolledOut({ context, release }, service);
  const missing = await absent(
    cluster,
    others.filter((one) => isPreparable(one, service)),
  );
  return {
    target,
    service,
    ground,
    obstacle,
    prepared: missing.map(nameOf),
    canary: byPods && obstacle === undefined ? canaryObjects(release, ground) : [],
    rollout: [
      ...(await needWriting(cluster, others)),
      withDecidedReplicas(service.deployment, ground?.stable, autoscalers),
      ...shippedRoute(context, release, service),
    ],
  };
}

function canaryObjects(release: Release, ground: CanaryGround): readonly KubeObject[] {
  const { steering, companions } = strategyFor(release.journal.plan.spec, ground.service);
  const { traffic, route, share } = ground;
  const own = companions(ground);
  if (steering === undefined || traffic === undefined || route === undefined) {
    return [...own, ...moreStable(ground), ground.canary];
  }
  const exposure = { traffic, share, before: route };
  if (!steering.ownObject) return [...own, ground.canary, withoutServerFields(steering.expose(route, exposure))];
  const ref = steering.ref(traffic);
  return [
    ...own.map((one) => (ref !== undefined && isSameRef(refOf(one), ref) ? steering.expose(one, exposure) : one)),
    ground.canary,
  ];
}

/** The stable Deployment with more pods, where a canary needs them. */
function moreStable({ stable, pods, canary }: CanaryGround): readonly KubeObject[] {
  if (canary.metadata.name === stable.metadata.name || pods <= replicasOf(stable)) return [];
  return [withoutServerFields({ ...stable, spec: { ...(stable.spec as object), replicas: pods } })];
}

function shippedRoute(context: Context, release: Release, service: DesiredService): readonly KubeObject[] {
  const written = new Set(rolledOut({ context, release }, service));
  return service.others.filter((one) => !written.has(one));
}

async function absent(cluster: Cluster, objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
  const live = await Promise.all(objects.map((object) => cluster.get(refOf(object))));
  return objects.filter((_object, index) => live[index] === undefined);
}

/** Content that is there already under its name is not written again. */
async function needWriting(cluster: Cluster, objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
  const live = await Promise.all(
    objects.map((object) => (isContentNamed(object) ? cluster.get(refOf(object)) : undefined)),
  );
  return objects.filter((object, index) => {
    const there = live[index];
    return there === undefined || !holdsContent(there, object);
  });
}
