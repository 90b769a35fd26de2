import { describe, expect, it } from 'vitest';
import { canaryPodsLook } from '../../../../src/domain/kubernetes/canary-pods.ts';

function pod(container: object, ready = true, status: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-canary-1' },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'web', restartCount: 0, ...container }],
      ...status,
    },
  };
}
const ended = (reason: string, exitCode: number) => ({ lastState: { terminated: { reason, exitCode } } });

describe('the pods of a canary', () => {
  it('are well', () => {
    expect(canaryPodsLook([pod({})], 0)).toEqual({ findings: [] });
  });

  it('fail when one was killed for its memory, at the first time', () => {
    const { failing } = canaryPodsLook([pod({ restartCount: 1, ...ended('OOMKilled', 137) })], 0);
    expect(failing).toBe('web in web-canary-1 was killed for its memory (OOMKilled)');
  });

  it('are told of when they restart once, and fail when they go on', () => {
    const once = canaryPodsLook([pod({ restartCount: 1, ...ended('Error', 1) })], 0);
    expect(once.failing).toBeUndefined();
    expect(once.findings).toEqual(['web in web-canary-1 was restarted once, last ended with Error (1)']);
    expect(canaryPodsLook([pod({ restartCount: 2, ...ended('Error', 1) })], 0).failing).toContain('restarted 2 times');
    const waiting = { restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } };
    expect(canaryPodsLook([pod(waiting)], 0).failing).toBeDefined();
  });

  it('fail when none is ready for half a minute, also when there is none', () => {
    const first = canaryPodsLook([], 1000);
    expect(first.failing).toBeUndefined();
    const later = canaryPodsLook([pod({}, false)], 16_000, first);
    expect(later.failing).toBeUndefined();
    expect(canaryPodsLook([], 31_000, later).failing).toBe('no pod of the canary has been ready for 30 s');
    expect(canaryPodsLook([pod({})], 31_000, later).downSince).toBeUndefined();
  });

  it('are told of when they are evicted', () => {
    const { findings } = canaryPodsLook(
      [pod({}, false, { phase: 'Failed', reason: 'Evicted', message: 'low on memory' })],
      0,
    );
    expect(findings).toEqual(['web-canary-1 was ended: Evicted: low on memory']);
  });
});
