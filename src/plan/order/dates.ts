import { countedEvents } from '../counted.ts';
import type { RecordedEvent } from '../events.ts';
import type { OrderFault } from './fault.ts';

/** By how much the clocks of two machines may differ; what is dated further ahead was not recorded when it says. */
export const CLOCKS_DIFFER_MS = 10 * 60_000;
/** Up to this far ahead of the clock an event has the others wait for its date; one that is further ahead is left behind. */
const WAITED_FOR_MS = 3_600_000;

/**
 * The date of what is recorded behind a history: its own, or that of the latest event before it. Clocks of two machines differ, and a history
 * runs forward. An event that is dated further ahead of the clock than that is not followed: a signature does not count before its date, so that
 * anybody who may push could else keep all that is signed from counting.
 * @param at when it was recorded, milliseconds since the epoch
 * @param now what the clock says, milliseconds since the epoch; infinite where nobody signs, and a late date harms nothing
 */
export function dateBehind(events: readonly Pick<RecordedEvent, 'at'>[], at: number, now: number): number {
  return events.reduce((latest, event) => {
    const date = Date.parse(event.at);
    return date > latest && date <= now + WAITED_FOR_MS ? date : latest;
  }, at);
}

/**
 * Events that are dated ahead of the clock; of several of one date the first. What was played through in the sandbox has a clock of its own.
 * @param now milliseconds since the epoch
 */
export function datedAhead(events: readonly RecordedEvent[], now: number): readonly OrderFault[] {
  const clock = new Date(now).toISOString();
  return countedEvents(events, 'real')
    .filter(({ at }, index, all) => Date.parse(at) > now + CLOCKS_DIFFER_MS && at !== all[index - 1]?.at)
    .map(({ seq, type, at }) => ({ seq, problem: `(${type}) is dated ${at}, and the clock here says ${clock}` }));
}

/** Events that are dated after one that follows them: one of the two dates is not when it was recorded. For each that follows, the nearest. */
export function datesOutOfOrder(events: readonly RecordedEvent[]): readonly OrderFault[] {
  const found = new Map<number, OrderFault>();
  /** Events with falling places and dates that rise: of those before, the ones that the next may be dated before. */
  const before: RecordedEvent[] = [];
  for (const event of countedEvents(events)) {
    for (
      let last = before.at(-1);
      last !== undefined && Date.parse(last.at) <= Date.parse(event.at);
      last = before.at(-1)
    ) {
      before.pop();
    }
    const later = before.at(-1);
    if (later !== undefined && !found.has(later.seq)) {
      const problem = `(${later.type}) is dated ${later.at}, and event ${event.seq} that follows it ${event.at}`;
      found.set(later.seq, { seq: later.seq, problem });
    }
    before.push(event);
  }
  return [...found.values()].sort((one, other) => one.seq - other.seq);
}
