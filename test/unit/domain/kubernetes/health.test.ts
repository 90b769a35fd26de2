import { describe, expect, it } from 'vitest';
import { type Health, healthOf, healthText, isNoLessHealthy } from '../../../../src/domain/kubernetes/health.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const deployment = (replicas: number, status: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', uid: 'd', generation: 1 },
  spec: { replicas },
  status: { observedGeneration: 1, ...status },
});
const replicaSet: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: 'web-1',
    uid: 'r',
    annotations: { 'deployment.kubernetes.io/revision': '1' },
    ownerReferences: [{ kind: 'Deployment', name: 'web', uid: 'd' }],
  },
};
const pod = (name: string, ready: boolean, restartCount = 0): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ownerReferences: [{ kind: 'ReplicaSet', name: 'web-1', uid: 'r' }] },
  status: {
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    containerStatuses: [{ name: 'web', restartCount }],
  },
});

describe('the health of a workload', () => {
  it('is well when it is all that it asks for, and restarts are told', () => {
    const live = deployment(2, { replicas: 2, updatedReplicas: 2, availableReplicas: 2 });
    const health = healthOf(live, [replicaSet], [pod('a', true, 3), pod('b', true)]);
    expect(health).toEqual({ wanted: 2, available: 2, newest: 2, restarts: 3 });
    expect(healthText(health)).toBe('2 of 2 available, 3 restarts');
  });

  it('says what it is short of', () => {
    const live = deployment(2, { replicas: 2, updatedReplicas: 2, availableReplicas: 1 });
    const health = healthOf(live, [replicaSet], [pod('a', true), pod('b', false)]);
    expect(health).toMatchObject({ available: 1, newest: 1, trouble: '1 of 2 ready' });
  });

  const sick: Health = { wanted: 8, available: 7, newest: 7, restarts: 0, trouble: '7 of 8 ready' };
  it.each([
    ['as sick as it was', { ...sick, restarts: 40 }, true],
    ['well', { wanted: 8, available: 8, newest: 8, restarts: 0 }, true],
    ['shorter than it was', { ...sick, available: 6, newest: 6 }, false],
    ['full of pods of another revision', { ...sick, available: 8, newest: 2 }, false],
  ] satisfies [string, Health, boolean][])('is no worse when it is %s: %o', (_title, now, expected) => {
    expect(isNoLessHealthy(now, sick)).toBe(expected);
  });
});
