import { describe, expect, it } from 'vitest';
import { lostActs, voidingActs } from '../../../../src/domain/history/lost-acts.ts';
import { actOf } from '../../../../src/domain/signing/acts.ts';
import { buildStatement, statementText } from '../../../../src/domain/signing/statement.ts';
import type { EventType, RecordedEvent } from '../../../../src/plan/events.ts';

/** What is void of signed acts that are gone, and what is not. */

const ID = '2026-12-wallet';
const [SPEC, TEXT, HASH, OTHER] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64), 'e'.repeat(64)];
let made = 0;

function act(type: EventType, data: object, textDigest = TEXT): RecordedEvent {
  made += 1;
  const whole = { type, data, actor: 'ravi@example.com', at: '2026-11-24T10:00:00.000Z' };
  const event = {
    ...whole,
    seq: made,
    prev: HASH,
    hash: made.toString().padStart(64, '0'),
  } as unknown as RecordedEvent;
  const statement = buildStatement({
    ...{ release: ID, act: actOf(event) ?? 'exception', event, specDigest: SPEC, textDigest, images: undefined },
    ...{ repository: 'git.example.com/shop', seen: HASH, signer: event.actor, round: 1 },
    ...{ nonce: made.toString(16).padStart(32, '0'), issuedAt: event.at, expiresAt: '2026-12-24T10:00:00.000Z' },
    policy: { process: 'standard@3.0', version: '3.0', sha256: HASH, commit: 'f'.repeat(40) },
  });
  const signature = { statement: statementText(statement), signature: 'x', namespace: 'x', keyFingerprint: 'SHA256:x' };
  return { ...event, data: { ...data, signature } } as RecordedEvent;
}

const reopened = (text = TEXT) => act('plan.reopened', { reason: 'x', specDigest: SPEC, textDigest: text }, text);
const submitted = (text = TEXT) => act('cab.submitted', { round: 1, specDigest: SPEC, textDigest: text }, text);
const voted = act('cab.voted', { decision: 'no-go', specDigest: SPEC, textDigest: TEXT });
const deployed = act('deploy.completed', { attempt: 1, images: {} });

/** Types of what is gone from a history, where a commit holds another; every signature holds. */
function gone(here: readonly RecordedEvent[], committed: readonly RecordedEvent[]): readonly string[] {
  const plan = { id: ID, events: here, specDigest: SPEC, textDigest: TEXT };
  const text = committed.map((event) => `    - ${JSON.stringify(event)}\n`).join('');
  return lostActs(plan, [{ commit: 'f'.repeat(40), text }], voidingActs(plan)).map(({ event }) => event.type);
}

describe('a signed act that is gone', () => {
  it('is void after a reopening that it did not follow on, and by none that stood before it', () => {
    const [first, second] = [reopened(), reopened()];
    expect(gone([], [voted])).toEqual(['cab.voted']);
    expect(gone([first], [voted])).toEqual([]);
    expect(gone([first], [first, voted])).toEqual(['cab.voted']);
    expect(gone([first, second], [first, voted])).toEqual([]);
    expect(gone([first], [voted, first])).toEqual([]);
  });

  it('of production is void by no reopening', () => {
    expect(gone([reopened()], [deployed])).toEqual(['deploy.completed']);
  });

  it('of another release is none of this one', () => {
    expect(gone([], [JSON.parse(JSON.stringify(deployed).replaceAll(ID, '2026-12-other'))])).toEqual([]);
  });

  it('is not void by a reopening that says something else than was signed, or is of the sandbox', () => {
    const one = reopened();
    expect(gone([{ ...one, data: { ...one.data, reason: 'y' } } as RecordedEvent], [voted])).toEqual(['cab.voted']);
    expect(gone([{ ...one, simulated: true }], [voted])).toEqual(['cab.voted']);
  });

  it('takes approvals back also where it is about another text', () => {
    expect(gone([], [reopened(OTHER)])).toEqual(['plan.reopened']);
    expect(gone([submitted()], [submitted(OTHER)])).toEqual([]);
    const before = submitted();
    expect(gone([before], [before, submitted(OTHER)])).toEqual(['cab.submitted']);
  });
});
