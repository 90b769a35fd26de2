import { describe, expect, it } from 'vitest';
import { auditHistory } from '../../../src/domain/history/audit.ts';
import { foldState } from '../../../src/domain/history/fold.ts';
import type { NewEvent } from '../../../src/plan/chain.ts';
import { countedEvents, isOnlySimulated } from '../../../src/plan/counted.ts';
import type { EventType } from '../../../src/plan/events.ts';
import { findOrderFaults } from '../../../src/plan/order/order.ts';
import { parseReleasePlan, writeReleasePlan } from '../../../src/plan/release-plan.ts';
import { standardPolicy } from '../../support/gate-facts.ts';
import { honestHistory, seeded } from '../../support/honest-history.ts';
import { chainOf, SAMPLE_ID, sampleHead } from '../../support/sample-plan.ts';

const histories = Array.from({ length: 150 }, (_, seed) => honestHistory(seeded(seed)));
const ofType = new Map(histories.flat().map((event) => [event.type, event] as const));
const errorsOf = (events: readonly NewEvent<EventType>[]) => {
  const chain = chainOf(SAMPLE_ID, events);
  const text = writeReleasePlan({ id: SAMPLE_ID, head: sampleHead() }, chain, foldState(chain).phase);
  const plan = parseReleasePlan(new TextEncoder().encode(text), 'plan.yaml', SAMPLE_ID);
  return auditHistory(plan, standardPolicy()).filter((finding) => finding.severity === 'error');
};

describe('an event of the sandbox behind a real history', () => {
  it.each([...ofType.keys()])('changes no state, no order and no finding: %s', (type) => {
    const event = { ...(ofType.get(type) as NewEvent<EventType>), simulated: true };
    for (const honest of histories.slice(0, 40)) {
      // Also where the history is not one that the process writes: what is wrong stays wrong.
      for (const events of [honest, honest.toSpliced(Math.floor(honest.length / 2), 1)].filter(
        (one) => one.length > 0,
      )) {
        const [before, after] = [chainOf(SAMPLE_ID, events), chainOf(SAMPLE_ID, [...events, event])];
        expect(countedEvents(after)).toEqual(before);
        expect(foldState(after)).toEqual(foldState(before));
        expect(findOrderFaults(after)).toEqual(findOrderFaults(before));
      }
    }
    const [honest = []] = histories;
    expect(errorsOf([...honest, event])).toEqual(errorsOf(honest));
  });
});

describe('a history of the sandbox alone', () => {
  it('counts where the sandbox is asked for, and not for a real company', () => {
    const [honest = []] = histories;
    const chain = chainOf(
      SAMPLE_ID,
      honest.map((event) => ({ ...event, simulated: true })),
    );
    expect(isOnlySimulated(chain)).toBe(true);
    expect(countedEvents(chain)).toEqual(chain);
    expect(countedEvents(chain, 'real')).toEqual([]);
  });
});
