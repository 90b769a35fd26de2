import { expect, it } from 'vitest';
import type { ReleaseState } from '../../../../src/domain/history/state.ts';
import { nextAct, workRefOf } from '../../../../src/domain/runner/next-act.ts';

type State = Parameters<typeof nextAct>[0];
const deployment = (more: object = {}, attempt = 1) =>
  ({
    attempt,
    result: 'running',
    promoted: false,
    verdict: undefined,
    started: { data: {} },
    ...more,
  }) as unknown as NonNullable<ReleaseState['deployment']>;
const state = (phase: State['phase'], one?: State['deployment'], deploy = one?.attempt ?? 0): State => ({
  phase,
  attempts: { stage: 1, deploy },
  deployment: one,
});
const pass = { verdict: { data: { verdict: 'pass' } } };
const stops = { started: { data: { stopsAtVerdict: true } } };
const forward = { attempt: 1, round: 'forward', stopsAtVerdict: false } as const;

it.each([
  ['begins what is ready', state('ready'), forward, 'full'],
  ['begins a canary', state('ready'), { ...forward, stopsAtVerdict: true }, 'canary'],
  ['goes back where it was aborted', state('canary', deployment({ abortedBy: 'x' })), forward, 'resume'],
  [
    'promotes nothing that was aborted',
    state('canary', deployment({ abortedBy: 'x' })),
    { ...forward, round: 'promote' as const },
    'resume',
  ],
  ['begins nothing a second time', state('ready', deployment({ result: 'rolled-back' })), forward, 'over'],
  [
    'begins the second deployment where it is the second',
    state('ready', deployment()),
    { ...forward, attempt: 2 },
    'full',
  ],
  ['goes on with what was begun', state('canary', deployment()), forward, 'resume'],
  ['goes on after the promotion', state('rolling-out', deployment({ promoted: true })), forward, 'resume'],
  ['goes on back', state('canary', deployment({ result: 'rolling-back' })), forward, 'resume'],
  ['leaves the deployment of another alone', state('canary', deployment({}, 2)), forward, 'over'],
  [
    'stops at the verdict where that was asked for',
    state('canary', deployment({ ...pass, ...stops })),
    forward,
    'over',
  ],
  ['promotes', state('canary', deployment({ ...pass, ...stops })), { ...forward, round: 'promote' }, 'promote'],
  [
    'does not promote twice',
    state('rolling-out', deployment({ ...pass, ...stops, promoted: true })),
    { ...forward, round: 'promote' },
    'resume',
  ],
  ['aborts', state('canary', deployment()), { ...forward, round: 'abort' }, 'abort'],
  [
    'aborts on where it was killed',
    state('rolling-out', deployment({ result: 'rolling-back' })),
    { ...forward, round: 'abort' },
    'abort',
  ],
  ['aborts nothing that is not begun', state('ready'), { ...forward, round: 'abort' }, 'over'],
  ['is done when it is out', state('deployed', deployment({ result: 'completed' })), forward, 'over'],
  ['is done when it is back', state('rolled-back', deployment({ result: 'rolled-back' })), forward, 'over'],
] as const)('%s', (_name, now, work, act) => {
  expect(nextAct(now, work)).toBe(act);
});

it('asks for the run of the deployment that was begun, and before it of the one to come', () => {
  expect(workRefOf('r', state('ready', deployment({}, 1)), 'forward').attempt).toBe(2);
  expect(workRefOf('r', state('canary', deployment({}, 2)), 'abort').attempt).toBe(2);
  expect(workRefOf('r', state('deployed', deployment({}, 2)), 'forward').attempt).toBe(2);
});
