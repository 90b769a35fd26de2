import type { RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';

/** Types that follow from others; the first line of a commit names them only when there is nothing else. */
const MINOR = /^(notification|step)\./;
const MOST_TYPES = 3;

/** The message of a commit: `release(<id>): cab.voted, cab.decided by carol@example.com`, and every event below it. */
export function recordMessage(plan: Pick<ReleasePlan, 'id'>, events: readonly RecordedEvent[]): string {
  if (events.length === 0) return `release(${plan.id}): plan edited\n`;
  const major = events.filter((event) => !MINOR.test(event.type));
  const shown = major.length > 0 ? major : events;
  const types = [...new Set(shown.map((event) => event.type))];
  const more = types.length > MOST_TYPES ? ` and ${types.length - MOST_TYPES} more` : '';
  const actors = [...new Set(shown.map((event) => event.actor))].join(', ');
  const subject = `release(${plan.id}): ${types.slice(0, MOST_TYPES).join(', ')}${more} by ${actors}`;
  return `${subject}\n\n${events.map((event) => `${event.seq} ${event.type} ${event.at}`).join('\n')}\n`;
}
