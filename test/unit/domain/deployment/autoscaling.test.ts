import { describe, expect, it } from 'vitest';
import { isAutoscaled, withDecidedReplicas } from '../../../../src/domain/deployment/autoscaling.ts';
import { budgetsOver } from '../../../../src/domain/deployment/disruption.ts';
import { replicasOf } from '../../../../src/domain/kubernetes/manifests.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

function deployment(replicas: number | undefined, name = 'web'): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { ...(replicas === undefined ? {} : { replicas }), template: { spec: { containers: [{ name: 'web' }] } } },
  };
}
const autoscaler = (kind: string, name: string): KubeObject => ({
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'any' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind, name } },
});

describe('replicas of a Deployment that is applied', () => {
  const scaled = [autoscaler('Deployment', 'web')];
  it.each([
    ['are its own where nobody else decides', deployment(3), deployment(9), [], 3],
    ['are the live ones under an autoscaler', deployment(3), deployment(9), scaled, 9],
    [
      'are the live ones where the manifest names none, never the default of 1',
      deployment(undefined),
      deployment(9),
      [],
      9,
    ],
    ['are its own where there is no Deployment yet', deployment(3), undefined, scaled, 3],
    [
      'do not follow the autoscaler of another',
      deployment(3),
      deployment(9),
      [autoscaler('Deployment', 'web-canary')],
      3,
    ],
    [
      'do not follow the autoscaler of another kind',
      deployment(3),
      deployment(9),
      [autoscaler('StatefulSet', 'web')],
      3,
    ],
  ] as const)('%s', (_what, wanted, live, autoscalers, replicas) => {
    expect(replicasOf(withDecidedReplicas(wanted, live, autoscalers))).toBe(replicas);
  });

  it('have one autoscaler or none: the canary is not meant by that of the stable one', () => {
    expect(isAutoscaled(deployment(1, 'web-canary'), scaled)).toBe(false);
  });
});

describe('disruption budgets over a pod', () => {
  const budget = (name: string, selector?: object): KubeObject => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: selector === undefined ? {} : { selector },
  });
  it('are those whose selector matches; one without a selector covers nothing', () => {
    const labels = { app: 'web', track: 'canary' };
    const budgets = [
      budget('web', { matchLabels: { app: 'web' } }),
      budget('stable', { matchLabels: { app: 'web', track: 'stable' } }),
      budget('all', {}),
      budget('not-stable', { matchExpressions: [{ key: 'track', operator: 'NotIn', values: ['stable'] }] }),
      budget('none'),
    ];
    expect(budgetsOver(labels, budgets)).toEqual(['web', 'all', 'not-stable']);
  });
});
