import { describe, expect, it } from 'vitest';
import { stepBars } from '../../../../src/domain/report/step-bars.ts';
import { chainOf, newEvent, SAMPLE_ID } from '../../../support/sample-plan.ts';

const at = (second: number) => ({ at: new Date(Date.UTC(2026, 11, 3, 19, 0, second)).toISOString() });
const second = (value: number) => Date.UTC(2026, 11, 3, 19, 0, value);

describe('the steps of a deployment as bars', () => {
  const events = chainOf(SAMPLE_ID, [
    newEvent('step.intended', { fence: 1, attempt: 1, step: 'canary:api' }, at(0)),
    newEvent('step.failed', { attempt: 1, step: 'canary:api', code: 'rollout.doomed', reason: 'no image' }, at(2)),
    newEvent('step.intended', { fence: 2, attempt: 2, step: 'canary:api' }, at(10)),
    newEvent('step.failed', { attempt: 2, step: 'canary:api', code: 'cluster.unreachable', reason: 'gone' }, at(12)),
    newEvent('step.intended', { fence: 2, attempt: 2, step: 'canary:api' }, at(20)),
    newEvent('step.completed', { attempt: 2, step: 'canary:api' }, at(25)),
    newEvent('step.intended', { fence: 2, attempt: 2, step: 'bake' }, at(30)),
  ]);

  it('tell one attempt; a step that was tried again is one bar from its first begin to its last end', () => {
    expect(stepBars(events, 2)).toEqual([
      { step: 'canary:api', title: 'Start the canary of api', from: second(10), to: second(25), state: 'completed' },
      { step: 'bake', title: 'Watch the canary', from: second(30), to: second(30), state: 'open' },
    ]);
    expect(stepBars(events, 1)).toEqual([
      { step: 'canary:api', title: 'Start the canary of api', from: second(0), to: second(2), state: 'failed' },
    ]);
  });

  it('are none where nothing was deployed', () => {
    expect(stepBars(events, undefined)).toEqual([]);
    expect(stepBars([], 1)).toEqual([]);
  });
});
