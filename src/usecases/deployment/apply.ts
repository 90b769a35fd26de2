import { RelctlError } from '../../domain/errors.ts';
import { FENCE_ANNOTATION, fenced, fenceNumber, nameOf, withoutServerFields } from '../../domain/manifests.ts';
import type { Guard, KubeObject, ObjectRef } from '../../ports/cluster.ts';
import type { Context } from '../context.ts';
import { keepLock, type Lock } from './lock.ts';

/** Where an object is, from the object. */
export function refOf(object: KubeObject): ObjectRef {
  return { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name };
}

/**
 * Applies an object under the lock: the write carries the version that was read and the fence of this run, so that the API
 * server refuses a run that was overtaken.
 */
export async function applyFenced(context: Context, lock: Lock, object: KubeObject): Promise<KubeObject> {
  await keepLock(context, lock);
  const live = await lock.cluster.get(refOf(object));
  const guard: Guard = live === undefined ? { absent: true } : versionOf(checkFence(lock, live));
  return lock.cluster.apply(fenced(object, lock.mark), guard);
}

/** Puts an object back exactly as it was recorded; nothing is written where it is that already. */
export async function restoreFenced(context: Context, lock: Lock, recorded: KubeObject): Promise<void> {
  await keepLock(context, lock);
  const live = await lock.cluster.get(refOf(recorded));
  if (live === undefined) {
    await lock.cluster.create(recorded);
    return;
  }
  await lock.cluster.replace(recorded, versionOf(checkFence(lock, live)));
}

/** Removes an object if it is there. */
export async function removeFenced(context: Context, lock: Lock, ref: ObjectRef): Promise<void> {
  await keepLock(context, lock);
  const live = await lock.cluster.get(ref);
  if (live !== undefined) await lock.cluster.remove(ref, versionOf(checkFence(lock, live)));
}

/** Marks an object with this run's fence and changes nothing else: writes that an overtaken run prepared are void from then on. */
export async function stampFence(context: Context, lock: Lock, ref: ObjectRef): Promise<void> {
  await keepLock(context, lock);
  const live = await lock.cluster.get(ref);
  if (live === undefined || live.metadata.annotations?.[FENCE_ANNOTATION] === lock.mark) return;
  await lock.cluster.replace(fenced(withoutServerFields(live), lock.mark), versionOf(checkFence(lock, live)));
}

function versionOf(object: KubeObject): { readonly resourceVersion: string } {
  return { resourceVersion: object.metadata.resourceVersion ?? '' };
}

function checkFence(lock: Lock, live: KubeObject): KubeObject {
  const mark = live.metadata.annotations?.[FENCE_ANNOTATION];
  if (mark?.startsWith(`${lock.release}/`) !== true || fenceNumber(mark) <= lock.fence) return live;
  throw new RelctlError(
    'cluster.fenced-off',
    `${nameOf(live)} was written by a later run (${mark}, this one is ${lock.mark})`,
    {
      why: 'This run was overtaken; what it would write now is out of date.',
      hints: [`relctl status ${lock.release}`],
    },
  );
}
