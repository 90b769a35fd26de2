import { AUTOSCALER, withDecidedReplicas } from '../../domain/deployment/autoscaling.ts';
import { holdsContent } from '../../domain/deployment/content.ts';
import { strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { writtenDigest } from '../../domain/kubernetes/as-written.ts';
import { isWorkload } from '../../domain/kubernetes/find-workload.ts';
import { isContentNamed, isPreparable, nameOf, readFirst } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import { plural } from '../../text/plural.ts';
import { applyFenced, isSameRef, makeFenced, refOf } from '../cluster/apply.ts';
import { awaitRollout } from '../cluster/await-ready.ts';
import type { DesiredObjects, DesiredService } from '../cluster/desired-objects.ts';
import { refuseDrift } from '../cluster/drift.ts';
import { listIfKnown } from '../cluster/optional-kinds.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import { recordedHealth } from '../cluster/snapshot.ts';
import type { StepResult } from '../cluster/step-result.ts';

/**
 * Creates what the candidate's pods need and production does not have yet. What exists is left for the rollout, and so is what
 * would act on production before the canary was judged.
 */
export async function prepare(
  run: Run,
  target: string,
  service: DesiredObjects & Partial<DesiredService>,
): Promise<StepResult> {
  const lock = lockOf(run, target);
  const created: string[] = [];
  for (const object of service.others.filter((one) => isPreparable(one, service))) {
    const there = await makeFenced(run.context, lock, object);
    if (there === undefined) created.push(nameOf(object));
    else refuseOtherContent(run, there, object);
  }
  return { detail: created.length === 0 ? 'nothing new' : `created ${created.join(', ')}` };
}

/** Brings a service in a target to the candidate, and waits for its pods. */
export async function rollOut(run: Run, target: string, service: DesiredService): Promise<StepResult> {
  const { context } = run;
  const lock = lockOf(run, target);
  const companions = await writeAll(run, target, rolledOut(run, service));
  const autoscalers = await listIfKnown(lock.cluster, [AUTOSCALER.apiVersion], AUTOSCALER.kind);
  const written = await applyFenced(context, lock, service.deployment, (live) =>
    withDecidedReplicas(service.deployment, live, autoscalers),
  );
  const before = await recordedHealth(run, target, refOf(service.deployment));
  const pods = await awaitRollout(context, lock, written, run.policy.production.rolloutTimeout, before);
  await awaitAll(run, target, companions);
  refuseDrift(run, service, pods);
  return { detail: `${plural(pods.length, 'pod')}`, written: asWritten([...companions, written]) };
}

/** Brings objects that several services share to the candidate, and waits for those that run pods. */
export async function rollOutObjects(run: Run, target: string, { others }: DesiredObjects): Promise<StepResult> {
  const written = await writeAll(run, target, others);
  await awaitAll(run, target, written);
  return { detail: plural(others.length, 'object'), written: asWritten(written) };
}

/** What tells later whether somebody has changed the objects since. */
function asWritten(objects: readonly KubeObject[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    objects.flatMap((object) => {
      const digest = writtenDigest(object);
      return digest === undefined ? [] : [[nameOf(object), digest] as const];
    }),
  );
}

async function writeAll(run: Run, target: string, objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
  const written: KubeObject[] = [];
  for (const object of readFirst(objects)) written.push((await writeObject(run, target, object)) ?? object);
  return written;
}

async function awaitAll(run: Run, target: string, written: readonly KubeObject[]): Promise<void> {
  for (const object of written.filter(isWorkload)) {
    await awaitRollout(run.context, lockOf(run, target), object, run.policy.production.rolloutTimeout);
  }
}

/** Objects of a service that are written with its rollout; the route that divides requests comes when the canary leaves it. */
export function rolledOut(run: Pick<Run, 'context' | 'release'>, service: DesiredService): readonly KubeObject[] {
  const { steering } = strategyFor(run.release.journal.plan.spec, service.name);
  const route = steering?.ref(run.context.config.services[service.name]?.traffic);
  return route === undefined ? service.others : service.others.filter((one) => !isSameRef(refOf(one), route));
}

async function writeObject(run: Run, target: string, object: KubeObject): Promise<KubeObject | undefined> {
  const lock = lockOf(run, target);
  if (isContentNamed(object)) {
    const live = await lock.cluster.get(refOf(object));
    if (live !== undefined) {
      refuseOtherContent(run, live, object);
      return live;
    }
  }
  const autoscalers = isWorkload(object)
    ? await listIfKnown(lock.cluster, [AUTOSCALER.apiVersion], AUTOSCALER.kind)
    : [];
  return applyFenced(run.context, lock, object, (live) => withDecidedReplicas(object, live, autoscalers));
}

/**
 * A ConfigMap or Secret is named by the hash of its content, so one that is there is never written again: what pods that run
 * read does not change under them, and a rollback finds every Secret as it was, though none is ever kept in a file.
 */
function refuseOtherContent(run: Run, live: KubeObject, wanted: KubeObject): void {
  if (!isContentNamed(wanted) || holdsContent(live, wanted)) return;
  throw new RelctlError(
    'cluster.drift',
    `${nameOf(wanted)} does not match the hash in its name: somebody changed it by hand`,
    {
      why: 'Its name is the hash of its content; pods that read it run with something that is in no commit.',
      hints: [
        `delete it if nothing uses it, or change it back; then ${command`relctl deploy ${run.release.journal.plan.id}`}`,
        'change the value in the manifests instead: new content gets a new name',
      ],
    },
  );
}
