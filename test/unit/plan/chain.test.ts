import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendEvent, eventHash, findChainFault, genesisHash } from '../../../src/plan/chain.ts';
import type { RecordedEvent } from '../../../src/plan/events.ts';
import { findHistoryFaults } from '../../../src/plan/order/order.ts';
import { chainOf, newEvent, SAMPLE_ID, sampleEvents } from '../../support/sample-plan.ts';

const exception = (gate: string, at = '2026-11-20T09:00:00.000Z', simulated = false) =>
  newEvent('exception.granted', { gate, reason: 'because', command: 'relctl deploy' }, { at, simulated });
const chain = chainOf(SAMPLE_ID, [exception('a'), exception('b'), exception('c')]);

/** The chain with its hashes made anew from `seq` on, as a forger would who does not rewrite everything. */
function rehashed(events: readonly RecordedEvent[], seq: number): readonly RecordedEvent[] {
  return events.map((event) => (event.seq === seq ? { ...event, hash: eventHash(event) } : event));
}

describe('a chain', () => {
  it('holds as it was made, and grows without being changed', () => {
    expect(findChainFault(SAMPLE_ID, [])).toBeUndefined();
    expect(findChainFault(SAMPLE_ID, sampleEvents())).toBeUndefined();
    const before = JSON.stringify(chain);
    const { events, event } = appendEvent(SAMPLE_ID, chain, exception('d'));
    expect(JSON.stringify(chain)).toBe(before);
    expect(events).toHaveLength(4);
    expect(event).toMatchObject({ seq: 4, prev: chain[2]?.hash });
    expect(findChainFault(SAMPLE_ID, events)).toBeUndefined();
  });

  it('begins with its release and cannot be moved to another', () => {
    expect(chain[0]?.prev).toBe(genesisHash(SAMPLE_ID));
    expect(findChainFault('another-release', chain)).toMatchObject({ seq: 1 });
  });

  it('does not hold when an event is cut out, doubled, moved or replaced', () => {
    const [first, second, third] = chain as [RecordedEvent, RecordedEvent, RecordedEvent];
    expect(findChainFault(SAMPLE_ID, [first, third])).toMatchObject({ seq: 2 });
    expect(findChainFault(SAMPLE_ID, [second, third])).toMatchObject({ seq: 1 });
    expect(findChainFault(SAMPLE_ID, [first, first, second, third])).toMatchObject({ seq: 2 });
    expect(findChainFault(SAMPLE_ID, [first, third, second])).toMatchObject({ seq: 2 });
    expect(findChainFault(SAMPLE_ID, [first, { ...third, seq: 2 }])).toMatchObject({ seq: 2 });
    // Said behind "event 2": one sentence with it.
    expect(findChainFault(SAMPLE_ID, [first, third])?.problem).toMatch(/^has the number 3: /);
  });

  it('does not hold when one event is changed, even with its own hash made anew', () => {
    for (const seq of [1, 2]) {
      const forged = chain.map((event) => (event.seq === seq ? { ...event, actor: 'mallory@example.com' } : event));
      expect(findChainFault(SAMPLE_ID, forged)).toMatchObject({ seq });
      expect(findChainFault(SAMPLE_ID, rehashed(forged, seq))).toMatchObject({ seq: seq + 1 });
    }
  });

  it('holds whatever its dates are: those are a matter of the order', () => {
    const late = chainOf(SAMPLE_ID, [exception('a', '2026-11-20T09:00:01.000Z'), exception('b')]);
    expect(findChainFault(SAMPLE_ID, late)).toBeUndefined();
    expect(findHistoryFaults(late)).toMatchObject([{ seq: 1 }]);
  });

  it('tells a simulated event from a real one', () => {
    const [event] = chainOf(SAMPLE_ID, [exception('a', '2026-11-20T09:00:00.000Z', true)]) as [RecordedEvent];
    expect(event.simulated).toBe(true);
    const { simulated: _, ...real } = event;
    expect(findChainFault(SAMPLE_ID, [real as RecordedEvent])).toMatchObject({ seq: 1 });
    expect(chain[0]).not.toHaveProperty('simulated');
  });

  it('does not hold after any change of any field of any event', () => {
    const fields = ['seq', 'at', 'actor', 'type', 'data', 'prev', 'hash'] as const;
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.constantFrom(...fields),
        fc.jsonValue(),
        (gates, which, field, value) => {
          const events = chainOf(
            SAMPLE_ID,
            gates.map((gate) => exception(gate)),
          );
          expect(findChainFault(SAMPLE_ID, events)).toBeUndefined();
          const index = which % events.length;
          const event = events[index] as RecordedEvent;
          fc.pre(JSON.stringify(event[field]) !== JSON.stringify(value) && !Object.is(value, -0));
          const forged = events.with(index, { ...event, [field]: value } as RecordedEvent);
          expect(findChainFault(SAMPLE_ID, forged)).toBeDefined();
        },
      ),
    );
  });
});
