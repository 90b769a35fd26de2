import { asOther, isSummary, type ReleaseSummary } from '../domain/history/release-summary.ts';
import type { Block, Outcome } from '../domain/outcome/outcome.ts';
import { nameList } from '../domain/people/people.ts';
import { type AgendaEntry, agendaOf } from '../domain/schedule/agenda.ts';
import { dateIn, startOfDate } from '../domain/schedule/calendar.ts';
import { clashesAmong, type MutualClash } from '../domain/schedule/clashes.ts';
import { freeSlots, slotFlag } from '../domain/schedule/free-slots.ts';
import { overlap } from '../domain/schedule/intervals.ts';
import { agendaBlock, monthBlocks } from '../domain/schedule/month.ts';
import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { formatSpan } from '../text/figures.ts';
import { plural } from '../text/plural.ts';
import { checkedZone } from './planning/ask/window.ts';
import type { ReadingContext } from './release/context.ts';
import { policiesOf } from './release/policies.ts';
import { loadPolicy } from './release/settings.ts';

/** What is asked of the calendar. */
export interface CalendarOptions {
  /** First month, `2026-12`; the current one when left out. */
  readonly month?: string;
  /** How many months. */
  readonly months: number;
  readonly services: readonly string[];
  readonly timeZone?: string;
  /** A release for which free windows are looked for. */
  readonly free?: string;
}

/** What the calendar answers: the outcome, and the same entries for a calendar file. */
export interface Calendar {
  readonly outcome: Outcome;
  readonly entries: readonly AgendaEntry[];
}

/**
 * Change windows, meetings of the board, deadlines, reviews, hypercare and freezes of some months, with clashes between releases; for one release also
 * the next windows that nothing speaks against.
 * @throws RelctlError `usage.bad-flag`, and for `free` all that reading the plan throws
 */
export async function calendar(context: ReadingContext, options: CalendarOptions): Promise<Calendar> {
  const zone = checkedZone(options.timeZone ?? context.config.timeZone, 'Days begin and end in a zone.');
  const now = context.clock.now();
  const { months, span } = monthsFrom(options.month ?? dateIn(now, zone).slice(0, 7), options.months, zone);
  const summaries = await context.store.summaries();
  const all = summaries.filter(isSummary);
  const unread = summaries.filter((one) => !isSummary(one)).map(({ id }) => id);
  const releases = all.filter(
    ({ services }) => options.services.length === 0 || services.some((one) => options.services.includes(one)),
  );
  const policies = await policiesOf(context, all);
  const entries = agendaOf({ releases, policies, span, zone }).filter((entry) => isAskedFor(entry, options.services));
  const clashes = clashesAmong(releases.filter((release) => overlap(release.span, span)).map(asOther));
  const slots = options.free === undefined ? undefined : await slotsFor(context, options.free, all);
  const today = dateIn(now, zone);
  const windows = entries.filter((entry) => entry.kind === 'window').length;
  const outcome: Outcome = {
    result: 'done',
    headline: `${plural(windows, 'change window')} from ${months[0]} to ${months.at(-1)}, in ${zone}`,
    blocks: [
      ...months.flatMap((month) => monthBlocks(month, entries, zone, today)),
      ...(months.includes(today.slice(0, 7)) ? [{ kind: 'text' as const, text: '* today' }] : []),
      agendaBlock(entries, zone),
      ...clashBlock(clashes),
      ...unreadBlock(unread),
      ...(slots === undefined ? [] : [slotBlock(slots)]),
    ],
    data: {
      timeZone: zone,
      from: new Date(span.start).toISOString(),
      to: new Date(span.end).toISOString(),
      entries: entries.map(({ start, end, stamp: _, ...entry }) => ({
        ...entry,
        start: new Date(start).toISOString(),
        end: new Date(end).toISOString(),
      })),
      clashes,
      ...(slots === undefined ? {} : { free: { release: slots.id, windows: slots.windows } }),
    },
    simulated: context.environments.simulated,
  };
  return { outcome, entries };
}

const MOST_MONTHS = 24;

/** Consecutive months from one on, `2026-12`, `2027-01`, …, with the time that they span in a zone. */
function monthsFrom(first: string, count: number, zone: string) {
  const isMonth = /^\d{4}-(0[1-9]|1[0-2])$/.test(first);
  if (!isMonth || !Number.isInteger(count) || count < 1 || count > MOST_MONTHS) {
    const said = isMonth
      ? `--months is ${count}, which is not 1 to ${MOST_MONTHS}`
      : `--month is "${first}", which is no month`;
    throw new RelctlError('usage.bad-flag', said, {
      why: `The calendar shows 1 to ${MOST_MONTHS} months from a month such as 2026-12.`,
      hints: ['relctl calendar --month 2026-12 --months 3'],
    });
  }
  const months = Array.from({ length: count + 1 }, (_, index) =>
    new Date(Date.UTC(Number(first.slice(0, 4)), Number(first.slice(5)) - 1 + index)).toISOString().slice(0, 7),
  );
  const start = startOfDate(`${months[0]}-01`, zone);
  return { months: months.slice(0, -1), span: { start, end: startOfDate(`${months.at(-1)}-01`, zone) } };
}

function isAskedFor(entry: AgendaEntry, services: readonly string[]): boolean {
  return services.length === 0 || entry.services.length === 0 || entry.services.some((one) => services.includes(one));
}

/** What cannot be read has a window that nobody sees here. */
function unreadBlock(unread: readonly string[]): readonly Block[] {
  if (unread.length === 0) return [];
  const text = `${nameList(unread)} cannot be read: the window is not shown, and no clash with it`;
  return [{ kind: 'checks', checks: [{ state: 'warning', text, detail: 'what is wrong: relctl list' }] }];
}

function clashBlock(clashes: readonly MutualClash[]): readonly Block[] {
  if (clashes.length === 0) return [];
  return [
    {
      kind: 'checks',
      checks: clashes.map(({ releases, services, minutes }) => ({
        state: 'warning',
        text: `${releases.join(' and ')} both change ${services.join(', ')}`,
        detail: `their windows are open together for ${formatSpan(minutes * 60_000)}`,
      })),
    },
  ];
}

async function slotsFor(
  context: Pick<ReadingContext, 'clock' | 'store' | 'workspace'>,
  id: string,
  all: readonly ReleaseSummary[],
) {
  const plan = await context.store.load(id);
  const windows = freeSlots({
    id,
    window: plan.spec.window,
    services: plan.spec.services.map((service) => service.name),
    policy: await loadPolicy(context.workspace, plan.metadata.process),
    others: all.filter((other) => other.id !== id).map(asOther),
    now: context.clock.now(),
  });
  const isDraft = (all.find((one) => one.id === id)?.phase ?? 'draft') === 'draft';
  return { id, rdLead: plan.spec.owners.rdLead, isDraft, windows };
}

function slotBlock({ id, rdLead, isDraft, windows }: Awaited<ReturnType<typeof slotsFor>>): Block {
  if (windows.length === 0) return { kind: 'text', text: `No free window for ${id} in the next 90 days.` };
  return {
    kind: 'next',
    actions: [
      ...(isDraft
        ? []
        : [
            {
              who: rdLead,
              command: command`relctl plan ${id} --reopen "<reason>"`,
              why: 'first: its plan is no draft',
            },
          ]),
      ...windows.map((window) => ({
        who: rdLead,
        command: command`relctl plan ${id} --window ${slotFlag(window)}`,
        why: 'free: in time, outside every freeze, no clash',
      })),
    ],
  };
}
