import { describe, expect, it } from 'vitest';
import { cabNotExpired } from '../../../../src/domain/gates/expiry.ts';
import { foldState } from '../../../../src/domain/history/fold.ts';
import { gateFacts, standardPolicy } from '../../../support/gate-facts.ts';
import { chainOf, goVote, newEvent, PEOPLE, SAMPLE_ID } from '../../../support/sample-plan.ts';

const SUBJECT = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const DAY = 86_400_000;
const BEGUN = Date.parse('2026-11-20T09:00:00Z');
const at = (days: number) => new Date(BEGUN + days * DAY).toISOString();
const POLICY = standardPolicy((written) => {
  (written as unknown as { cab: { approvalExpiresDays: number } }).cab.approvalExpiresDays = 3;
});

const vote = (member: string, day: number) => newEvent('cab.voted', goVote(SUBJECT), { actor: member, at: at(day) });
const decided = (day: number) =>
  newEvent('cab.decided', { round: 1, decision: 'go', go: 2, noGo: 0, quorum: 2 }, { at: at(day) });
const [CAROL, CHEN] = PEOPLE.cab;

/** Whether the Go counts on a day. */
function counts(day: number, ...events: ReturnType<typeof vote | typeof decided>[]): boolean {
  const submitted = newEvent('cab.submitted', { ...SUBJECT, round: 1 }, { at: at(0) });
  const state = foldState(chainOf(SAMPLE_ID, [newEvent('plan.created', SUBJECT, { at: at(0) }), submitted, ...events]));
  return cabNotExpired(gateFacts('approved', { policy: POLICY, now: BEGUN + day * DAY }, state)) === undefined;
}

describe('a Go of the board', () => {
  it('is as old as the oldest vote that it rests on', () => {
    const votes = [vote(CAROL, 1), vote(CHEN, 2), decided(2)];
    expect(counts(3, ...votes)).toBe(true);
    expect(counts(4.5, ...votes)).toBe(false);
  });

  it('is made no younger by another decision, on whatever day', () => {
    for (let day = 2; day < 20; day += 1) {
      expect(counts(Math.max(5, day), vote(CAROL, 1), vote(CHEN, 2), decided(2), decided(day))).toBe(false);
    }
  });

  it('is younger once those who gave it give it again, and only then', () => {
    const again = [vote(CAROL, 1), vote(CHEN, 2), decided(2), vote(CAROL, 4)];
    expect(counts(4.9, ...again)).toBe(true);
    expect(counts(5.5, ...again)).toBe(false);
    expect(counts(6, ...again, vote(CHEN, 5))).toBe(true);
  });

  it('is made no younger by dating its votes anew: what was signed keeps its time, and so does a review on a forge', () => {
    const signed = (issued: number) => ({
      signature: { statement: JSON.stringify({ predicate: { issuedAt: at(issued) } }) },
    });
    const onForge = (given: number) => ({ authenticatedBy: { kind: 'forge', at: at(given) } });
    for (const proof of [signed, onForge]) {
      const dated = (member: string) => {
        const event = vote(member, 1.99);
        return { ...event, data: { ...event.data, ...proof(1) } } as typeof event;
      };
      const votes = [dated(CAROL), dated(CHEN), decided(1.99)];
      expect(counts(3.9, ...votes)).toBe(true);
      expect(counts(4.5, ...votes)).toBe(false);
    }
  });

  it('without any vote is as old as its submission', () => {
    expect(counts(3.5, decided(3))).toBe(false);
  });
});
