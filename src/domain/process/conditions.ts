import type { Condition } from '../history/state.ts';
import { dateIn } from '../schedule/calendar.ts';

/** True when a condition is open after the day on which it was due, in the zone of the release. */
export function isOverdue(condition: Pick<Condition, 'closed' | 'due'>, now: number, zone: string): boolean {
  return !condition.closed && dateIn(now, zone) > condition.due;
}
