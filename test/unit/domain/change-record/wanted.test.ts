import { describe, expect, it } from 'vitest';
import { wantedChange } from '../../../../src/domain/change-record/wanted.ts';
import { foldState } from '../../../../src/domain/history/fold.ts';
import type { NewEvent } from '../../../../src/plan/chain.ts';
import type { EventType } from '../../../../src/plan/events.ts';
import { chainOf, newEvent, SAMPLE_ID, samplePlan } from '../../../support/sample-plan.ts';

const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const attempt = 1;
const started = newEvent('deploy.started', {
  ...subject,
  attempt,
  fence: 1,
  strategy: 'shared-service',
  clusters: {},
  steps: [],
  images: {},
});
const completed = newEvent('deploy.completed', { attempt, images: {} });
const back = [
  newEvent('rollback.started', { attempt, reason: 'x', fence: 1 }),
  newEvent('rollback.completed', { attempt, verified: 'all of it' }),
];
const closed = newEvent('review.closed', {
  outcome: 'success',
  attended: [],
  lessons: ['x'],
  debts: [],
  values: [],
} as never);

/** The record of a history of which the first events are proved, and the rest is what somebody wrote. */
const record = (events: readonly NewEvent<EventType>[], proved = events.length, isExamined = true) => {
  const chain = chainOf(SAMPLE_ID, events);
  const state = foldState(chain, 'any', ({ seq }) => seq <= proved);
  const { stage, end } = wantedChange(samplePlan(), state, { repository: 'acme/shop' }, isExamined);
  return [stage, end?.outcome];
};

describe('the change record of a release', () => {
  it('is ended by what is proved', () => {
    expect(record([started, ...back])).toEqual(['closed', 'unsuccessful']);
    expect(record([started, completed, closed])).toEqual(['closed', 'successful']);
  });

  it('is not ended by a rollback that only somebody wrote', () => {
    expect(record([started, ...back], 1)).toEqual(['implementing', undefined]);
    expect(record([started, completed, ...back], 2)).toEqual(['implementing', undefined]);
    expect(record([started, completed, closed], 1)).toEqual(['implementing', undefined]);
  });

  it('is ended by nothing but a proved rollback where nobody can tell what is signed', () => {
    expect(record([started, completed, closed], 3, false)).toEqual(['implementing', undefined]);
    expect(record([started, ...back], 3, false)).toEqual(['closed', 'unsuccessful']);
    const noGo = newEvent('cab.decided', { decision: 'no-go', go: 0, noGo: 2 } as never);
    expect(record([newEvent('cab.submitted', { ...subject, round: 1 } as never), noGo], 2, false)).toEqual([
      'planned',
      undefined,
    ]);
  });
});
