import { dependencyWaves } from '../domain/deployment/steps.ts';
import { isWorkload } from '../domain/kubernetes/find-workload.ts';
import { nameOf } from '../domain/kubernetes/manifests.ts';
import { PRODUCT } from '../domain/kubernetes/own-objects.ts';
import { imageIds } from '../domain/kubernetes/rollout.ts';
import { type ImagesBeside, imagesBeside, movedImages, together } from '../domain/kubernetes/running-images.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { nextActions } from '../domain/process/process.ts';
import { RelctlError } from '../errors.ts';
import type { KubeObject } from '../ports/cluster.ts';
import { ownOf } from '../text/by-name.ts';
import { command } from '../text/command-line.ts';
import { postedFacts } from './ballot/post.ts';
import { keepBound } from './binding/bind.ts';
import { applyFenced } from './cluster/apply.ts';
import { awaitRollout } from './cluster/await-ready.ts';
import { requireManifests } from './cluster/check-manifests.ts';
import { type DesiredObjects, type DesiredService, shippedObjects } from './cluster/desired-objects.ts';
import { acquireLock, type Lock, releaseLock } from './cluster/lock.ts';
import { clusterOf } from './cluster/run.ts';
import { migrate, ownImageRun, removeJobs } from './deployment/migrate.ts';
import { checkIdentities } from './deployment/open-run.ts';
import { examineImages, refuseUnproven } from './provenance/examine.ts';
import { examineRunning, plannedImages, provenanceBlocks } from './provenance/staged.ts';
import type { Context } from './release/context.ts';
import { flushOutbox } from './release/notify.ts';
import type { Release } from './release/open.ts';
import { openForCommand } from './release/pass-gates.ts';
import { subjectOf } from './release/subject.ts';
import { recordObjects } from './staging/record.ts';
import { stagedImages } from './staging/shown-images.ts';

/** Deploys the candidate to staging, waits for it, and records the digests of what runs there. */
export async function stage(
  context: Context,
  id: string,
  options: { readonly exception?: string; readonly takeOver: boolean },
): Promise<Outcome> {
  const release = await openForCommand(context, id, 'stage', options.exception);
  const { journal, policy } = release;
  await checkIdentities(context, ['staging']);
  await requireManifests(context, journal.plan, context);
  const planned = await examineImages(context, journal.plan, policy, plannedImages(journal.plan.spec));
  refuseUnproven(context, journal.plan, policy, planned, 'Nothing was changed.');
  const lock = await acquireLock(context, 'staging', clusterOf(context, 'staging'), id, {
    durationSeconds: policy.production.lockSeconds,
    wait: true,
    takeOver: options.takeOver,
    fenceAbove: 0,
  });
  try {
    await flushOutbox(context, release);
    const attempt = journal.state.attempts.stage + 1;
    const { commit } = journal.plan.spec.candidate;
    await journal.record('stage.started', { ...subjectOf(journal.plan), attempt, commit });
    const before = together(Object.values(journal.state.stage?.imagesBeside ?? {}));
    const { images, imagesBeside } = await deployToStaging(context, release, lock, attempt);
    const provenance = await examineRunning(context, release, attempt, images, planned);
    tellMoved(context, before, together(Object.values(imagesBeside)));
    const manifests = await recordObjects(context, release, attempt);
    const bound = await keepBound(context, journal.plan, policy, `bound-staged-${attempt}`);
    const beside = Object.keys(imagesBeside).length === 0 ? {} : { imagesBeside };
    const origin = provenance.length === 0 ? {} : { provenance: [...provenance] };
    const what = { ...subjectOf(journal.plan), attempt, commit, images, ...beside, manifests, bound, ...origin };
    await journal.record('stage.completed', what);
    const posted = await postedFacts(context, release);
    return {
      result: 'done',
      headline: `${journal.plan.metadata.feature} runs in staging`,
      blocks: [
        {
          kind: 'facts',
          facts: [
            ['environment', context.config.environments.staging.host ?? lock.cluster.name],
            ['commit', commit.slice(0, 12)],
            ...stagedImages(images),
            ...posted,
          ],
        },
        ...provenanceBlocks(provenance),
        { kind: 'next', actions: nextActions(release.facts()) },
      ],
      data: { release: id, phase: journal.state.phase, attempt, commit, images, manifests, ...origin },
      simulated: context.environments.simulated,
    };
  } finally {
    await releaseLock(context, lock);
  }
}

/** What runs in staging: of each service, and beside it. */
interface StagedImages {
  readonly images: Record<string, string[]>;
  readonly imagesBeside: Record<string, Record<string, string[]>>;
}

/** A tag that means something else than at the last staging: whoever tested that has not tested this. */
function tellMoved(context: Pick<Context, 'sink'>, before: ImagesBeside, now: ImagesBeside): void {
  for (const moved of movedImages(before, now)) {
    context.sink.emit({
      type: 'note',
      level: 'warning',
      text: `an image has moved: ${moved}; name a version or a digest`,
    });
  }
}

async function deployToStaging(context: Context, release: Release, lock: Lock, attempt: number): Promise<StagedImages> {
  const { journal, policy } = release;
  const { spec, id } = journal.plan;
  try {
    const shipped = await shippedObjects(context, spec, 'staging');
    const services = new Map(shipped.services.map((service) => [service.name, service]));
    const imagesBeside: Record<string, Record<string, string[]>> = {};
    const migrateAll = async (when: 'before-canary' | 'after-rollout') => {
      for (const migration of spec.migrations.filter((one) => one.when === when)) {
        const service = services.get(migration.service);
        if (service === undefined) continue;
        await step(context, `Migrate ${migration.id} (${migration.service})`, async () => {
          const run = { context, release: id, attempt, lock, timeout: policy.production.rolloutTimeout };
          await migrate(run, migration, service, 'up');
          keep(imagesBeside, service.name, await ownImageRun(run, migration, service));
        });
      }
    };
    for (const one of [shipped.product, ...services.values()]) await createMissing(context, lock, one);
    await migrateAll('before-canary');
    const { others } = shipped.product;
    const images: Record<string, string[]> = {};
    if (others.length > 0) {
      await step(context, 'Roll out what the product shares in staging', async () => {
        keep(imagesBeside, PRODUCT, await applyAll(context, lock, others, policy.production.rolloutTimeout));
      });
    }
    for (const wave of dependencyWaves([...services.keys()], context.config)) {
      await Promise.all(
        wave.map(async (name) => {
          const service = services.get(name);
          if (service === undefined) return;
          await step(context, `Roll out ${name} in staging`, async () => {
            const { ids, beside } = await rollOutService(context, lock, service, policy.production.rolloutTimeout);
            images[name] = ids;
            keep(imagesBeside, name, beside);
          });
        }),
      );
    }
    await migrateAll('after-rollout');
    await removeJobs(context, lock, id);
    return { images, imagesBeside };
  } catch (error) {
    if (error instanceof RelctlError) {
      await journal.record('stage.failed', { attempt, code: error.code, reason: error.message });
    }
    throw error;
  }
}

async function createMissing(context: Context, lock: Lock, service: DesiredObjects): Promise<void> {
  for (const object of service.others) {
    const { apiVersion, kind, metadata } = object;
    if ((await lock.cluster.get({ apiVersion, kind, name: metadata.name })) === undefined) {
      await applyFenced(context, lock, object);
    }
  }
}

async function rollOutService(
  context: Context,
  lock: Lock,
  service: DesiredService,
  timeout: string,
): Promise<{ readonly ids: string[]; readonly beside: ImagesBeside }> {
  const others = await applyAll(context, lock, service.others, timeout);
  const written = await applyFenced(context, lock, service.deployment);
  const pods = await awaitRollout(context, lock, written, timeout);
  const ids = imageIds(pods, service.container);
  if (ids.length === 0) {
    throw new RelctlError(
      'cluster.drift',
      `${nameOf(service.deployment)} runs in staging, but its pods report no image id`,
      {
        why: 'Without it, nobody could say later that production got what was signed off.',
        hints: [command`kubectl -n ${lock.cluster.namespace} get pods -o jsonpath='{..imageID}'`],
      },
    );
  }
  return { ids: [...ids], beside: together([others, imagesBeside(service.deployment, pods, service.container)]) };
}

/** Puts to what a service is known to have run beside its image. */
function keep(all: Record<string, Record<string, string[]>>, name: string, images: ImagesBeside): void {
  if (Object.keys(images).length === 0) return;
  const known = together([ownOf(all, name) ?? {}, images]);
  all[name] = Object.fromEntries(Object.entries(known).map(([image, ids]) => [image, [...ids]]));
}

/** Applies objects, and waits for those of them that run pods. */
async function applyAll(
  context: Context,
  lock: Lock,
  objects: readonly KubeObject[],
  timeout: string,
): Promise<ImagesBeside> {
  const written: KubeObject[] = [];
  for (const object of objects) written.push(await applyFenced(context, lock, object));
  const images: ImagesBeside[] = [];
  for (const object of written.filter(isWorkload)) {
    images.push(imagesBeside(object, await awaitRollout(context, lock, object, timeout)));
  }
  return together(images);
}

async function step(context: Pick<Context, 'sink'>, title: string, act: () => Promise<void>): Promise<void> {
  const id = title.toLowerCase().replaceAll(' ', '-');
  context.sink.emit({ type: 'step', step: id, title, state: 'started' });
  try {
    await act();
    context.sink.emit({ type: 'step', step: id, title, state: 'completed' });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    context.sink.emit({ type: 'step', step: id, title, state: 'failed', detail });
    throw error;
  }
}
