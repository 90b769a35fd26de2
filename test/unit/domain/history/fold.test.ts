import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldState, phaseOf } from '../../../../src/domain/history/fold.ts';
import { EMPTY_STATE, type ReleaseState, standsInProduction } from '../../../../src/domain/history/state.ts';
import { PHASES, type Phase } from '../../../../src/domain/process/phases.ts';
import { isItsTurn } from '../../../../src/domain/process/process.ts';
import type { NewEvent } from '../../../../src/plan/chain.ts';
import type { EventData, EventType, RecordedEvent } from '../../../../src/plan/events.ts';
import { chainOf, newEvent, PEOPLE, SAMPLE_ID } from '../../../support/sample-plan.ts';

const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const other = { specDigest: 'c'.repeat(64), textDigest: 'd'.repeat(64) };
const at = '2026-12-03T19:00:00.000Z';

const vote = (
  decision: 'go' | 'no-go',
  conditions: EventData<'cab.voted'>['conditions'] = [],
): EventData<'cab.voted'> => ({
  ...subject,
  round: 1,
  decision,
  operationalReadiness: true,
  securityReview: true,
  impactAssessment: true,
  conditions,
  comment: '',
});
const signoff = (role: 'qa' | 'ops', decision: 'pass' | 'reject' = 'pass'): EventData<'signoff.recorded'> => ({
  ...subject,
  role,
  stageAttempt: 1,
  decision,
  checks: [],
  evidence: [],
  comment: '',
});

/** The events of a good release, one after the other, each with the phase that the release then has. */
const GOOD: readonly (readonly [NewEvent<EventType>, Phase])[] = [
  [newEvent('plan.created', subject), 'draft'],
  [newEvent('cab.submitted', { ...subject, round: 1 }), 'submitted'],
  [newEvent('cab.voted', vote('go'), { actor: PEOPLE.cab[0] }), 'submitted'],
  [newEvent('cab.decided', { round: 1, decision: 'go', go: 2, noGo: 0, quorum: 2 }), 'approved'],
  [newEvent('stage.started', { ...subject, attempt: 1, commit: 'c0ffee' }), 'approved'],
  [newEvent('stage.completed', { ...subject, attempt: 1, commit: 'c0ffee', images: { web: ['sha256:1'] } }), 'staged'],
  [newEvent('signoff.recorded', signoff('qa')), 'staged'],
  [newEvent('signoff.recorded', signoff('ops')), 'ready'],
  [
    newEvent('deploy.started', {
      ...subject,
      attempt: 1,
      fence: 4,
      strategy: 'shared-service',
      clusters: {},
      steps: ['bake'],
      images: {},
    }),
    'canary',
  ],
  [newEvent('step.intended', { attempt: 1, step: 'bake', fence: 4 }), 'canary'],
  [
    newEvent('canary.judged', { attempt: 1, verdict: 'pass', elapsedSeconds: 900, reason: 'clean', slos: [] }),
    'canary',
  ],
  [newEvent('step.completed', { attempt: 1, step: 'bake' }), 'canary'],
  [newEvent('canary.promoted', { attempt: 1, reason: 'clean' }), 'rolling-out'],
  [newEvent('deploy.completed', { attempt: 1, images: {} }), 'deployed'],
  [newEvent('verify.recorded', { ok: false, checks: [] }), 'deployed'],
  [newEvent('verify.recorded', { ok: true, checks: [] }), 'verified'],
  [newEvent('hypercare.started', { until: '2026-12-05T19:00:00.000Z', hours: 48 }), 'hypercare'],
  [newEvent('hypercare.closed', { comment: '' }), 'hypercare'],
  [newEvent('success.judged', { metrics: [] }), 'validated'],
  [
    newEvent('review.closed', {
      attended: { product: [PEOPLE.productManager], rd: [PEOPLE.rdLead] },
      lessons: ['x'],
      debts: [],
      outcome: 'success',
    }),
    'closed',
  ],
];
const chain = (events: readonly NewEvent<EventType>[]): readonly RecordedEvent[] => chainOf(SAMPLE_ID, events);
const goodUpTo = (phase: Phase): NewEvent<EventType>[] =>
  GOOD.slice(0, GOOD.findIndex(([, one]) => one === phase) + 1).map(([event]) => event);

describe('the phase', () => {
  it('of a good release is that of its last event, at each of its events', () => {
    for (const [index, [, phase]] of GOOD.entries()) {
      expect([index, phaseOf(chain(GOOD.slice(0, index + 1).map(([event]) => event)))]).toEqual([index, phase]);
    }
  });

  it.each<[string, Phase, NewEvent<EventType>[], Phase]>([
    [
      'a No-Go',
      'submitted',
      [newEvent('cab.decided', { round: 1, decision: 'no-go', go: 0, noGo: 1, quorum: 2 })],
      'no-go',
    ],
    ['staging anew', 'ready', [newEvent('stage.started', { ...subject, attempt: 2, commit: 'c' })], 'approved'],
    ['a failed staging', 'approved', [newEvent('stage.failed', { attempt: 1, code: 'x', reason: 'y' })], 'approved'],
    ['a rejection after both sign-offs', 'ready', [newEvent('signoff.recorded', signoff('qa', 'reject'))], 'staged'],
    ['a rollback', 'canary', [newEvent('rollback.started', { attempt: 1, reason: 'x', fence: 5 })], 'canary'],
    [
      'a completed rollback',
      'rolling-out',
      [
        newEvent('rollback.started', { attempt: 1, reason: 'x', fence: 5 }),
        newEvent('rollback.completed', { attempt: 1, verified: 'x' }),
      ],
      'rolled-back',
    ],
    [
      'an abort',
      'canary',
      [
        newEvent('deploy.aborted', { attempt: 1, reason: 'x' }),
        newEvent('rollback.started', { attempt: 1, reason: 'x', fence: 5 }),
        newEvent('rollback.completed', { attempt: 1, verified: 'x' }),
      ],
      'aborted',
    ],
    [
      'a point of no return',
      'canary',
      [newEvent('release.frozen', { attempt: 1, reason: 'x', migration: 'm' })],
      'frozen',
    ],
    ['a reopening', 'approved', [newEvent('plan.reopened', { ...other, reason: 'x' })], 'draft'],
  ])('after %s in phase %s is what it must be', (_what, from, then, phase) => {
    expect(phaseOf(chain([...goodUpTo(from), ...then]))).toBe(phase);
  });

  it('comes from the events alone: messages, exceptions and rehearsals do not move it', () => {
    const idle: NewEvent<EventType>[] = [
      newEvent('notification.queued', { key: 'k', topic: 't', text: 'x', channels: ['c'] }),
      newEvent('notification.sent', { key: 'k', channel: 'c' }),
      newEvent('notification.failed', { key: 'k', channel: 'c', reason: 'x' }),
      newEvent('exception.granted', { gate: 'time.window-open', reason: 'x', command: 'deploy' }),
    ];
    for (let index = 1; index <= GOOD.length; index += 1) {
      const events = GOOD.slice(0, index).map(([event]) => event);
      expect(phaseOf(chain([...events, ...idle]))).toBe(phaseOf(chain(events)));
    }
  });
});

const AFTER = GOOD.slice(GOOD.findIndex(([, phase]) => phase === 'verified')).map(([event]) => event);
const back = newEvent('rollback.started', { attempt: 1, reason: 'x', fence: 5 });
const frozen = newEvent('release.frozen', { attempt: 1, reason: 'x', migration: 'm' });

describe('what is said of the time after a deployment', () => {
  it.each([
    ['is not begun', goodUpTo('ready')],
    ['is a canary', goodUpTo('canary')],
    ['is being rolled out', goodUpTo('rolling-out')],
    ['is frozen', [...goodUpTo('canary'), frozen]],
    ['goes back from a canary', [...goodUpTo('canary'), back]],
    ['goes back from the whole', [...goodUpTo('deployed'), back]],
    ['is out', [...goodUpTo('deployed'), back, newEvent('rollback.completed', { attempt: 1, verified: 'x' })]],
  ])('moves none that %s, nor shuts its way back', (_, before) => {
    const [then, now] = [before, [...before, ...AFTER]].map((events) => foldState(chain(events)));
    expect(now?.phase).toBe(then?.phase);
    for (const command of ['deploy --abort', 'rollback'] as const) {
      expect(isItsTurn(command, now as ReleaseState)).toBe(isItsTurn(command, then as ReleaseState));
    }
  });
});

describe('the fold', () => {
  const mixed = fc.array(fc.tuple(fc.constantFrom(...GOOD.map(([event]) => event)), fc.boolean()), { maxLength: 25 });

  it('of any history is a state with a known phase, and the same however often it is made', () => {
    fc.assert(
      fc.property(mixed, (drawn) => {
        const events = chain(drawn.map(([event, simulated]) => ({ ...event, simulated })));
        const state = foldState(events);
        expect(PHASES).toContain(state.phase);
        expect(foldState(events)).toEqual(state);
      }),
    );
  });

  it('counts nothing of the sandbox once anything real is recorded', () => {
    fc.assert(
      fc.property(mixed, (drawn) => {
        const events = chain(drawn.map(([event, simulated]) => ({ ...event, simulated })));
        const real = events.filter((event) => event.simulated !== true);
        fc.pre(real.length > 0);
        expect(foldState(events)).toEqual(foldState(real));
      }),
    );
  });

  it('counts nothing of the sandbox for a real platform: a rehearsed release is a draft', () => {
    const events = chain(GOOD.map(([event]) => ({ ...event, simulated: true })));
    expect(foldState(events).phase).toBe('closed');
    expect(foldState(events).simulated).toBe(true);
    expect(foldState(events, 'real')).toEqual(EMPTY_STATE);
  });

  it('keeps the last vote of each person and the conditions that it carries', () => {
    const first = { text: 'load test', owner: PEOPLE.rdLead, due: '2026-12-01' };
    const state = foldState(
      chain([
        ...goodUpTo('submitted').slice(0, 2),
        newEvent('cab.voted', vote('no-go', [first]), { actor: PEOPLE.cab[0] }),
        newEvent('cab.voted', vote('go'), { actor: PEOPLE.cab[1] }),
        newEvent('cab.voted', vote('go', [{ ...first, text: 'pager duty' }]), { actor: PEOPLE.cab[0] }),
      ]),
    );
    expect(state.cab?.votes.map((one) => [one.actor, one.data.decision])).toEqual([
      [PEOPLE.cab[1], 'go'],
      [PEOPLE.cab[0], 'go'],
    ]);
    expect(state.conditions).toMatchObject([{ text: 'pager duty', closed: false }]);
  });

  it('forgets approvals, staging and deployment when the plan is reopened, and keeps who wrote it and how often it was tried', () => {
    const reopened = newEvent('plan.reopened', { ...other, reason: 'x' }, { actor: 'omar@example.com' });
    // What is in production is none: the way back stays open.
    expect(foldState(chain([...goodUpTo('deployed'), reopened])).phase).toBe('deployed');
    const back = [
      newEvent('rollback.started', { attempt: 1, reason: 'x', fence: 4 }),
      newEvent('rollback.completed', { attempt: 1, verified: 'x' }),
    ];
    const state = foldState(chain([...goodUpTo('canary'), ...back, reopened]));
    expect(state).toMatchObject({
      phase: 'draft',
      authors: [PEOPLE.rdLead, 'omar@example.com'],
      attempts: { stage: 1, deploy: 1 },
      stage: undefined,
      signoffs: {},
      deployment: undefined,
      subject: other,
    });
    expect(state.cab?.votes).toEqual([]);
  });

  it('never lets the fence of a deployment fall', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 10 }), (fences) => {
        const resumed = fences.map((fence) => newEvent('deploy.resumed', { attempt: 1, fence, reason: 'x' }));
        expect(foldState(chain([...goodUpTo('canary'), ...resumed])).deployment?.fence).toBe(Math.max(4, ...fences));
      }),
    );
  });

  it('ticks a message off channel by channel, and takes a failure back when it arrives after all', () => {
    const queued = newEvent('notification.queued', { key: 'k', topic: 't', text: 'x', channels: ['a', 'b'] });
    const failed = newEvent('notification.failed', { key: 'k', channel: 'a', reason: 'down' });
    const sent = newEvent('notification.sent', { key: 'k', channel: 'a' });
    expect(foldState(chain([queued, failed])).outbox).toMatchObject([{ sent: [], failed: ['a'] }]);
    expect(foldState(chain([queued, failed, sent])).outbox).toMatchObject([{ sent: ['a'], failed: [] }]);
    expect(
      foldState(chain([queued, newEvent('notification.sent', { key: 'other', channel: 'a' })])).outbox,
    ).toMatchObject([{ sent: [] }]);
  });
});

describe('what stands in production', () => {
  it('is a canary, a rollout, a frozen release, and a rollback of any phase that is not done', () => {
    const stands = (events: NewEvent<EventType>[]) => standsInProduction(foldState(chain(events)));
    expect(stands(goodUpTo('ready'))).toBe(false);
    expect(stands(goodUpTo('canary'))).toBe(true);
    expect(stands(goodUpTo('rolling-out'))).toBe(true);
    expect(stands(goodUpTo('deployed'))).toBe(false);
    const begun = [
      ...goodUpTo('deployed'),
      newEvent('rollback.started', { attempt: 1, reason: 'x', fence: 5 }, { at }),
    ];
    expect(stands(begun)).toBe(true);
    expect(stands([...begun, newEvent('rollback.completed', { attempt: 1, verified: 'x' }, { at })])).toBe(false);
  });
});
