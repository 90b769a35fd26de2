import { describe, expect, it } from 'vitest';
import { jobEnd } from '../../../../src/domain/kubernetes/jobs.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const job = (conditions: readonly object[] = []): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate' },
  status: { active: 1, conditions },
});
const pod = (containerStatuses: readonly object[], conditions: readonly object[] = []): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'migrate-x' },
  status: { containerStatuses, conditions },
});
const proxy = { name: 'istio-proxy', state: { running: {} } };
const ended = (exitCode: number) => ({ name: 'migration', state: { terminated: { exitCode, reason: 'Error' } } });

describe('the end of a Job', () => {
  it.each([
    ['running', job(), [], 'running'],
    ['complete', job([{ type: 'Complete', status: 'True' }]), [], 'succeeded'],
    ['its own container ended well, and a sidecar runs on', job(), [pod([proxy, ended(0)])], 'succeeded'],
    ['its own container failed, and a sidecar runs on', job(), [pod([ended(3), proxy])], 'failed'],
    ['only a sidecar has ended', job(), [pod([{ ...ended(0), name: 'istio-init' }, proxy])], 'running'],
    ['failed', job([{ type: 'Failed', status: 'True', message: 'BackoffLimitExceeded' }]), [], 'failed'],
  ] as const)('%s', (_title, live, pods, state) => {
    expect(jobEnd(live, pods, 'migration').state).toBe(state);
  });

  it('says that its pod was taken away', () => {
    const gone = pod([], [{ type: 'DisruptionTarget', status: 'True', message: 'Eviction API: evicting' }]);
    const { detail } = jobEnd(job([{ type: 'Failed', status: 'True', message: 'backoff limit' }]), [gone], 'migration');
    expect(detail).toBe('its pod was taken away (Eviction API: evicting): backoff limit');
  });

  it('says why its container has not started', () => {
    const waiting = { name: 'migration', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such tag' } } };
    expect(jobEnd(job(), [pod([waiting])], 'migration').detail).toBe('not started: ImagePullBackOff: no such tag');
  });
});
