import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { rebaseEvents } from '../../../../src/domain/rebase/rebase.ts';
import { appendEvent, findChainFault, type NewEvent } from '../../../../src/plan/chain.ts';
import type { EventData, EventType, RecordedEvent } from '../../../../src/plan/events.ts';
import { policySchema } from '../../../../src/plan/policy.ts';
import { chainOf, newEvent, PEOPLE, SAMPLE_ID, samplePlan } from '../../../support/sample-plan.ts';

const TEMPLATE = fileURLToPath(new URL('../../../../templates/process/standard-3.0.yaml', import.meta.url));
const policy = policySchema.parse(parse(readFileSync(TEMPLATE, 'utf8')));
const { spec } = samplePlan();
const NOW = Date.parse('2026-11-25T12:00:00.000Z');
const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const [carol, chen, carlos] = PEOPLE.cab;

const submitted = chainOf(SAMPLE_ID, [
  newEvent('plan.created', subject),
  newEvent('cab.submitted', { ...subject, round: 1 }),
]);
const staged = chainOf(SAMPLE_ID, [
  ...submitted.map(({ type, data, actor, at }) => ({ type, data, actor, at, simulated: false })),
  newEvent('stage.completed', { ...subject, attempt: 1, commit: 'c', images: {} }),
]);

function vote(
  actor: string,
  decision: 'go' | 'no-go' = 'go',
  change: Partial<EventData<'cab.voted'>> = {},
  at = '2026-11-24T10:00:00.000Z',
) {
  const areas = { operationalReadiness: true, securityReview: true, impactAssessment: true };
  return newEvent(
    'cab.voted',
    { ...subject, round: 1, decision, ...areas, conditions: [], comment: '', ...change },
    { actor, at },
  );
}
const decided = (decision: 'go' | 'no-go', go: number, noGo: number) =>
  newEvent('cab.decided', { round: 1, decision, go, noGo, quorum: 2 }, { at: '2026-11-24T10:00:00.000Z' });
const signoff = (role: 'qa' | 'ops', actor: string, stageAttempt = 1) =>
  newEvent(
    'signoff.recorded',
    { ...subject, role, stageAttempt, decision: 'pass', checks: [], evidence: [], comment: '' },
    { actor, at: '2026-11-25T10:00:00.000Z' },
  );
const closed = (condition: string) =>
  newEvent('condition.closed', { condition, evidence: 'x' }, { at: '2026-11-25T10:00:00.000Z' });
const message = (key: string) =>
  newEvent(
    'notification.queued',
    { key, topic: 'reminder', text: 'x', channels: [] },
    { at: '2026-11-24T11:00:00.000Z' },
  );

function continued(base: readonly RecordedEvent[], events: readonly NewEvent<EventType>[]) {
  return events.reduce<readonly RecordedEvent[]>((chain, event) => appendEvent(SAMPLE_ID, chain, event).events, base);
}
function rebase(
  base: readonly RecordedEvent[],
  ours: readonly NewEvent<EventType>[],
  theirs: readonly NewEvent<EventType>[],
  rules = policy,
) {
  return rebaseEvents({
    id: SAMPLE_ID,
    spec,
    policy: rules,
    base,
    ours: continued(base, ours),
    theirs: continued(base, theirs),
    now: NOW,
  });
}
const types = (result: ReturnType<typeof rebase>) =>
  result.ok ? result.events.map((event) => event.type) : [result.reason];

describe('what can stand together', () => {
  test('two votes, which then decide together, once', () => {
    const result = rebase(submitted, [vote(chen)], [vote(carol)]);
    expect(types(result).slice(2)).toEqual(['cab.voted', 'cab.voted', 'cab.decided']);
    expect(result).toMatchObject({ ok: true, decision: { decision: 'go', go: 2, noGo: 0, quorum: 2 } });
  });

  test('two votes that decide nothing yet', () => {
    const rules = { ...policy, cab: { ...policy.cab, quorum: 3 } };
    expect(rebase(submitted, [vote(chen)], [vote(carol)], rules)).toMatchObject({ ok: true, decision: undefined });
  });

  test('a decision that stays what it was, counted anew', () => {
    const rules = { ...policy, cab: { quorum: 1, minimumMembers: 1, veto: false } };
    const result = rebase(submitted, [vote(chen), decided('go', 1, 0)], [vote(carol, 'no-go')], rules);
    expect(result).toMatchObject({ ok: true, decision: undefined });
    expect(result.ok && result.events.at(-1)?.data).toMatchObject({ decision: 'go', go: 1, noGo: 1 });
  });

  test.each([
    ['the two sign-offs on one staging', staged, [signoff('ops', PEOPLE.operations[0])], [signoff('qa', PEOPLE.qa[0])]],
    ['two conditions', submitted, [closed('one')], [closed('two')]],
    ['a condition and a vote', submitted, [closed('one')], [vote(carol)]],
    ['messages and anything', submitted, [message('a')], [vote(carol), message('b')]],
    [
      'a deployment and a message',
      staged,
      [message('a')],
      [newEvent('deploy.aborted', { attempt: 1, reason: 'x' }, { at: '2026-11-26T10:00:00.000Z' })],
    ],
  ] as const)('%s', (_, base, ours, theirs) => {
    expect(rebase(base, ours, theirs)).toMatchObject({ ok: true });
  });
});

describe('what cannot', () => {
  test.each([
    ['a second vote of one person', submitted, [vote(carol, 'no-go')], [vote(carol)], 'voted already'],
    ['votes of different rounds', submitted, [vote(chen)], [vote(carol, 'go', { round: 2 })], 'different submissions'],
    [
      'a vote that came after the decision',
      submitted,
      [vote(carlos)],
      [vote(carol), vote(chen), decided('go', 2, 0)],
      'before this vote was known',
    ],
    [
      'a Go that a veto undoes',
      submitted,
      [vote(chen), vote(carlos), decided('go', 2, 0)],
      [vote(carol, 'no-go')],
      'does not decide go',
    ],
    [
      'a submission and a reopening',
      submitted,
      [newEvent('plan.reopened', { ...subject, reason: 'x' })],
      [vote(carol)],
      'without knowing of',
    ],
    [
      'two sign-offs of one role',
      staged,
      [signoff('qa', 'a@example.com')],
      [signoff('qa', 'b@example.com')],
      'already',
    ],
    [
      'one person in two roles',
      staged,
      [signoff('ops', 'a@example.com')],
      [signoff('qa', 'a@example.com')],
      'one person',
    ],
    [
      'sign-offs on different stagings',
      staged,
      [signoff('ops', 'a@example.com')],
      [signoff('qa', 'b@example.com', 2)],
      'different deployments',
    ],
    ['one condition twice', submitted, [closed('one')], [closed('one')], 'closed already'],
    [
      'two deployments',
      staged,
      [newEvent('deploy.aborted', { attempt: 1, reason: 'x' })],
      [newEvent('deploy.aborted', { attempt: 1, reason: 'y' })],
      'without knowing of',
    ],
  ] as const)('%s', (_, base, ours, theirs, reason) => {
    expect(rebase(base, ours, theirs)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  test('a history that somebody rewrote', () => {
    const other = chainOf(SAMPLE_ID, [newEvent('plan.created', subject, { actor: 'eve@example.com' })]);
    const result = rebaseEvents({
      id: SAMPLE_ID,
      spec,
      policy,
      base: submitted,
      ours: submitted,
      theirs: other,
      now: NOW,
    });
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining('rewrote') });
  });

  test('a signature over an own event, whose hash would change', () => {
    const noted = continued(submitted, [message('a')]);
    const seen = noted.at(-1)?.hash ?? '';
    const signature = { statement: `{"seen":"${seen}"}`, signature: 's', namespace: 'n', keyFingerprint: 'k' };
    const ours = continued(noted, [vote(chen, 'go', { signature })]);
    const result = rebaseEvents({
      id: SAMPLE_ID,
      spec,
      policy,
      base: submitted,
      ours,
      theirs: continued(submitted, [vote(carol)]),
      now: NOW,
    });
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining('signature') });
    // Over a shared event it holds wherever the vote comes to stand.
    const shared = { ...signature, statement: `{"seen":"${submitted.at(-1)?.hash}"}` };
    expect(rebase(submitted, [vote(chen, 'go', { signature: shared })], [vote(carol)])).toMatchObject({ ok: true });
  });
});

test.each([
  ['after what others recorded later', '2026-11-25T11:00:00.000Z', 'required', '2026-11-25T11:00:00.000Z'],
  ['at its own time behind what is dated ahead of the clock', '2099-01-01T00:00:00.000Z', 'required', undefined],
  ['after it where nobody signs', '2099-01-01T00:00:00.000Z', 'unsigned', '2099-01-01T00:00:00.000Z'],
] as const)('a vote that is put behind theirs is dated %s', (_, late, mode, date) => {
  const rules = { ...policy, signing: { ...policy.signing, mode } };
  const ours = vote(chen);
  const result = rebase(submitted, [ours], [{ ...message('a'), at: late }], rules);
  expect(result.ok && result.events.findLast((one) => one.type === 'cab.voted')?.at).toBe(date ?? ours.at);
});

test('whatever is put together is a whole chain that keeps both sides word for word, theirs untouched and first', () => {
  const others = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 6 });
  const own = fc.uniqueArray(fc.constantFrom('u', 'v', 'w', 'x', 'y', 'z'), { maxLength: 6 });
  fc.assert(
    fc.property(others, own, fc.boolean(), fc.boolean(), (theirKeys, ourKeys, theyVote, weVote) => {
      const theirs = continued(submitted, [
        ...theirKeys.map(message),
        ...(theyVote ? [vote(carol, 'go', {}, '2026-11-24T12:00:00.000Z')] : []),
      ]);
      const ours = continued(submitted, [...(weVote ? [vote(chen)] : []), ...ourKeys.map(message)]);
      const result = rebaseEvents({ id: SAMPLE_ID, spec, policy, base: submitted, ours, theirs, now: NOW });
      if (!result.ok) throw new Error(result.reason);
      expect(findChainFault(SAMPLE_ID, result.events)).toBeUndefined();
      expect(result.events.slice(0, theirs.length)).toEqual(theirs);
      const said = (events: readonly RecordedEvent[]) =>
        events.map(({ type, actor, data }) => JSON.stringify({ type, actor, data }));
      const kept = said(result.events.slice(theirs.length));
      expect(kept.slice(0, ours.length - submitted.length)).toEqual(said(ours.slice(submitted.length)));
      expect(kept.length - (ours.length - submitted.length)).toBe(theyVote && weVote ? 1 : 0);
    }),
    { numRuns: 60 },
  );
});
