import { describe, expect, it } from 'vitest';
import { lostActs } from '../../../../src/domain/history/lost-acts.ts';
import { actOf } from '../../../../src/domain/signing/acts.ts';
import { objectionsOf } from '../../../../src/domain/signing/objections.ts';
import type { RefusedAct } from '../../../../src/domain/signing/refused-act.ts';
import { buildStatement, statementText } from '../../../../src/domain/signing/statement.ts';
import type { EventOf, RecordedEvent } from '../../../../src/plan/events.ts';

/** What says no, or asks for something, however somebody who may write words it anew. */

const ID = '2026-12-wallet';
const [SPEC, TEXT, HASH] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)];
const CONDITION = { text: 'load test', owner: 'olga@example.com', due: '2026-12-01' };
type Vote = EventOf<'cab.voted'>;

function vote(data: Partial<Vote['data']>): Vote {
  const whole = { specDigest: SPEC, textDigest: TEXT, round: 1, decision: 'go' as const, conditions: [], comment: '' };
  const confirmed = { operationalReadiness: true, securityReview: true, impactAssessment: true };
  const event = {
    ...{ seq: 3, at: '2026-11-24T10:00:00.000Z', actor: 'carol@example.com', type: 'cab.voted' as const },
    ...{ prev: HASH, hash: 'd'.repeat(64), data: { ...whole, ...confirmed, ...data } },
  };
  const statement = buildStatement({
    ...{ release: ID, act: 'cab', event, specDigest: SPEC, textDigest: TEXT, images: undefined, round: 1 },
    ...{ repository: 'git.example.com/shop', seen: HASH, signer: event.actor, nonce: 'e'.repeat(32) },
    ...{ issuedAt: event.at, expiresAt: '2026-12-24T10:00:00.000Z' },
    policy: { process: 'standard@3.0', version: '3.0', sha256: HASH, commit: 'f'.repeat(40) },
  });
  const signature = {
    ...{ statement: statementText(statement), signature: 'x', namespace: 'cab-decision@relctl.dev' },
    keyFingerprint: 'SHA256:x',
  };
  return { ...event, data: { ...event.data, signature } };
}
const edited = (event: Vote, data: Partial<Vote['data']>): Vote => ({ ...event, data: { ...event.data, ...data } });
const objections = (event: Vote, holding: readonly RecordedEvent[] = []) => {
  const refused: RefusedAct = {
    ...{
      seq: event.seq,
      hash: event.hash,
      type: event.type,
      act: actOf(event) ?? 'exception',
      actor: event.actor,
      standing: 'live',
    },
    fault: { code: 'act-mismatch', detail: '' },
  };
  const examined = { refused: [refused], unfounded: [], leftOut: new Set([event.hash]) };
  return objectionsOf([event, ...holding], { ...examined, standingAt: () => ({ kind: 'live' }) }).length;
};

describe('a vote that is not proved', () => {
  it('objects where it says no, also once its No-Go was made a Go', () => {
    const noGo = vote({ decision: 'no-go', comment: 'a hole' });
    expect(objections(noGo)).toBe(1);
    expect(objections(edited(noGo, { decision: 'go', comment: '' }))).toBe(1);
    expect(objections(vote({}))).toBe(0);
  });

  it('objects where it is a Go under a condition that nobody closed', () => {
    const asking = vote({ conditions: [CONDITION] });
    expect(objections(asking)).toBe(1);
    const closed = { ...asking, seq: 4, hash: '1'.repeat(64), type: 'condition.closed', actor: CONDITION.owner };
    const closing = { ...closed, data: { condition: CONDITION.text, evidence: 'SHOP-1' } } as unknown as RecordedEvent;
    expect(objections(asking, [closing])).toBe(0);
  });

  it('objects where the condition was set again after it was closed, wherever the vote was moved to', () => {
    const first = vote({ conditions: [CONDITION] });
    const { signature } = vote({}).data;
    const closing = (seq: number, seen: string) => {
      const read = JSON.parse(signature?.statement ?? '') as { predicate: object };
      const statement = JSON.stringify({ ...read, predicate: { ...read.predicate, seen } });
      const data = { condition: CONDITION.text, evidence: 'SHOP-1', signature: { ...signature, statement } };
      const event = {
        ...first,
        seq,
        hash: `${seq}`.repeat(64),
        type: 'condition.closed',
        actor: CONDITION.owner,
        data,
      };
      return event as unknown as RecordedEvent;
    };
    const before = { ...first, seq: 2, hash: '2'.repeat(64) };
    expect(objections(first, [before, closing(4, first.hash)])).toBe(0);
    expect(objections(first, [before, closing(4, before.hash)])).toBe(1);
  });

  it('is missed where a commit holds it as it was signed', () => {
    const asking = vote({ conditions: [CONDITION] });
    const versions = [{ commit: 'f'.repeat(40), text: `    - ${JSON.stringify(asking)}\n` }];
    const lost = (event: Vote) =>
      lostActs({ id: ID, events: [event], specDigest: SPEC, textDigest: TEXT }, versions, []).length;
    expect(lost(asking)).toBe(0);
    expect(lost(edited(asking, { conditions: [] }))).toBe(1);
    expect(lost({ ...asking, actor: 'mallory@example.com' })).toBe(1);
  });
});
