import { describe, expect, it } from 'vitest';
import { newestPods, rolloutStatus } from '../../../../src/domain/kubernetes/rollout.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const live = (kind: string, status: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'ledger', uid: 'u1', generation: 2 },
  spec: { replicas: 2 },
  status,
});

const pod = (name: string, revision: string, waiting?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    labels: { 'controller-revision-hash': revision },
    ownerReferences: [{ kind: 'StatefulSet', name: 'ledger', uid: 'u1' }],
  },
  status: {
    containerStatuses: [
      { name: 'ledger', ...(waiting === undefined ? {} : { state: { waiting: { reason: waiting } } }) },
    ],
  },
});

const ready = (name: string, revision: string): KubeObject => ({
  ...pod(name, revision),
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
});

const settled = {
  observedGeneration: 2,
  readyReplicas: 2,
  updatedReplicas: 2,
  currentRevision: 'new',
  updateRevision: 'new',
};

describe('a workload that replaces its own pods', () => {
  it.each([
    ['StatefulSet', settled, 'complete'],
    ['StatefulSet', { ...settled, observedGeneration: 1 }, 'progressing'],
    ['StatefulSet', { ...settled, currentRevision: 'old', updatedReplicas: 1 }, 'progressing'],
    ['StatefulSet', { ...settled, readyReplicas: 1 }, 'progressing'],
    [
      'DaemonSet',
      { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
      'complete',
    ],
    [
      'DaemonSet',
      { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberAvailable: 3 },
      'progressing',
    ],
    [
      'DaemonSet',
      { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
      'progressing',
    ],
  ])('%s with %o is %s', (kind, status, state) => {
    const pods = ['ledger-0', 'ledger-1', 'ledger-2'].map((name) => ready(name, 'new'));
    expect(rolloutStatus(live(kind, status), [], pods).state).toBe(state);
  });

  it('is not complete before its new pods have been read as it has: each is told of by a watch of its own', () => {
    const pods = [ready('ledger-0', 'new'), ready('ledger-1', 'old')];
    expect(rolloutStatus(live('StatefulSet', settled), [], pods).state).toBe('progressing');
  });

  it('cannot go on behind a new pod that cannot start, and an old one says nothing', () => {
    const rolling = live('StatefulSet', { ...settled, currentRevision: 'old', readyReplicas: 1 });
    expect(rolloutStatus(rolling, [], [pod('ledger-1', 'new', 'ImagePullBackOff')])).toMatchObject({
      state: 'doomed',
      reason: 'ImagePullBackOff in ledger-1',
    });
    expect(rolloutStatus(rolling, [], [pod('ledger-0', 'old', 'ImagePullBackOff')]).state).toBe('progressing');
  });

  it('has the pods of its newest revision', () => {
    const pods = [pod('ledger-0', 'old'), pod('ledger-1', 'new')];
    expect(newestPods(live('StatefulSet', settled), [], pods).map(({ metadata }) => metadata.name)).toEqual([
      'ledger-1',
    ]);
  });
});
