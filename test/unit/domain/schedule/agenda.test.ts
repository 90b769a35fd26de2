import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isSummary, type ReleaseSummary, summarise } from '../../../../src/domain/history/release-summary.ts';
import { agendaOf } from '../../../../src/domain/schedule/agenda.ts';
import { clashesAmong } from '../../../../src/domain/schedule/clashes.ts';
import { monthBlocks } from '../../../../src/domain/schedule/month.ts';
import { type Policy, policySchema } from '../../../../src/plan/policy.ts';
import { eventUid } from '../../../../src/renderers/ics.ts';
import { calendarFileEvents } from '../../../../src/renderers/ics-agenda.ts';

const TEMPLATE = fileURLToPath(new URL('../../../../templates/process/standard-3.0.yaml', import.meta.url));
const standard = (change: object = {}): Policy =>
  policySchema.parse({ ...(parse(readFileSync(TEMPLATE, 'utf8')) as object), ...change });

function release(change: Partial<ReleaseSummary> = {}): ReleaseSummary {
  const window = { start: '2026-12-03T14:00', end: '2026-12-03T18:00', timeZone: 'America/New_York' };
  const made = summarise({
    id: 'wallet',
    metadata: { feature: 'Wallet', process: 'standard@3.0' },
    window,
    services: ['web'],
    events: [],
  });
  if (!isSummary(made)) throw new Error(made.problem);
  return { ...made, ...change };
}

const meetingSpan = ({ start, end }: { readonly start: number; readonly end: number }) => ({ start, end });
const december = { start: Date.parse('2026-11-20T00:00Z'), end: Date.parse('2027-01-10T00:00Z') };
const agenda = (releases: readonly ReleaseSummary[], policy = standard()) =>
  agendaOf({ releases, policies: new Map([['standard@3.0', policy]]), span: december, zone: 'UTC' });
const kinds = (releases: readonly ReleaseSummary[]) => agenda(releases).map((entry) => entry.kind);

describe('the agenda', () => {
  test('shows what is still due, and no deadline that was met', () => {
    expect(kinds([release()])).toEqual(['cab-deadline', 'staging-deadline', 'window', 'review']);
    expect(kinds([release({ phase: 'submitted' })])).toEqual(['staging-deadline', 'window', 'review']);
    expect(kinds([release({ phase: 'ready' })])).toEqual(['window', 'review']);
    expect(kinds([release({ phase: 'closed' })])).toEqual(['window']);
  });

  test('has the meeting of the board to which people were invited, under the same name as the invitation', () => {
    const meeting = { start: Date.parse('2026-11-25T15:00Z'), end: Date.parse('2026-11-25T16:00Z'), round: 1 };
    const [entry] = agenda([release({ phase: 'submitted', meeting })]);
    expect(entry).toMatchObject({ kind: 'cab-meeting', ...meetingSpan(meeting), allDay: false, cancelled: false });
    const [event] = calendarFileEvents(entry === undefined ? [] : [entry]);
    const invitation = { subject: 'wallet', kind: 'cab-meeting' } as const;
    expect(event === undefined ? '' : eventUid(event)).toBe(eventUid(invitation));
  });

  test('keeps the window of a release that ended without it, as given up', () => {
    expect(agenda([release({ phase: 'no-go' })])).toMatchObject([{ kind: 'window', cancelled: true }]);
  });

  test('puts T-7 and T-3 on calendar days of the release, whole days', () => {
    const [cab, staging] = calendarFileEvents(agenda([release()]));
    expect([cab?.start, cab?.end]).toEqual([Date.parse('2026-11-26T00:00Z'), Date.parse('2026-11-27T00:00Z')]);
    expect(staging?.start).toBe(Date.parse('2026-11-30T00:00Z'));
  });

  test('joins what recurs on days that touch, and knows each occurrence for ever by its day', () => {
    const freezes = [{ name: 'Weekends', weekdays: ['sat', 'sun'] }];
    const entries = agenda([], standard({ freezes }));
    expect(entries).toHaveLength(8);
    expect(new Set(entries.map((entry) => entry.subject)).size).toBe(8);
    expect(entries[0]).toMatchObject({ subject: 'Weekends 2026-11-21', allDay: true });
  });

  test('has the window of a release whose policy nobody finds', () => {
    const entries = agendaOf({ releases: [release()], policies: new Map(), span: december, zone: 'UTC' });
    expect(entries.map((entry) => entry.kind)).toEqual(['window']);
  });
});

test('the month sheet marks each day with what it holds, weeks beginning on Monday', () => {
  const [heading, sheet] = monthBlocks('2026-12', agenda([release()]), 'UTC', '2026-12-02');
  expect(heading).toEqual({ kind: 'heading', text: '2026-12' });
  if (sheet?.kind !== 'table') throw new Error('a sheet is a table');
  expect(sheet.columns).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);
  expect(sheet.rows[0]).toEqual(['', '1', '2*', '3 W', '4', '5', '6']);
  expect(sheet.rows[1]?.[3]).toBe('10 R');
  expect(sheet.rows).toHaveLength(5);
});

test('clashes among many releases are each pair once', () => {
  const at = (id: string, start: number, services = ['web']) => ({
    id,
    phase: 'approved' as const,
    services,
    span: { start, end: start + 10 },
  });
  const releases = [at('a', 0), at('b', 5), at('c', 8), at('d', 20), at('e', 6, ['api'])];
  expect(clashesAmong(releases).map((clash) => clash.releases.join(' '))).toEqual(['a b', 'a c', 'b c']);
});
