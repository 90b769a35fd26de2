import { describe, expect, it } from 'vitest';
import { foldState } from '../../../../src/domain/history/fold.ts';
import type { RecordedEvent } from '../../../../src/plan/events.ts';

/** A deployment of so many steps, each intended and completed. */
function history(steps: number): readonly RecordedEvent[] {
  const event = (type: string, data: object) =>
    ({
      seq: 1,
      at: '2026-12-01T10:00:00Z',
      actor: 'olga@example.com',
      type,
      data,
      prev: '',
      hash: '',
    }) as unknown as RecordedEvent;
  const started = event('deploy.started', { attempt: 1, fence: 1, specDigest: 'a', textDigest: 'b' });
  const each = Array.from({ length: steps }, (_, index) => `rollout:service-${index}@production`);
  return [
    started,
    ...each.flatMap((step) => [
      event('step.intended', { attempt: 1, step, fence: 1 }),
      event('step.completed', { attempt: 1, step }),
    ]),
  ];
}

/** The processor's time of a fold, in milliseconds: it does not depend on what else the machine does. */
function cost(events: readonly RecordedEvent[]): number {
  const began = process.cpuUsage();
  for (let round = 0; round < 5; round += 1) foldState(events);
  const { user } = process.cpuUsage(began);
  return user / 1000;
}

describe('folding a history', () => {
  it('takes no more than in proportion to its steps: it is done with each record of a deployment', () => {
    const [small, large] = [history(1000), history(8000)];
    expect(foldState(large).deployment?.steps.size).toBe(8000);
    cost(small);
    // In proportion it is 8 times as much, by the square 64 times.
    expect(cost(large)).toBeLessThan(Math.max(25 * cost(small), 100));
  });

  it('gives each fold steps of its own: a later one changes nothing of what an earlier one gave', () => {
    const whole = history(2);
    const before = foldState(whole.slice(0, 3));
    foldState(whole);
    expect([...(before.deployment?.steps.keys() ?? [])]).toEqual(['rollout:service-0@production']);
  });
});
