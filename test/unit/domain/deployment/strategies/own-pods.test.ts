import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodes, partition } from '../../../../../src/domain/deployment/strategies/own-pods.ts';
import { STRATEGIES } from '../../../../../src/domain/deployment/strategies/strategies.ts';
import type { CanaryGround } from '../../../../../src/domain/deployment/strategies/strategy.ts';
import { waysOut } from '../../../../../src/domain/deployment/strategies/ways-out.ts';
import { rolloutStatus } from '../../../../../src/domain/kubernetes/rollout.ts';
import { revisionPods, stuckPods } from '../../../../../src/domain/kubernetes/rollout-others.ts';
import type { KubeObject } from '../../../../../src/ports/cluster.ts';

const set = (spec: object, status: object = {}, kind = 'StatefulSet'): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'ledger', uid: 'u1', generation: 2 },
  spec,
  status,
});

const pod = (name: string, revision: string, ready: boolean): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    labels: { 'controller-revision-hash': revision },
    ownerReferences: [{ kind: 'StatefulSet', name: 'ledger', uid: 'u1' }],
  },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

const ground = (pods: number, share: number, maxShare: number) =>
  ({ service: 'ledger', share, maxShare, pods, stable: set({}) }) as unknown as CanaryGround;

describe('the first pods of a StatefulSet', () => {
  it('are those with the highest ordinals, from the ordinal at which it starts', () => {
    const candidate = set({ ordinals: { start: 10 }, updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } });
    expect(partition.own?.first(candidate, set({ replicas: 5 }), 2).spec).toMatchObject({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 13, maxUnavailable: 2 } },
    });
  });

  it('are at least one and never all, and their part of all pods is their share', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 500 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (pods, share) => {
          const first = partition.replicas(share, pods);
          expect(first).toBeGreaterThanOrEqual(1);
          expect(first).toBeLessThan(pods);
          expect(partition.trueShare(share, pods)).toBeCloseTo(first / pods);
        },
      ),
    );
  });

  it.each([
    [5, 0.01, 0.2, undefined],
    [4, 0.01, 0.2, /1 of 4 pods .* 25% \(1% asked for\) .* allows 20%/],
    [1, 0.01, 1, /one pod: none could/],
  ])('%i pods at a share of %d where %d is allowed', (pods, share, most, problem) => {
    const found = partition.obstacle(ground(pods, share, most))?.problem;
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(problem);
  });

  it('stand when they are new and all are ready, whatever the others are', () => {
    const status = {
      observedGeneration: 2,
      readyReplicas: 3,
      updatedReplicas: 1,
      currentRevision: 'a',
      updateRevision: 'b',
    };
    const pods = [pod('ledger-0', 'a', true), pod('ledger-1', 'a', true), pod('ledger-2', 'b', true)];
    const at = (rollingUpdate: object, more: object = {}) =>
      rolloutStatus(set({ replicas: 3, updateStrategy: { rollingUpdate } }, { ...status, ...more }), [], pods).state;
    expect(at({ partition: 2 })).toBe('complete');
    expect(at({ partition: 1 })).toBe('progressing');
    expect(at({ partition: 2 }, { readyReplicas: 2 })).toBe('progressing');
    expect(at({ partition: 0 })).toBe('progressing');
    // What was taken back while a pod still runs it is not complete, though both revisions are one again.
    expect(at({ partition: 0 }, { currentRevision: 'b', updatedReplicas: 2 })).toBe('progressing');
  });
});

describe('the pods that keep a StatefulSet from going back', () => {
  const pods = [pod('ledger-0', 'a', true), pod('ledger-1', 'b', true), pod('ledger-2', 'b', false)];

  it('are those of a revision that was taken back that are not ready', () => {
    const back = set({}, { observedGeneration: 2, updateRevision: 'a' });
    expect(stuckPods(back, pods).map(({ metadata }) => metadata.name)).toEqual(['ledger-2']);
    expect(stuckPods(set({}, { observedGeneration: 1, updateRevision: 'a' }), pods)).toEqual([]);
    expect(stuckPods(set({}, { observedGeneration: 2, updateRevision: 'a' }, 'DaemonSet'), pods)).toEqual([]);
  });
});

describe('the first pods of a DaemonSet', () => {
  const annotations = { 'deprecated.daemonset.template.generation': '3' };
  const live = {
    ...set({}, { desiredNumberScheduled: 4 }, 'DaemonSet'),
    metadata: { name: 'agent', uid: 'u1', annotations },
  };

  it('are replaced by nobody but who deletes them, and are as many as were wanted', () => {
    expect(nodes.own?.podsOf(live)).toBe(4);
    const written = nodes.own?.first(set({ updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } }), live, 1);
    expect(written?.spec).toEqual({ updateStrategy: { type: 'OnDelete' } });
    const status = { observedGeneration: 2, desiredNumberScheduled: 4, updatedNumberScheduled: 1, numberAvailable: 4 };
    const standing = { ...written, kind: 'DaemonSet', status } as KubeObject;
    const pods = [pod('agent-a', 'a', true)];
    expect(rolloutStatus(standing, [], pods).state).toBe('complete');
    expect(rolloutStatus({ ...standing, status: { ...status, numberAvailable: 3 } }, [], pods).state).toBe(
      'progressing',
    );
  });

  it('are told from the others by the generation of the template', () => {
    const pod = (generation: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `agent-${generation}`,
        labels: { 'pod-template-generation': generation },
        ownerReferences: [{ kind: 'DaemonSet', name: 'agent', uid: 'u1' }],
      },
    });
    expect(revisionPods(live, [pod('2'), pod('3')]).map(({ metadata }) => metadata.name)).toEqual(['agent-3']);
  });
});

describe('the ways out for a service that is too small', () => {
  it('that are written as they say are within what the policy allows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(0.05, 0.1, 0.2, 0.5),
        fc.boolean(),
        fc.boolean(),
        (pods, maxShare, isScaled, isUnsaid) => {
          fc.pre(1 / (pods + 1) > maxShare + 1e-9);
          const ways = waysOut({ service: 'web', traffic: undefined, pods, maxShare, isScaled, isUnsaid });
          expect(ways.at(-1)?.canary).toMatchObject({ strategy: 'none', reason: expect.stringContaining('%') });
          for (const { canary, text } of ways) {
            expect(text).not.toMatch(/NaN|undefined|Infinity/);
            if (canary?.stablePods === undefined) continue;
            // What the check would refuse is not offered.
            expect(isScaled || isUnsaid).toBe(false);
            expect(STRATEGIES['shared-service']?.trueShare(0.01, canary.stablePods)).toBeLessThanOrEqual(
              maxShare + 1e-9,
            );
          }
        },
      ),
    );
  });
});
