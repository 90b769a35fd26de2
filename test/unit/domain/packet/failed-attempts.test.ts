import { expect, test } from 'vitest';
import { failedAttempts } from '../../../../src/domain/packet/failed-attempts.ts';
import { chainOf, newEvent, SAMPLE_ID } from '../../../support/sample-plan.ts';

const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const started = (attempt: number) =>
  newEvent('deploy.started', {
    ...subject,
    attempt,
    fence: attempt,
    strategy: 'region',
    clusters: {},
    steps: [],
    images: {},
  });
const back = (attempt: number, reason: string) => [
  newEvent('rollback.started', { attempt, reason, fence: attempt }),
  newEvent('rollback.completed', { attempt, verified: 'empty diff' }),
];
const reopened = (reason: string) => newEvent('plan.reopened', { ...subject, reason });

test('each attempt has its own reason and the reason for which the plan was reopened after it', () => {
  const events = chainOf(SAMPLE_ID, [
    newEvent('plan.created', subject),
    reopened('the window moved'),
    started(1),
    ...back(1, 'errors'),
    reopened('the bug is found'),
    reopened('another branch'),
    started(2),
    newEvent('deploy.aborted', { attempt: 2, reason: 'the shop called' }),
    ...back(2, 'aborted'),
    reopened('next week'),
    started(3),
    newEvent('release.frozen', { attempt: 3, reason: 'the migration cannot go back' }),
  ]);
  expect(failedAttempts(events).map(({ at: _, ...one }) => one)).toEqual([
    { attempt: 1, how: 'rolled back', reason: 'errors', reopened: 'the bug is found' },
    { attempt: 2, how: 'aborted', reason: 'the shop called', reopened: 'next week' },
    { attempt: 3, how: 'frozen', reason: 'the migration cannot go back', reopened: undefined },
  ]);
  expect(failedAttempts([])).toEqual([]);
});
