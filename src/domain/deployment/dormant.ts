import type { KubeObject } from '../../ports/cluster.ts';
import { isScalable } from '../kubernetes/manifests.ts';

/**
 * An object as it is first made, so that it does nothing yet: a Deployment or StatefulSet without pods, a Job that may run none.
 *
 * A change of an object carries the version that was read, so the API server refuses it from a run that was overtaken. Making
 * an object carries only that there is none, and that is true again once the run that came after has made and removed it. So
 * what would act when made late is made asleep, and woken by a change.
 * @returns `undefined` for what does nothing by being there
 */
export function dormant(object: KubeObject): KubeObject | undefined {
  if (isScalable(object)) return { ...object, spec: { ...(object.spec as object), replicas: 0 } };
  if (object.kind !== 'Job') return undefined;
  // Without completions, no pod at all would count as all of them.
  return { ...object, spec: { completions: 1, ...(object.spec as object), parallelism: 0 } };
}

/** True for a Job that was made asleep and has not been woken. */
export function isAsleep(object: KubeObject): boolean {
  return object.kind === 'Job' && (object.spec as { readonly parallelism?: number } | undefined)?.parallelism === 0;
}

/** A Job that was made asleep, awake: it runs one pod. Any other object as it is. */
export function awake(job: KubeObject): KubeObject {
  return isAsleep(job) ? { ...job, spec: { ...(job.spec as object), parallelism: 1 } } : job;
}
