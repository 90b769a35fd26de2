import { expect, test } from 'vitest';
import { plannedShare } from '../../../../src/domain/deployment/planned-share.ts';
import { sayShare } from '../../../../src/domain/deployment/share.ts';
import { samplePlan } from '../../../support/sample-plan.ts';

test.each([
  [{ asked: 0.01 }, '1%'],
  [{ asked: 0.01, made: 0.01 }, '1%'],
  [{ asked: 0.15, made: 1 / 7 }, '14.3% (15% asked for)'],
  [{ asked: 0.15, measured: 0.2 }, '20% measured (15% asked for)'],
  [{ measured: 0.2 }, '20% measured'],
  [{}, 'unknown'],
])('a share of %j is said as %s', (facts, said) => {
  expect(sayShare(facts)).toBe(said);
});

test('the pods make another share of it, and a plan says which', () => {
  const { spec } = samplePlan();
  const planned = { ...spec, canary: { ...spec.canary, strategy: 'shared-service', share: '15%' } } as typeof spec;
  expect(plannedShare(planned, 'api', 6)).toMatchObject({ asked: 0.15, made: 1 / 7, pods: 6, canaryPods: 1 });
  expect(plannedShare(planned, 'api', undefined)).toBeUndefined();
});
