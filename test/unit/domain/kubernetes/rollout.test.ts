import { describe, expect, it } from 'vitest';
import { newestPods, rolloutStatus } from '../../../../src/domain/kubernetes/rollout.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const DEPLOYMENT_UID = 'd-1';

function deployment(conditions: readonly object[] = []): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', uid: DEPLOYMENT_UID, generation: 2 },
    spec: { replicas: 2, template: { spec: { containers: [{ name: 'web' }] } } },
    status: { observedGeneration: 2, replicas: 2, updatedReplicas: 1, availableReplicas: 1, conditions },
  };
}

function replicaSet(revision: number, conditions: readonly object[] = []): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `web-${revision}`,
      uid: `r-${revision}`,
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [{ kind: 'Deployment', name: 'web', uid: DEPLOYMENT_UID }],
    },
    status: { conditions },
  };
}

function pod(name: string, revision: number, waiting: object | undefined, more: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ownerReferences: [{ kind: 'ReplicaSet', name: `web-${revision}`, uid: `r-${revision}` }] },
    status: { containerStatuses: [{ name: 'web', state: waiting === undefined ? {} : { waiting }, ...more }] },
  };
}

const SETS = [replicaSet(1), replicaSet(2)];
const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: pods' };

describe('a rollout', () => {
  it.each([
    ['an image that no registry has', { reason: 'ErrImagePull', message: 'web:2: not found' }, {}, 0],
    ['a registry that says no', { reason: 'ImagePullBackOff', message: 'pull access denied' }, {}, 0],
    ['a registry that is busy', { reason: 'ErrImagePull', message: '429 Too Many Requests' }, {}, 60],
    ['a registry that does not answer', { reason: 'ImagePullBackOff', message: 'dial tcp: i/o timeout' }, {}, 60],
    [
      'a ConfigMap that is missing',
      { reason: 'CreateContainerConfigError', message: 'configmap "x" not found' },
      {},
      0,
    ],
    ['a crash loop', { reason: 'CrashLoopBackOff' }, { restartCount: 2 }, 0],
  ])('is doomed by %s', (_what, waiting, more, patience) => {
    const status = rolloutStatus(deployment(), SETS, [pod('new', 2, waiting, more)]);
    expect(status).toMatchObject({ state: 'doomed', patience, pod: 'new', container: 'web' });
  });

  it.each([
    ['the first crash', [pod('new', 2, { reason: 'CrashLoopBackOff' }, { restartCount: 1 })]],
    ['one pod of two', [pod('a', 2, { reason: 'ErrImagePull' }), pod('b', 2, undefined)]],
    ['old pods', [pod('old', 1, { reason: 'CrashLoopBackOff' }, { restartCount: 9 }), pod('new', 2, undefined)]],
    ['a start that takes long', [pod('new', 2, { reason: 'ContainerCreating' })]],
  ])('is not doomed by %s', (_what, pods) => {
    expect(rolloutStatus(deployment(), SETS, pods).state).toBe('progressing');
  });

  it.each([
    ['the ReplicaSet', deployment(), [replicaSet(1), replicaSet(2, [failure])]],
    ['the Deployment', deployment([failure]), SETS],
  ])('whose pods are refused is doomed if that lasts: said by %s', (_who, live, sets) => {
    expect(rolloutStatus(live, sets, [])).toEqual({
      state: 'doomed',
      reason: 'pods are refused: exceeded quota: pods',
      patience: 5,
    });
  });

  it('is not doomed by what an old ReplicaSet was refused', () => {
    expect(rolloutStatus(deployment(), [replicaSet(1, [failure]), replicaSet(2)], []).state).toBe('progressing');
  });

  describe('that its Deployment calls done', () => {
    const done: KubeObject = {
      ...deployment(),
      metadata: { ...deployment().metadata, annotations: { 'deployment.kubernetes.io/revision': '2' } },
      status: { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
    };
    const ready = (name: string, revision: number): KubeObject => ({
      ...pod(name, revision, undefined),
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    });

    it.each([
      ['its pods were seen ready', 'complete', SETS, [ready('a', 2), ready('b', 2)]],
      ['one of them was seen as it was before', 'progressing', SETS, [ready('a', 2), pod('b', 2, undefined)]],
      ['no pod was seen', 'progressing', SETS, []],
      ['only the ReplicaSet before was seen', 'progressing', [replicaSet(1)], [ready('a', 1), ready('b', 1)]],
    ])('is complete only once they have been read as well: %s', (_what, state, sets, pods) => {
      expect(rolloutStatus(done, sets, pods).state).toBe(state);
    });

    it('has no newest pods while only the ReplicaSet before was seen', () => {
      expect(newestPods(done, [replicaSet(1)], [ready('a', 1)])).toEqual([]);
    });
  });

  it('says why a pod has no node, and waits: a cluster may grow', () => {
    const unscheduled = {
      ...pod('new', 2, undefined),
      status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes: insufficient cpu' }] },
    };
    expect(rolloutStatus(deployment(), SETS, [unscheduled])).toEqual({
      state: 'progressing',
      detail: '0 of 2 ready; new waits for a node: 0/3 nodes: insufficient cpu',
    });
  });
});
