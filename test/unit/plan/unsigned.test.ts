import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foldState } from '../../../src/domain/history/fold.ts';
import type { ReleaseState } from '../../../src/domain/history/state.ts';
import { ACTS, actOf, isKeptStep } from '../../../src/domain/signing/acts.ts';
import { EVENT_DATA, type EventType, type RecordedEvent } from '../../../src/plan/events.ts';
import { WITHOUT_SIGNATURE } from '../../../src/plan/unsigned.ts';
import { honestHistory, seeded } from '../../support/honest-history.ts';
import { chainOf, SAMPLE_ID } from '../../support/sample-plan.ts';

const TYPES = Object.keys(EVENT_DATA) as EventType[];
const SIGNED: ReadonlySet<string> = new Set(Object.values(ACTS).flatMap((act) => act.events));
const all = Array.from({ length: 300 }, (_, seed) => chainOf(SAMPLE_ID, honestHistory(seeded(seed))));

/** What a later step, or a way back, would rest on. */
function relaxed(state: ReleaseState): readonly string[] {
  return [
    ...state.seatless.map((one) => `${one} has no seat`),
    ...(state.cab?.decision?.data.decision === 'go' ? ['the board said Go'] : []),
    ...Object.values(state.signoffs).flatMap((one) =>
      one.data.decision === 'pass' ? [`${one.data.role} passed`] : [],
    ),
    ...state.exceptions.map((one) => `exception ${one.data.gate}`),
    ...(state.deployment?.promoted ? ['promoted'] : []),
    ...[...(state.deployment?.steps ?? [])].flatMap(([step, { state: end, proved }]) =>
      end === 'completed' && proved && isKeptStep(step) ? [`${step} is done`] : [],
    ),
  ];
}

describe('what an event may do without a signature', () => {
  it('is said of every type, and is what its signature is asked for', () => {
    expect(Object.keys(WITHOUT_SIGNATURE).sort()).toEqual([...TYPES].sort());
    for (const type of TYPES) {
      const isSigned = ['signed', 'by step', 'takes back'].includes(WITHOUT_SIGNATURE[type]);
      expect([type, SIGNED.has(type)]).toEqual([type, isSigned]);
      expect([type, 'signature' in EVENT_DATA[type].shape]).toEqual([type, isSigned]);
    }
  });

  it('is less than what it would do signed: a history with one more of them gives no step more, and takes nothing away from the data', () => {
    const samples = new Map<EventType, RecordedEvent[]>();
    for (const event of all.flat()) samples.set(event.type, [...(samples.get(event.type) ?? []), event].slice(-20));
    let tried = 0;
    for (const [seed, events] of all.entries()) {
      const random = seeded(seed);
      const at = 1 + Math.floor(random() * events.length);
      const before = events.slice(0, at);
      for (const type of TYPES) {
        // Those that relax are left out of the state, or fall with the votes they follow from.
        if (['signed', 'computed'].includes(WITHOUT_SIGNATURE[type])) continue;
        const choice = samples.get(type) ?? [];
        const event = choice[Math.floor(random() * choice.length)];
        if (event === undefined) continue;
        const own = new Set(before);
        const proves = (one: RecordedEvent) => own.has(one);
        const [was, is] = [before, [...before, event]].map((one) => foldState(one, 'any', proves));
        expect({
          type,
          more: relaxed(is as ReleaseState).filter((one) => !relaxed(was as ReleaseState).includes(one)),
        }).toEqual({
          type,
          more: [],
        });
        if (type.startsWith('step.')) {
          const data = (state: ReleaseState | undefined) =>
            relaxed(state as ReleaseState).filter((one) => one.endsWith('is done'));
          expect({ type, data: data(is) }).toEqual({ type, data: data(was) });
        }
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(3_000);
  });
});

it('of every type that nobody signs, the decision says why its loss and its forgery are harmless', () => {
  const text = readFileSync(new URL('../../../docs/decisions/what-is-believed.md', import.meta.url), 'utf8');
  const rows =
    text
      .split('## What nobody signs')[1]
      ?.split('\n')
      .filter((line) => line.startsWith('| `')) ?? [];
  const told = rows.flatMap((line) => {
    const [, types = '', loss = '', forgery = ''] = line.split('|').map((cell) => cell.trim());
    expect([types, loss !== '', forgery !== '']).toEqual([types, true, true]);
    return [...types.matchAll(/`([^`]+)`/g)].map(([, type]) => type);
  });
  expect(told.sort()).toEqual(TYPES.filter((type) => !SIGNED.has(type)).sort());
});

it('a step that tells what was done to the data is signed, the others are not', () => {
  const event = (type: EventType, step: string) => ({ type, data: { attempt: 1, step } }) as unknown as RecordedEvent;
  for (const step of ['baseline@production', 'migrate:a', 'job:a-1', 'undo:migrations'])
    expect(actOf(event('step.completed', step))).toBe('deploy');
  for (const step of ['rollout:web@production', 'undo:objects', 'notify'])
    expect(actOf(event('step.completed', step))).toBeUndefined();
  for (const type of ['step.intended', 'step.failed'] as const) expect(actOf(event(type, 'job:a-1'))).toBe('deploy');
});
