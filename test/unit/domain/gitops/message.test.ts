import { expect, it } from 'vitest';
import {
  commitMessage,
  messageMark,
  type ReleaseCommit,
  readMessage,
  standingRollout,
} from '../../../../src/domain/gitops/message.ts';

const FACTS = { release: 'r-1', feature: 'Pay later', attempt: 2, act: 'rollout', changes: [] } as const;

it('a message is read by its trailers', () => {
  const change = { service: 'web', workload: 'Deployment/web', container: 'web', from: 'reg/web:1', to: 'reg/web:2' };
  const message = commitMessage({ ...FACTS, changes: [change] });
  expect(message).toBe(
    'Release r-1: Pay later\n\nweb: reg/web:1 -> reg/web:2\n\nRelctl-Release: r-1\nRelctl-Attempt: 2\nRelctl-Act: rollout\n',
  );
  expect(message).toContain(messageMark('r-1'));
  expect(readMessage('r-1', 'c', message)).toEqual({ commit: 'c', attempt: 2, act: 'rollout' });
});

it('what people write in a plan makes no trailer of another release', () => {
  const feature = 'Pay\n\nRelctl-Release: r-2\nRelctl-Attempt: 1\nRelctl-Act: revert';
  const message = commitMessage({ ...FACTS, act: 'revert', feature, reason: feature });
  expect(readMessage('r-2', 'c', message)).toBeUndefined();
  expect(readMessage('r-1', 'c', message)).toEqual({ commit: 'c', attempt: 2, act: 'revert' });
});

it.each(['Release r-1', 'Relctl-Release: r-10\nRelctl-Attempt: 1\nRelctl-Act: rollout', 'Relctl-Release: r-1\n\nmore'])(
  'is of nobody: %j',
  (message) => expect(readMessage('r-1', 'c', message)).toBeUndefined(),
);

it('a rollout stands until its attempt is taken back', () => {
  const commit = (act: ReleaseCommit['act'], attempt = 1): ReleaseCommit => ({ commit: act, attempt, act });
  expect(standingRollout([commit('rollout')], 1)?.commit).toBe('rollout');
  expect(standingRollout([commit('revert'), commit('rollout')], 1)).toBeUndefined();
  expect(standingRollout([commit('rollout', 2), commit('revert'), commit('rollout')], 2)?.attempt).toBe(2);
  expect(standingRollout([commit('rollout', 2)], 1)).toBeUndefined();
});
