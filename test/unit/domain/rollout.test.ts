import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageIds, isReady, jobStatus, newestPods, rolloutStatus } from '../../../src/domain/rollout.ts';
import type { KubeObject } from '../../../src/ports/cluster.ts';

interface DeploymentShape {
  readonly replicas?: number;
  readonly generation?: number;
  readonly status?: Record<string, unknown>;
}

function deployment({ replicas = 3, generation = 2, status = {} }: DeploymentShape = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', uid: 'd1', generation },
    spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
    status: { observedGeneration: generation, ...status },
  };
}

function replicaSet(revision: number, conditions: readonly object[] = []): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `web-${revision}`,
      uid: `rs${revision}`,
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [{ kind: 'Deployment', name: 'web', uid: 'd1' }],
    },
    status: { conditions },
  };
}

function pod(name: string, revision: number, status: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ownerReferences: [{ kind: 'ReplicaSet', name: `web-${revision}`, uid: `rs${revision}` }] },
    status,
  };
}

const waiting = (reason: string, options: { restarts?: number; message?: string } = {}) => ({
  containerStatuses: [
    {
      name: 'web',
      restartCount: options.restarts ?? 0,
      state: { waiting: { reason, ...(options.message === undefined ? {} : { message: options.message }) } },
    },
  ],
});
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const sets = [replicaSet(1), replicaSet(2)];

describe('a rollout', () => {
  it('is complete exactly when all pods are new, available and none is left over', () => {
    const count = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(count, count, count, count, (replicas, updatedReplicas, availableReplicas, total) => {
        const status = { updatedReplicas, availableReplicas, replicas: total };
        const { state } = rolloutStatus(deployment({ replicas, status }), sets, []);
        const complete = updatedReplicas >= replicas && availableReplicas >= replicas && total <= replicas;
        expect(state === 'complete').toBe(complete);
      }),
    );
  });

  it('is judged by what was written last: a status of an older generation says nothing', () => {
    const done = { updatedReplicas: 3, availableReplicas: 3, replicas: 3 };
    expect(rolloutStatus(deployment({ status: { ...done, observedGeneration: 1 } }), sets, [])).toMatchObject({
      state: 'progressing',
    });
    expect(rolloutStatus(deployment({ status: done }), sets, [])).toEqual({ state: 'complete' });
  });

  it('tells how many are ready, and why a pod has no node', () => {
    const pods = [
      pod('a', 2, ready),
      pod('b', 2, { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes: too little memory' }] }),
      pod('old', 1, ready),
    ];
    expect(rolloutStatus(deployment(), sets, pods)).toEqual({
      state: 'progressing',
      detail: '1 of 3 ready; b waits for a node: 0/3 nodes: too little memory',
    });
  });
});

describe('a doomed rollout', () => {
  const look = (pods: readonly KubeObject[], status: Record<string, unknown> = {}, own = sets) =>
    rolloutStatus(deployment({ status }), own, pods);

  it.each([
    ['InvalidImageName', 0],
    ['ErrImagePull', 0],
    ['CreateContainerConfigError', 0],
    ['RunContainerError', 0],
  ])('%s of all new pods is doom', (reason, patience) => {
    expect(look([pod('a', 2, waiting(reason)), pod('b', 2, waiting(reason))])).toMatchObject({
      state: 'doomed',
      patience,
      pod: 'a',
      container: 'web',
    });
  });

  it('a registry that is busy is given time, one that has no such image is not', () => {
    const pull = (message: string) => look([pod('a', 2, waiting('ImagePullBackOff', { message }))]);
    expect(pull('429 Too Many Requests')).toMatchObject({ state: 'doomed', patience: 60 });
    expect(pull('dial tcp: connection refused')).toMatchObject({ state: 'doomed', patience: 60 });
    expect(pull('manifest unknown')).toMatchObject({ state: 'doomed', patience: 0 });
  });

  it('a crash loop counts from its second restart on', () => {
    expect(look([pod('a', 2, waiting('CrashLoopBackOff', { restarts: 1 }))])).toMatchObject({ state: 'progressing' });
    expect(look([pod('a', 2, waiting('CrashLoopBackOff', { restarts: 2 }))])).toMatchObject({
      state: 'doomed',
      reason: 'CrashLoopBackOff in a after 2 restarts',
    });
  });

  it('is not one while a single new pod may still become ready', () => {
    expect(look([pod('a', 2, waiting('ErrImagePull')), pod('b', 2)])).toMatchObject({ state: 'progressing' });
  });

  it('is not read from pods of an older version, nor from those of somebody else', () => {
    const strangers = [
      pod('old', 1, waiting('CrashLoopBackOff', { restarts: 9 })),
      pod('stranger', 7, waiting('ErrImagePull')),
    ];
    expect(look(strangers)).toMatchObject({ state: 'progressing' });
  });

  it('is also one that is refused, and one whose deadline has passed', () => {
    const refused = [
      replicaSet(1),
      replicaSet(2, [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }]),
    ];
    expect(look([], {}, refused)).toMatchObject({ state: 'doomed', reason: 'pods are refused: exceeded quota' });
    const late = {
      conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'late' }],
    };
    expect(look([], late)).toMatchObject({ state: 'doomed', reason: 'late' });
  });

  it('is seen in an init container too', () => {
    const { containerStatuses } = waiting('ErrImagePull');
    expect(look([pod('a', 2, { initContainerStatuses: containerStatuses })])).toMatchObject({ state: 'doomed' });
  });
});

describe('pods', () => {
  it('of the candidate are those of the newest ReplicaSet, by number and not by the order of its digits', () => {
    const many = [replicaSet(9), replicaSet(10)];
    const pods = [pod('nine', 9), pod('ten', 10)];
    expect(newestPods(deployment(), many, pods).map((one) => one.metadata.name)).toEqual(['ten']);
    expect(newestPods(deployment(), [], pods)).toEqual([]);
  });

  it('take traffic when they are ready and not on their way out', () => {
    expect(isReady(pod('a', 2, ready))).toBe(true);
    expect(isReady(pod('a', 2))).toBe(false);
    const leaving = pod('a', 2, ready);
    expect(isReady({ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2026-12-03T19:00:00Z' } })).toBe(
      false,
    );
  });

  it('tell the images that they run, each once, of one container only', () => {
    const running = (imageID: string, other = 'log@sha256:9') =>
      pod('a', 2, {
        containerStatuses: [
          { name: 'web', imageID },
          { name: 'log', imageID: other },
        ],
      });
    expect(imageIds([running('b'), running('a'), running('b'), running('')], 'web')).toEqual(['a', 'b']);
  });
});

describe('a Job', () => {
  const job = (conditions: readonly object[]): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'm' },
    status: { conditions },
  });

  it('runs until a condition says how it ended', () => {
    expect(jobStatus(job([])).state).toBe('running');
    expect(jobStatus(job([{ type: 'Complete', status: 'False' }])).state).toBe('running');
    expect(jobStatus(job([{ type: 'Complete', status: 'True' }])).state).toBe('succeeded');
    expect(jobStatus(job([{ type: 'Failed', status: 'True', message: 'BackoffLimitExceeded' }]))).toEqual({
      state: 'failed',
      detail: 'BackoffLimitExceeded',
    });
  });
});
