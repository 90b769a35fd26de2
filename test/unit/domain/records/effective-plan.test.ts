import { describe, expect, it } from 'vitest';
import { effectivePlan, type PlanCopy, sharedLength } from '../../../../src/domain/records/effective-plan.ts';
import { appendEvent } from '../../../../src/plan/chain.ts';
import { sha256 } from '../../../../src/plan/digest.ts';
import type { RecordedEvent } from '../../../../src/plan/events.ts';

const AT = '2026-11-01T10:00:00.000Z';
const digest = 'a'.repeat(64);

/** A history of so many exceptions, on top of another one; `by` makes it another one than anybody else's. */
function history(count: number, by = 'ada@example.com', on: readonly RecordedEvent[] = []): readonly RecordedEvent[] {
  let events = on;
  for (let i = 0; i < count; i += 1) {
    const data = { gate: 'time.cab-lead', reason: `${i}`, command: 'submit-cab' };
    events = appendEvent('r', events, { type: 'exception.granted', data, at: AT, actor: by, simulated: false }).events;
  }
  return events;
}

function submitted(text: string, on: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const data = { specDigest: digest, textDigest: sha256(text), round: 1 };
  return appendEvent('r', on, { type: 'cab.submitted', data, at: AT, actor: 'ada@example.com', simulated: false })
    .events;
}

const copy = (head: string, events: readonly RecordedEvent[]): PlanCopy => ({ head, events });
const none = { shared: undefined, kept: undefined, workTree: undefined };

describe('copies of one plan', () => {
  it('are nothing where there is none, and the only one where there is one', () => {
    expect(effectivePlan(none)).toBeUndefined();
    for (const place of ['shared', 'kept', 'workTree'] as const) {
      expect(effectivePlan({ ...none, [place]: copy('a', history(2)) })).toMatchObject({
        head: 'a',
        events: history(2),
      });
    }
  });

  it('amount to the longest history, wherever it lies, as long as each goes on from the others', () => {
    const lengths = [0, 1, 2, 3];
    for (const shared of lengths)
      for (const kept of lengths)
        for (const workTree of lengths) {
          const of = (n: number) => copy('a', history(3).slice(0, n));
          const found = effectivePlan({ shared: of(shared), kept: of(kept), workTree: of(workTree) });
          expect(found?.events).toHaveLength(Math.max(shared, kept, workTree));
          expect(found?.apart).toEqual([]);
        }
  });

  it('never contradict what was merged: not even what is shared does', () => {
    const base = history(1);
    const merged = copy('a', history(1, 'bea@example.com', base));
    for (const length of [1, 2, 5]) {
      const other = copy('a', history(length, 'eve@example.com', base));
      for (const place of ['shared', 'kept', 'workTree'] as const) {
        expect(effectivePlan({ ...none, merged, [place]: other })).toMatchObject({
          events: merged.events,
          apart: [place],
        });
      }
      const all = effectivePlan({ merged, shared: other, kept: other, workTree: other });
      expect(all).toMatchObject({ events: merged.events, apart: ['shared', 'kept', 'workTree'] });
    }
    const on = copy('a', history(2, 'bea@example.com', merged.events));
    expect(effectivePlan({ ...none, merged, shared: on })).toMatchObject({ events: on.events, apart: [] });
    expect(effectivePlan({ ...none, merged, shared: copy('a', base) })).toMatchObject({
      events: merged.events,
      apart: [],
    });
  });

  it('never contradict what is shared: what does is named', () => {
    const base = history(1);
    const shared = copy('a', history(1, 'bea@example.com', base));
    const other = copy('a', history(2, 'eve@example.com', base));
    expect(effectivePlan({ shared, kept: other, workTree: undefined })).toMatchObject({
      events: shared.events,
      apart: ['kept'],
    });
    expect(effectivePlan({ shared, kept: undefined, workTree: other })).toMatchObject({
      events: shared.events,
      apart: ['workTree'],
    });
    expect(sharedLength(shared.events, other.events)).toBe(1);
    expect(sharedLength(shared.events, shared.events)).toBe(2);
  });

  it('have the text of the work tree, where it is written; an older one than was submitted does not count', () => {
    const first = submitted('first', []);
    const second = submitted('second', first);
    const shared = copy('second', second);
    const textWith = (workTree: string) => effectivePlan({ ...none, shared, workTree: copy(workTree, []) })?.head;
    expect(textWith('second')).toBe('second');
    expect(textWith('edited by hand')).toBe('edited by hand');
    expect(textWith('first')).toBe('second');
    // In a draft people may go back to what they had.
    const draft = copy('b', history(1));
    expect(effectivePlan({ ...none, shared: draft, workTree: copy('a', []) })?.head).toBe('a');
  });
});
