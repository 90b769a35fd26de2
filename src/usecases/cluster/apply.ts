import { awake, dormant } from '../../domain/deployment/dormant.ts';
import { apiGroup } from '../../domain/kubernetes/api-group.ts';
import { isWorkload } from '../../domain/kubernetes/find-workload.ts';
import {
  FENCE_ANNOTATION,
  fenced,
  fenceNumber,
  nameOf,
  sameObject,
  withoutServerFields,
} from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { keepLock, type Lock, proveLock } from './lock.ts';

/** Where an object is, from the object. */
export function refOf(object: KubeObject): ObjectRef {
  return { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name };
}

/** True when two references mean the same object; versions of one group are views of it. */
export function isSameRef(a: ObjectRef, b: ObjectRef): boolean {
  return a.kind === b.kind && a.name === b.name && apiGroup(a.apiVersion) === apiGroup(b.apiVersion);
}

/**
 * Applies an object under the lock: the write carries the version that was read and the fence of this run, so that the API
 * server refuses a run that was overtaken.
 */
export function applyFenced(
  context: Context,
  lock: Lock,
  object: KubeObject,
  /** Fits the object to the live one; the write holds only at that very version. */
  fitted: (live: KubeObject | undefined) => KubeObject = () => object,
  /** The object as it was read a moment ago, or that there was none: it is read again only where that is not so any more. */
  known?: { readonly live: KubeObject | undefined },
): Promise<KubeObject> {
  return guarded(
    context,
    lock,
    refOf(object),
    async (live) => {
      const wanted = fenced(fitted(live), lock.mark);
      return live === undefined ? make(context, lock, wanted) : lock.cluster.apply(wanted, versionOf(live));
    },
    known,
  );
}

/**
 * Makes an object under the lock where there is none.
 * @returns the one that is there already, and is left as it is; `undefined` when it was made
 */
export function makeFenced(context: Context, lock: Lock, object: KubeObject): Promise<KubeObject | undefined> {
  return guarded(context, lock, refOf(object), async (live) => {
    if (live === undefined) await make(context, lock, fenced(object, lock.mark));
    return live;
  });
}

async function make(context: Context, lock: Lock, wanted: KubeObject): Promise<KubeObject> {
  const asleep = dormant(wanted);
  const made = await lock.cluster.apply(asleep ?? wanted, { absent: true });
  if (asleep === undefined) return made;
  const seen = await onceSeen(context, lock, made);
  await proveLock(context, lock);
  return lock.cluster.apply(wanted, versionOf(seen));
}

/** How long something new is looked at until its controller has written its first status, and milliseconds in between. */
const FIRST_LOOKS_MS = 750;
const FIRST_LOOK_MS = 30;
/** Milliseconds until a workload that was just made is looked at again, as a rule: whoever made it waits for its pods next. */
const SOON_MS = 10_000;

/**
 * Something that was just made, as its controller has left it: at the version that it was made with, the next write would mostly
 * be refused. One that nobody looks after is given back as it is.
 */
async function onceSeen(context: Pick<Context, 'clock'>, lock: Lock, made: KubeObject): Promise<KubeObject> {
  const until = context.clock.now() + FIRST_LOOKS_MS;
  const ref = refOf(made);
  for (;;) {
    // The wait for its pods goes by the same watch; what it shows is written on at that very version only.
    const live =
      (isWorkload(made) ? (await lock.cluster.glance(ref, SOON_MS))[0] : await lock.cluster.get(ref)) ?? made;
    checkFence(lock, live);
    const { observedGeneration } = (live.status ?? {}) as { readonly observedGeneration?: number };
    const isSeen = observedGeneration !== undefined && observedGeneration >= (live.metadata.generation ?? 0);
    if (isSeen || context.clock.now() >= until) return live;
    await context.clock.sleep(FIRST_LOOK_MS);
  }
}

/**
 * Creates a Job under the lock if it is not there, and lets it run: it is made asleep, so that of two runs that make it only
 * the one that holds the lock lets it do anything.
 * @param beforeWaking is done once it is there and asleep, and before it may run
 */
export async function startJob(
  context: Context,
  lock: Lock,
  job: KubeObject,
  beforeWaking: () => Promise<void> = async () => undefined,
): Promise<void> {
  await guarded(context, lock, refOf(job), async (live) => {
    const made = live ?? (await lock.cluster.create(fenced(dormant(job) ?? job, lock.mark)));
    const running = awake(made);
    if (running === made) return;
    await beforeWaking();
    await proveLock(context, lock);
    await lock.cluster.replace(withoutServerFields(fenced(running, lock.mark)), versionOf(made));
  });
}

/**
 * Changes an object that is not ours as a whole: what `revise` leaves alone stays as others wrote it.
 * @returns the object as it is then; `undefined` when there is none, and then nothing is written
 */
export function reviseFenced(
  context: Context,
  lock: Lock,
  ref: ObjectRef,
  revise: (live: KubeObject) => KubeObject,
): Promise<KubeObject | undefined> {
  return guarded(context, lock, ref, async (live) => {
    if (live === undefined) return undefined;
    const next = revise(live);
    return sameObject(live, next) ? live : lock.cluster.replace(withoutServerFields(next), versionOf(live));
  });
}

/** Puts an object back exactly as it was recorded, fitted to the live one where that decides a part of it. */
export async function restoreFenced(
  context: Context,
  lock: Lock,
  recorded: KubeObject,
  fitted: (live: KubeObject) => KubeObject = () => recorded,
): Promise<void> {
  await guarded(context, lock, refOf(recorded), (live) =>
    live === undefined ? lock.cluster.create(recorded) : lock.cluster.replace(fitted(live), versionOf(live)),
  );
}

/**
 * Removes an object if it is there.
 * @param isMeant whether it is the one that is meant, and not another of its name
 * @returns true when it was there
 */
export function removeFenced(
  context: Context,
  lock: Lock,
  ref: ObjectRef,
  isMeant: (live: KubeObject) => boolean = () => true,
): Promise<boolean> {
  return guarded(context, lock, ref, async (live) => {
    if (live === undefined || !isMeant(live)) return false;
    await lock.cluster.remove(ref, versionOf(live));
    return true;
  });
}

/** Deletes a pod, so that its controller makes another; one that takes its time to end is on its way, and whoever waits sees it go. */
export async function deletePod(context: Context, lock: Lock, name: string): Promise<void> {
  try {
    await removeFenced(context, lock, { apiVersion: 'v1', kind: 'Pod', name });
  } catch (error) {
    if (!(error instanceof RelctlError) || error.code !== 'tool.timeout') throw error;
  }
}

/** Marks an object with this run's fence and changes nothing else: writes that an overtaken run prepared are void from then on. */
export async function stampFence(context: Context, lock: Lock, ref: ObjectRef): Promise<void> {
  await guarded(context, lock, ref, async (live) => {
    if (live === undefined || live.metadata.annotations?.[FENCE_ANNOTATION] === lock.mark) return;
    await lock.cluster.replace(fenced(withoutServerFields(live), lock.mark), versionOf(live));
  });
}

/** Renews the mark of an earlier run of this release; an object without one is left alone. */
export async function restampFence(context: Context, lock: Lock, ref: ObjectRef): Promise<void> {
  await reviseFenced(context, lock, ref, (live) =>
    live.metadata.annotations?.[FENCE_ANNOTATION]?.startsWith(`${lock.release}/`) === true
      ? fenced(live, lock.mark)
      : live,
  );
}

/** Controllers write status all the time, and each such write changes the version: so often a write is tried on a fresh one. */
const TRIES = 8;

/** Reads an object, checks its fence, and writes on that version; when it has changed meanwhile, all of it again. */
async function guarded<T>(
  context: Context,
  lock: Lock,
  ref: ObjectRef,
  write: (live: KubeObject | undefined) => Promise<T>,
  known?: { readonly live: KubeObject | undefined },
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    await keepLock(context, lock);
    const live = tries === 1 && known !== undefined ? known.live : await lock.cluster.get(ref);
    if (live !== undefined) checkFence(lock, live);
    try {
      return await write(live);
    } catch (error) {
      if (tries === TRIES || !(error instanceof RelctlError) || error.code !== 'cluster.conflict') throw error;
    }
  }
}

function versionOf(object: KubeObject): { readonly resourceVersion: string } {
  return { resourceVersion: object.metadata.resourceVersion ?? '' };
}

function checkFence(lock: Lock, live: KubeObject): void {
  const mark = live.metadata.annotations?.[FENCE_ANNOTATION];
  if (mark?.startsWith(`${lock.release}/`) !== true || fenceNumber(mark) <= lock.fence) return;
  throw new RelctlError(
    'cluster.fenced-off',
    `${nameOf(live)} was written by a later run (${mark}, this one is ${lock.mark})`,
    {
      why: 'Another run took over; what this one would write now is out of date.',
      hints: [command`relctl status ${lock.release}`],
    },
  );
}
