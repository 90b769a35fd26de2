import { countedEvents } from '../counted.ts';
import type { RecordedEvent } from '../events.ts';
import type { OrderFault } from './order.ts';

/** Clocks of machines differ by minutes; what is dated further ahead was not recorded when it says. */
const AHEAD_MS = 3_600_000;

/**
 * The first event that is dated ahead of the clock, if there is one: all that are recorded behind it get its date, because a history runs forward, and
 * what is signed behind it does not count before that. What was played through in the sandbox has a clock of its own.
 * @param now milliseconds since the epoch
 */
export function datedAhead(events: readonly RecordedEvent[], now: number): readonly OrderFault[] {
  const first = countedEvents(events, 'real').find(({ at }) => Date.parse(at) > now + AHEAD_MS);
  if (first === undefined) return [];
  const clock = new Date(now).toISOString();
  return [{ seq: first.seq, problem: `(${first.type}) is dated ${first.at}, and the clock here says ${clock}` }];
}
