import type { Policy } from '../../plan/policy.ts';
import { command } from '../../text/command-line.ts';
import type { ReleaseSummary } from '../history/release-summary.ts';
import type { Phase } from '../process/phases.ts';
import { addCalendarDays, dueDate, reviewDate, startOfDate, timeOf } from './calendar.ts';
import { describeFreeze, timesOf } from './freezes.ts';
import { type Interval, merged, overlap } from './intervals.ts';

/** What stands in a release calendar. */
export type AgendaKind =
  | 'window'
  | 'cab-meeting'
  | 'cab-deadline'
  | 'staging-deadline'
  | 'review'
  | 'hypercare'
  | 'freeze';

/** One entry of a release calendar. */
export interface AgendaEntry extends Interval {
  readonly kind: AgendaKind;
  /** Release id, or name of a freeze with the day on which it begins; with `kind` it names the entry for ever. */
  readonly subject: string;
  readonly title: string;
  readonly detail: string;
  /** True for what is due on a day or lasts whole days of `zone`. */
  readonly allDay: boolean;
  readonly zone: string;
  readonly services: readonly string[];
  readonly phase?: Phase;
  /** A window that was given up: the release ended without going to production in it. */
  readonly cancelled: boolean;
  /** Rises with every change: the number of events of the release. */
  readonly sequence: number;
  /** When this version came about, milliseconds since the epoch. */
  readonly stamp: number;
}

/** What an agenda is made from. */
export interface AgendaFacts {
  readonly releases: readonly ReleaseSummary[];
  /** Policies by process; a release whose policy cannot be read has its window only. */
  readonly policies: ReadonlyMap<string, Policy>;
  readonly span: Interval;
  /** Zone in which freezes without one are read. */
  readonly zone: string;
}

const GIVEN_UP: readonly Phase[] = ['no-go', 'aborted', 'rolled-back'];
const BEFORE_STAGING: readonly Phase[] = ['draft', 'submitted', 'approved'];

/** Windows, meetings of the board, deadlines, reviews, hypercare and freezes of a span of time, in order. A deadline that was met is not shown. */
export function agendaOf(facts: AgendaFacts): readonly AgendaEntry[] {
  const entries = [
    ...facts.releases.flatMap((release) => releaseEntries(release, facts.policies.get(release.process))),
    ...freezeEntries(facts),
  ];
  return entries
    .filter((entry) => overlap(entry, facts.span))
    .sort((a, b) => a.start - b.start || Number(b.allDay) - Number(a.allDay) || (a.subject < b.subject ? -1 : 1));
}

function releaseEntries(release: ReleaseSummary, policy: Policy | undefined): readonly AgendaEntry[] {
  const { id, feature, phase, window, services, span, hypercareUntil, meeting } = release;
  const base = {
    subject: id,
    zone: window.timeZone,
    services,
    phase,
    cancelled: GIVEN_UP.includes(phase),
    sequence: release.events,
    stamp: release.lastAt === undefined ? 0 : timeOf(release.lastAt),
  };
  const onDay = (kind: AgendaKind, date: string, title: string, detail: string): AgendaEntry => {
    const start = startOfDate(date, window.timeZone);
    return { ...base, kind, title, detail, allDay: true, start, end: addCalendarDays(start, 1, window.timeZone) };
  };
  const entries: AgendaEntry[] = [
    {
      ...base,
      ...span,
      kind: 'window',
      allDay: false,
      title: `${feature} goes to production`,
      detail: `${id} (${phase}) changes ${services.join(', ')}: ${release.windowText}`,
    },
  ];
  if (meeting !== undefined) {
    entries.push({
      ...base,
      kind: 'cab-meeting',
      start: meeting.start,
      end: meeting.end,
      allDay: false,
      title: `Change Advisory Board: ${feature}`,
      detail: `${id}, round ${meeting.round}; to read before: ${command`relctl packet ${id}`}`,
    });
  }
  if (hypercareUntil !== undefined && phase === 'hypercare') {
    const [start, end] = [timeOf(release.deployed.at(-1) ?? release.lastAt ?? hypercareUntil), timeOf(hypercareUntil)];
    const detail = `${id} is watched closely`;
    if (end > start)
      entries.push({ ...base, kind: 'hypercare', start, end, allDay: false, title: `Hypercare of ${feature}`, detail });
  }
  if (policy === undefined || base.cancelled) return entries;
  const { cab, staging, review } = policy.leadDays;
  if (phase === 'draft') {
    entries.push(
      onDay(
        'cab-deadline',
        dueDate(window, cab),
        `${feature}: due at the CAB (T-${cab})`,
        command`relctl submit-cab ${id}`,
      ),
    );
  }
  if (BEFORE_STAGING.includes(phase)) {
    entries.push(
      onDay(
        'staging-deadline',
        dueDate(window, staging),
        `${feature}: due in staging (T-${staging})`,
        command`relctl stage ${id}`,
      ),
    );
  }
  if (phase !== 'closed') {
    entries.push(
      onDay('review', reviewDate(window, review), `Post-release review of ${feature}`, command`relctl review ${id}`),
    );
  }
  return entries;
}

/** Freezes of all policies; what recurs on days that touch, such as Saturday and Sunday, is one entry. */
function freezeEntries({ policies, span, zone }: AgendaFacts): readonly AgendaEntry[] {
  const seen = new Map<string, AgendaEntry>();
  for (const policy of policies.values()) {
    for (const freeze of policy.freezes) {
      const local = freeze.timeZone ?? zone;
      for (const time of merged([...timesOf(freeze, { span, zone })])) {
        const subject = `${freeze.name} ${new Date(time.start).toISOString().slice(0, 10)}`;
        seen.set(subject, {
          kind: 'freeze',
          subject,
          title: `Freeze: ${freeze.name}`,
          detail: `${describeFreeze(freeze)}${freeze.services.length === 0 ? '' : `; only ${freeze.services.join(', ')}`}`,
          allDay: freeze.hours === undefined,
          zone: local,
          services: freeze.services,
          cancelled: false,
          sequence: 0,
          stamp: 0,
          ...time,
        });
      }
    }
  }
  return [...seen.values()];
}
