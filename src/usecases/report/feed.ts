import { isSummary } from '../../domain/history/release-summary.ts';
import { agendaOf } from '../../domain/schedule/agenda.ts';
import type { Context } from '../release/context.ts';
import { policiesOf } from '../release/policies.ts';

const DAY_MS = 86_400_000;
/** What a calendar that subscribes is shown: a quarter back, a year ahead. */
const BACK_DAYS = 92;
const AHEAD_DAYS = 366;

/** The calendar of releases as a file that calendars subscribe to; an entry keeps its identity, so that it moves and is not doubled. */
export async function calendarFeed(
  context: Pick<Context, 'store' | 'clock' | 'config' | 'workspace' | 'documents'>,
): Promise<string> {
  const { store, clock, config, documents } = context;
  const releases = (await store.summaries()).filter(isSummary);
  const now = clock.now();
  const span = { start: now - BACK_DAYS * DAY_MS, end: now + AHEAD_DAYS * DAY_MS };
  const policies = await policiesOf(context, releases);
  return documents.calendar(agendaOf({ releases, policies, span, zone: config.timeZone }));
}
