import type { Block } from '../outcome/outcome.ts';
import type { AgendaEntry, AgendaKind } from './agenda.ts';
import { dateIn } from './calendar.ts';

const DAY_MS = 86_400_000;
/** How a day of the month sheet is marked, the weightiest first; below the sheet the agenda says it in words. */
const MARKS: readonly (readonly [kind: AgendaKind, mark: string])[] = [
  ['window', 'W'],
  ['freeze', 'F'],
  ['cab-meeting', 'B'],
  ['cab-deadline', 'C'],
  ['staging-deadline', 'S'],
  ['review', 'R'],
  ['hypercare', 'H'],
];

/** A month as a sheet of weeks, Monday first; letters behind a day say what it holds, `*` marks today. */
export function monthBlocks(
  month: string,
  entries: readonly AgendaEntry[],
  zone: string,
  today: string,
): readonly Block[] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const first = Date.UTC(year, number - 1, 1);
  const days = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const marks = marksByDay(entries, zone);
  const offset = (new Date(first).getUTCDay() + 6) % 7;
  const cells = [
    ...Array.from({ length: offset }, () => ''),
    ...Array.from({ length: days }, (_, index) => {
      const date = new Date(first + index * DAY_MS).toISOString().slice(0, 10);
      return `${index + 1}${date === today ? '*' : ''} ${marks.get(date) ?? ''}`.trim();
    }),
  ];
  const weeks = Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) =>
    Array.from({ length: 7 }, (_day, day) => cells[week * 7 + day] ?? ''),
  );
  return [
    { kind: 'heading', text: month },
    { kind: 'table', columns: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'], rows: weeks },
  ];
}

function marksByDay(entries: readonly AgendaEntry[], zone: string): ReadonlyMap<string, string> {
  const kinds = new Map<string, Set<AgendaKind>>();
  for (const entry of entries) {
    if (entry.cancelled) continue;
    // Days that are named stay those days, whichever zone the sheet is in.
    const shown = entry.allDay ? entry.zone : zone;
    const last = dateIn(entry.end - 1, shown);
    for (let date = dateIn(entry.start, shown); date <= last; date = nextDay(date)) {
      kinds.set(date, (kinds.get(date) ?? new Set()).add(entry.kind));
    }
  }
  return new Map(
    [...kinds].map(([date, held]) => [
      date,
      MARKS.filter(([kind]) => held.has(kind))
        .map(([, mark]) => mark)
        .join(''),
    ]),
  );
}

function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** The entries as a table, a row each, with the letter of the month sheet. */
export function agendaBlock(entries: readonly AgendaEntry[], zone: string): Block {
  return {
    kind: 'table',
    columns: ['when', '', 'what', 'detail'],
    rows: entries.map((entry) => [
      whenOf(entry, zone),
      MARKS.find(([kind]) => kind === entry.kind)?.[1] ?? '',
      entry.cancelled ? `${entry.title} (${entry.phase})` : entry.title,
      entry.detail,
    ]),
  };
}

/** When an entry is: a day, days, or a stretch of hours of the zone. */
function whenOf(entry: AgendaEntry, zone: string): string {
  const shown = entry.allDay ? entry.zone : zone;
  const [from, to] = [dateIn(entry.start, shown), dateIn(entry.end - 1, shown)];
  if (entry.allDay) return from === to ? from : `${from} to ${to}`;
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: shown,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const [opens, closes] = [clock.format(entry.start), clock.format(entry.end)];
  return from === to ? `${from} ${opens}–${closes}` : `${from} ${opens} to ${dateIn(entry.end, shown)} ${closes}`;
}
