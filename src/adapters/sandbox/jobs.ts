import type { KubeObject } from '../../ports/cluster.ts';
import { condition, containersOf, imageOf, owner, podLabels, rfc3339, visibleVersion } from './deployments.ts';
import { faultOn, tagOf } from './faults.ts';
import { fieldsAt } from './merge.ts';
import { imageId } from './pods.ts';
import { keyOf, suffix, uuid } from './random.ts';
import type { StoredObject, TargetState, WorldState } from './world-state.ts';

/** Jobs: one pod, a few seconds of work, then success, unless a fault or a tag says otherwise. */

/** How a Job is doing at the world's time. */
type JobPhase = 'pending' | 'running' | 'succeeded' | 'failed';

/** A Job with parallelism 0 is held: it has no pod and does nothing until that is changed. */
function isHeld({ object }: StoredObject): boolean {
  return (object.spec as { readonly parallelism?: number } | undefined)?.parallelism === 0;
}

/** Decides when a Job is made what will become of it. */
export function jobEffects(state: WorldState, target: TargetState, object: KubeObject): string[] {
  const image = imageOf(fieldsAt(object, 'spec', 'template'));
  const effects: string[] = [];
  if (tagOf(image).includes('missing')) effects.push('image-missing');
  if (faultOn(state, 'migration-failing', { environment: target.environment }) || tagOf(image).includes('crash')) {
    effects.push('failing');
  }
  return effects;
}

/** The phase of a Job, and when it was reached (milliseconds since the epoch). */
function jobPhase(state: WorldState, stored: StoredObject): { readonly phase: JobPhase; readonly at: number } {
  const started = stored.changedAt;
  if (isHeld(stored)) return { phase: 'pending', at: started };
  const work = 3000 + (keyOf(state.seed, `job ${stored.object.metadata.uid}`) % 5000);
  const ends = started + 1000 + work;
  if (stored.effects?.includes('image-missing') || state.now < started + 1000) return { phase: 'pending', at: started };
  if (state.now < ends) return { phase: 'running', at: started + 1000 };
  return { phase: stored.effects?.includes('failing') ? 'failed' : 'succeeded', at: ends };
}

/** Status of a Job. */
export function jobStatus(state: WorldState, stored: StoredObject): object {
  if (isHeld(stored)) return {};
  const { phase, at } = jobPhase(state, stored);
  const startTime = rfc3339(stored.changedAt);
  if (phase === 'succeeded') {
    const done = [condition('Complete', true, 'CompletionsReached', 'Reached expected number of succeeded pods', at)];
    return { startTime, completionTime: rfc3339(at), succeeded: 1, ready: 0, conditions: done };
  }
  if (phase === 'failed') {
    const failed = [
      condition('Failed', true, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit', at),
    ];
    return { startTime, failed: 1, ready: 0, conditions: failed };
  }
  return { startTime, active: 1, ready: phase === 'running' ? 1 : 0 };
}

/** How often a Job's status has changed. */
export function jobTicks(state: WorldState, stored: StoredObject): number {
  return ['pending', 'running', 'succeeded', 'failed'].indexOf(jobPhase(state, stored).phase);
}

/** The pod of a Job as an object. */
export function jobPods(state: WorldState, target: TargetState, stored: StoredObject): readonly KubeObject[] {
  if (isHeld(stored)) return [];
  const { metadata } = stored.object;
  const template = fieldsAt(stored.object, 'spec', 'template');
  const { phase, at } = jobPhase(state, stored);
  const name = `${metadata.name}-${suffix(keyOf(state.seed, metadata.uid), 5)}`;
  const missing = stored.effects?.includes('image-missing') === true;
  const containerState = {
    pending: { waiting: { reason: missing ? 'ImagePullBackOff' : 'ContainerCreating' } },
    running: { running: { startedAt: rfc3339(at) } },
    succeeded: { terminated: { exitCode: 0, reason: 'Completed', finishedAt: rfc3339(at) } },
    failed: { terminated: { exitCode: 1, reason: 'Error', finishedAt: rfc3339(at) } },
  }[phase];
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: target.namespace,
        uid: uuid(keyOf(state.seed, `${target.uid} ${name}`)),
        resourceVersion: visibleVersion(stored, jobTicks(state, stored)),
        creationTimestamp: rfc3339(stored.changedAt),
        labels: {
          ...podLabels(template),
          'job-name': metadata.name,
          'batch.kubernetes.io/job-name': metadata.name,
          'batch.kubernetes.io/controller-uid': metadata.uid,
        },
        ownerReferences: [owner('batch/v1', 'Job', metadata.name, metadata.uid)],
      },
      spec: { ...fieldsAt(template, 'spec'), nodeName: 'simulated-node-1' },
      status: {
        phase: { pending: 'Pending', running: 'Running', succeeded: 'Succeeded', failed: 'Failed' }[phase],
        startTime: rfc3339(stored.changedAt),
        containerStatuses: containersOf(template).map((container) => ({
          name: container.name,
          image: container.image,
          imageID: missing ? '' : imageId(String(container.image)),
          ready: phase === 'running',
          restartCount: 0,
          state: containerState,
        })),
      },
    },
  ];
}
