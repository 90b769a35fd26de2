import { describe, expect, it } from 'vitest';
import { auditVersions, type CommittedHistory } from '../../../../src/domain/history/audit-versions.ts';
import type { RecordedEvent } from '../../../../src/plan/events.ts';
import { chainOf, newEvent, SAMPLE_FILE, SAMPLE_ID } from '../../../support/sample-plan.ts';

/** What was committed must still be there; a clone that has not merged yet is behind, and no forger. */
const SUBJECT = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const events = chainOf(SAMPLE_ID, [
  newEvent('plan.created', SUBJECT),
  newEvent('plan.revised', SUBJECT),
  newEvent('cab.submitted', { ...SUBJECT, round: 1 }),
]);
const plan = (kept: readonly RecordedEvent[]) => ({ id: SAMPLE_ID, file: SAMPLE_FILE, events: kept });
const version = (kept: readonly RecordedEvent[], where = 'commit 1'): CommittedHistory => ({
  where,
  hashes: kept.map((event) => event.hash),
});
const codes = (...args: Parameters<typeof auditVersions>) => auditVersions(...args).map((finding) => finding.code);
const other = chainOf(SAMPLE_ID, [newEvent('plan.created', SUBJECT, { actor: 'mallory@example.com' })]);

describe('a history beside what was committed of it', () => {
  it('may have grown, on this branch and beyond the protected one', () => {
    expect(codes(plan(events), [version(events.slice(0, 2)), version([])], version(events.slice(0, 1)))).toEqual([]);
    expect(codes(plan(events), [], undefined)).toEqual([]);
  });

  it('has its end cut off where a commit holds more of the same', () => {
    expect(auditVersions(plan(events.slice(0, 1)), [version(events)], undefined)).toMatchObject([
      {
        code: 'history-cut',
        severity: 'error',
        seq: 2,
        problem: 'commit 1 holds events from 2 to 3 that are gone from the file',
      },
    ]);
    expect(codes(plan([]), [version(events)], undefined)).toEqual(['history-cut']);
  });

  it('was replaced where a commit holds something else', () => {
    expect(codes(plan(other), [version(events)], undefined)).toEqual(['history-rewritten']);
    expect(codes(plan(other), [], version(events, 'origin/main'))).toEqual(['history-rewritten']);
  });

  it('is behind where only the protected branch has more', () => {
    expect(
      auditVersions(plan(events.slice(0, 2)), [], {
        ...version(events, 'origin/main'),
        ref: 'refs/remotes/origin/main',
      }),
    ).toMatchObject([{ code: 'history-behind', severity: 'warning', fix: 'git merge refs/remotes/origin/main' }]);
  });
});
