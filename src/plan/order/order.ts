import { countedEvents } from '../counted.ts';
import type { EventOf, RecordedEvent } from '../events.ts';
import { datesOutOfOrder } from './dates.ts';
import type { OrderFault } from './fault.ts';
import { type Position, START } from './position.ts';
import { type Next, RULES } from './rules.ts';

/** Every fault of the order of a history: events that cannot follow what stands before them, and dates that cannot. */
export function findHistoryFaults(events: readonly RecordedEvent[]): readonly OrderFault[] {
  return [...findOrderFaults(events), ...datesOutOfOrder(events)].sort((one, other) => one.seq - other.seq);
}

/**
 * Walks a history through the process and returns every event that cannot follow what stands before it; nothing where the process could
 * have written it. A chain of hashes shows that nobody changed a history, not that it happened: whoever writes the file anew chains
 * anything. An event that does not fit changes nothing for those after it.
 *
 * Events of the sandbox and real ones are two histories, as in the state of a release: a plan that was played through in the sandbox
 * begins again in the real world.
 */
export function findOrderFaults(events: readonly RecordedEvent[]): readonly OrderFault[] {
  const faults: OrderFault[] = [];
  let at: Position = START;
  for (const event of countedEvents(events)) {
    const next = follow(at, event);
    if (typeof next === 'string') faults.push({ seq: event.seq, problem: `(${event.type}) ${next}` });
    else at = { ...at, ...next };
  }
  return faults;
}

function follow<T extends RecordedEvent['type']>(at: Position, event: RecordedEvent): Next {
  const rule = RULES[event.type as T] as (position: Position, one: EventOf<T>) => Next;
  return rule(at, event as unknown as EventOf<T>);
}
