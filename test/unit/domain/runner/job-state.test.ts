import { describe, expect, it } from 'vitest';
import { hasBegun, isOver, jobState, newestPod } from '../../../../src/domain/runner/job-state.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const job = (status: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'relctl-next-1', ...metadata },
  status,
});
const pod = (status: object, name = 'relctl-next-1-a', at = '2026-11-28T10:00:00Z'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, creationTimestamp: at },
  status,
});
const container = (state: object) => ({ containerStatuses: [{ name: 'relctl', state }] });
const failed = (reason: string, message: string) => ({
  conditions: [{ type: 'Failed', status: 'True', reason, message }],
});

describe('how a run stands', () => {
  it.each([
    ['no pod yet', job(), [], { phase: 'waiting', reason: 'NoPod', stuck: false }],
    [
      'no room on any node',
      job(),
      [
        pod({
          phase: 'Pending',
          conditions: [
            { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes: Insufficient cpu' },
          ],
        }),
      ],
      { phase: 'waiting', reason: 'Unschedulable', stuck: false, detail: expect.stringContaining('Insufficient cpu') },
    ],
    [
      'an image that was not pulled at the first try',
      job(),
      [pod({ phase: 'Pending', ...container({ waiting: { reason: 'ErrImagePull', message: 'timeout' } }) })],
      { phase: 'waiting', reason: 'ErrImagePull', stuck: true },
    ],
    [
      'an image that cannot be pulled',
      job(),
      [
        pod({
          phase: 'Pending',
          ...container({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } }),
        }),
      ],
      {
        phase: 'waiting',
        reason: 'ImagePullBackOff',
        stuck: true,
        detail: expect.stringContaining('Back-off pulling image "x"'),
      },
    ],
    [
      'a Secret that is not there',
      job(),
      [
        pod({
          phase: 'Pending',
          ...container({ waiting: { reason: 'CreateContainerConfigError', message: 'secret "relctl-git" not found' } }),
        }),
      ],
      { phase: 'waiting', stuck: true, detail: expect.stringContaining('secret "relctl-git" not found') },
    ],
    ['at work', job(), [pod({ phase: 'Running', ...container({ running: {} }) })], { phase: 'running' }],
    [
      'at work after two pods that ended',
      job({ failed: 2 }),
      [pod({ phase: 'Running', ...container({ running: {} }) })],
      { phase: 'running', detail: expect.stringContaining('after 2 that ended early') },
    ],
    [
      'evicted',
      job(),
      [pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' })],
      {
        phase: 'waiting',
        stuck: false,
        detail: expect.stringContaining('Evicted: The node was low on resource: memory.'),
      },
    ],
    [
      'a node that is drained',
      job(),
      [
        pod({
          phase: 'Failed',
          conditions: [
            {
              type: 'DisruptionTarget',
              status: 'True',
              reason: 'EvictionByEvictionAPI',
              message: 'Eviction API: evicting',
            },
          ],
        }),
      ],
      { phase: 'waiting', stuck: false, detail: expect.stringContaining('EvictionByEvictionAPI') },
    ],
    [
      'killed for its memory',
      job(),
      [pod({ phase: 'Failed', ...container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }) })],
      { phase: 'waiting', stuck: false, detail: expect.stringContaining('exit code 137 (OOMKilled)') },
    ],
    ['suspended', job({ conditions: [{ type: 'Suspended', status: 'True' }] }), [], { phase: 'waiting', stuck: true }],
    [
      'being deleted',
      job({}, { deletionTimestamp: '2026-11-28T10:00:00Z' }),
      [],
      { phase: 'waiting', reason: 'Terminating' },
    ],
    ['complete', job({ conditions: [{ type: 'Complete', status: 'True' }] }), [], { phase: 'ended', ok: true }],
    [
      'past its deadline',
      job(failed('DeadlineExceeded', 'Job was active longer than specified deadline')),
      [],
      { phase: 'ended', ok: false, reason: 'DeadlineExceeded' },
    ],
    [
      'failed too often',
      job(failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit')),
      [pod({ phase: 'Failed', ...container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }) })],
      { phase: 'ended', ok: false, reason: 'BackoffLimitExceeded', detail: expect.stringContaining('OOMKilled') },
    ],
    ['deleted', undefined, [], { phase: 'ended', ok: false, reason: 'gone' }],
  ])('%s', (_name, one, pods, state) => {
    expect(jobState(one, pods)).toMatchObject(state);
  });
});

describe('the pod of a run', () => {
  const dead = pod({ phase: 'Failed', ...container({ terminated: { exitCode: 137 } }) }, 'a');
  const live = pod({ phase: 'Running', ...container({ running: {} }) }, 'b');

  it('is the newest one, and of two of one second the one that lives', () => {
    expect(newestPod([live, dead])?.metadata.name).toBe('b');
    expect(newestPod([dead, live])?.metadata.name).toBe('b');
    expect(newestPod([pod({ phase: 'Failed' }, 'c', '2026-11-28T10:00:01Z'), live])?.metadata.name).toBe('c');
    expect(newestPod([])).toBeUndefined();
  });

  it('has a log once its container has begun, to which nothing is added once it has ended', () => {
    expect([hasBegun(live), isOver(live)]).toEqual([true, false]);
    expect([hasBegun(dead), isOver(dead)]).toEqual([true, true]);
    expect(hasBegun(pod({ phase: 'Pending', ...container({ waiting: { reason: 'ContainerCreating' } }) }))).toBe(false);
  });
});
