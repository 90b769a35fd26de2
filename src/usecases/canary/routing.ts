import { canaryOf, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import type { Exposure, Steering } from '../../domain/deployment/strategies/strategy.ts';
import { canaryName, fenced, RELEASE_LABEL, unfenced } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import { percentRatio } from '../../plan/duration.ts';
import type { ObjectRef } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import { applyFenced, isSameRef, refOf, removeFenced, reviseFenced } from '../cluster/apply.ts';
import { awaitAccepted } from '../cluster/await-ready.ts';
import type { DesiredService } from '../cluster/desired-objects.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { recordedObject } from '../cluster/snapshot.ts';
import type { StepResult } from '../cluster/step-result.ts';

/** What divides the requests of a service in a target, and what it was before the release. */
interface Route {
  readonly ref: ObjectRef;
  readonly steering: Steering;
  readonly ground: Omit<Exposure, 'share'>;
}

/** Whether it is known what a target ran before the release. Where it is not, the canary is taken out of a route, and the rest stays as it is. */
interface Before {
  readonly isKnown: boolean;
}
const KNOWN: Before = { isKnown: true };

async function routeOf(run: Run, target: string, service: string, { isKnown } = KNOWN): Promise<Route | undefined> {
  const { steering } = strategyFor(run.release.journal.plan.spec, service);
  const traffic = run.context.config.services[service]?.traffic;
  const ref = steering?.ref(traffic);
  if (steering === undefined || traffic === undefined || ref === undefined) return undefined;
  return { ref, steering, ground: { traffic, before: isKnown ? await recordedObject(run, target, ref) : undefined } };
}

/** Makes the canary known to its route at weight 0, so that a backend which cannot be reached harms nobody. */
export async function linkCanary(run: Run, target: string, service: DesiredService): Promise<void> {
  await setShare(run, target, service.name, 0);
}

/** Sends the canary its share, once all canaries of the release are ready. Errors: `canary.route-refused`. */
export async function exposeCanary(run: Run, target: string, service: DesiredService): Promise<StepResult> {
  const { cluster } = lockOf(run, target);
  const canary = canaryName(service.deployment.metadata.name);
  if ((await cluster.get({ ...refOf(service.deployment), name: canary })) === undefined) {
    return { detail: 'there is no canary to send requests to' };
  }
  const { share } = canaryOf(run.release.journal.plan.spec, service.name);
  await setShare(run, target, service.name, percentRatio(share));
  return { detail: `exactly ${share} of the requests` };
}

async function setShare(run: Run, target: string, service: string, share: number): Promise<void> {
  const route = await routeOf(run, target, service);
  if (route === undefined) return;
  const lock = lockOf(run, target);
  const written = await reviseFenced(run.context, lock, route.ref, (live) =>
    fenced(route.steering.expose(live, { ...route.ground, share }), lock.mark),
  );
  if (written === undefined) {
    throw new RelctlError(
      'canary.not-steerable',
      `${route.ref.kind}/${route.ref.name} is not in ${lock.cluster.name} any more`,
      {
        why: 'It divides the requests between stable and canary.',
        hints: [command`kubectl -n ${lock.cluster.namespace} get ${route.ref.kind.toLowerCase()}`],
      },
    );
  }
  await awaitAccepted(run.context, lock, route.ref, route.steering, run.policy.production.routeTimeout);
}

/**
 * Takes the requests from a canary whose candidate is rolled out: its route gets what the release ships for it, or becomes what
 * it was.
 */
export async function hideCanary(run: Run, target: string, service: DesiredService): Promise<StepResult> {
  const route = await routeOf(run, target, service.name);
  if (route === undefined) return {};
  const { context } = run;
  const lock = lockOf(run, target);
  const shipped = service.others.find((one) => isSameRef(refOf(one), route.ref));
  if (shipped === undefined) await unlink(run, target, route);
  else await applyFenced(context, lock, shipped);
  if ((await lock.cluster.get(route.ref)) !== undefined) {
    await awaitAccepted(context, lock, route.ref, route.steering, run.policy.production.routeTimeout);
  }
  return {};
}

async function unlink(run: Run, target: string, { ref, steering, ground }: Route): Promise<void> {
  await reviseFenced(run.context, lockOf(run, target), ref, (live) => unfenced(steering.unlink(live, ground)));
}

/**
 * Rolling back, first of all: the canary gets no more requests. What its gateway says of that is told, and does not keep the
 * rest of the rollback waiting.
 * @returns true when there was a route to change
 */
export async function silenceCanary(run: Run, target: string, service: string, before = KNOWN): Promise<boolean> {
  const { context } = run;
  const lock = lockOf(run, target);
  const route = await routeOf(run, target, service, before);
  if (route === undefined) return false;
  const { ref, steering, ground } = route;
  let changed = false;
  const written = await reviseFenced(context, lock, ref, (live) => {
    // Linked at weight 0 is the first step back; a route that does not know the canary is left alone.
    if (steering.isClean(live, ground)) return live;
    changed = true;
    return fenced(steering.expose(live, { ...ground, share: 0 }), lock.mark);
  });
  if (written === undefined || !changed) return false;
  try {
    await awaitAccepted(context, lock, ref, steering, run.policy.production.routeTimeout);
  } catch (error) {
    if (!(error instanceof RelctlError) || error.code !== 'canary.route-refused') throw error;
    context.sink.emit({ type: 'note', level: 'warning', text: error.message });
  }
  return true;
}

/** Takes the canary out of its route and removes what stood beside its pods. */
export async function removeRouting(run: Run, target: string, service: string, before = KNOWN): Promise<void> {
  const route = await routeOf(run, target, service, before);
  if (route !== undefined && !route.steering.ownObject) await unlink(run, target, route);
  const strategy = strategyFor(run.release.journal.plan.spec, service);
  for (const ref of strategy.companionRefs(run.context.config.services[service]?.traffic))
    await removeOwn(run, target, ref);
}

/**
 * Removes an object that exists for this release only; one of the same name that somebody else made is left alone.
 * @returns true when it was there
 */
export function removeOwn(run: Run, target: string, ref: ObjectRef): Promise<boolean> {
  const lock = lockOf(run, target);
  return removeFenced(run.context, lock, ref, ({ metadata }) => metadata.labels?.[RELEASE_LABEL] === lock.release);
}
