import type { AgendaEntry } from '../domain/schedule/agenda.ts';
import type { ReleaseEvent } from './ics.ts';

/** The entries of a release calendar as events of a calendar file. An all-day event is a date, told by its day in UTC. */
export function calendarFileEvents(entries: readonly AgendaEntry[]): readonly ReleaseEvent[] {
  return entries.map((entry) => ({
    subject: entry.subject,
    kind: entry.kind,
    summary: entry.title,
    description: entry.detail,
    start: entry.allDay ? dayIn(entry.start, entry.zone) : entry.start,
    end: entry.allDay ? dayIn(entry.end, entry.zone) : entry.end,
    allDay: entry.allDay,
    sequence: entry.sequence,
    stamp: entry.stamp,
    cancelled: entry.cancelled,
  }));
}

/** Midnight UTC of the date that a moment has in a zone. */
function dayIn(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return Date.parse(`${parts.format(at)}T00:00:00Z`);
}
