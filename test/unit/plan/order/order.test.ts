import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../../src/plan/chain.ts';
import type { EventType, RecordedEvent } from '../../../../src/plan/events.ts';
import { findOrderFaults } from '../../../../src/plan/order/order.ts';
import { honestHistory, seeded } from '../../../support/honest-history.ts';
import { chainOf, newEvent, SAMPLE_ID } from '../../../support/sample-plan.ts';

const HISTORIES = 2_000;
type Events = readonly NewEvent<EventType>[];

const faultsOf = (events: Events) => findOrderFaults(chainOf(SAMPLE_ID, events));
const all = Array.from({ length: HISTORIES }, (_, seed) => honestHistory(seeded(seed)));

/** What must have come before an event of a type, said in another way than the rules say it: by looking back. */
const NEEDS: readonly (readonly [EventType, readonly EventType[], since?: EventType])[] = [
  ['cab.voted', ['cab.submitted'], 'plan.reopened'],
  ['cab.decided', ['cab.submitted', 'cab.voted'], 'plan.reopened'],
  ['stage.started', ['cab.decided'], 'plan.reopened'],
  ['stage.completed', ['stage.started'], 'plan.reopened'],
  ['signoff.recorded', ['stage.completed'], 'stage.started'],
  ['deploy.started', ['cab.decided', 'stage.completed', 'signoff.recorded'], 'plan.reopened'],
  ['canary.judged', ['deploy.started'], 'plan.reopened'],
  ['canary.promoted', ['canary.judged'], 'deploy.started'],
  ['deploy.completed', ['canary.promoted'], 'deploy.started'],
  ['rollback.completed', ['rollback.started'], 'deploy.started'],
  ['verify.recorded', ['deploy.completed'], 'deploy.started'],
  ['hypercare.started', ['verify.recorded'], 'deploy.started'],
  ['hypercare.closed', ['hypercare.started'], 'deploy.started'],
  ['success.judged', ['hypercare.closed'], 'deploy.started'],
  ['review.closed', ['success.judged'], 'deploy.started'],
];

/** The first event that lacks what it needs. */
function firstLack(events: Events): string | undefined {
  for (const [index, event] of events.entries()) {
    const need = NEEDS.find(([type]) => type === event.type);
    if (need === undefined) continue;
    const since = events.findLastIndex((one, at) => at < index && one.type === need[2]);
    const before = events.slice(Math.max(0, since), index).map((one) => one.type);
    const lacking = need[1].find((type) => !before.includes(type));
    if (lacking !== undefined) return `${event.type} without ${lacking}`;
  }
  return undefined;
}

describe('the order of a history', () => {
  it(`is accepted in each of ${HISTORIES} histories that people and machines made`, () => {
    for (const events of all) expect(faultsOf(events)).toEqual([]);
    const types = new Set(all.flat().map((event) => event.type));
    expect([...types]).toEqual(expect.arrayContaining(['release.frozen', 'review.closed', 'rollback.failed']));
  });

  it('is refused wherever an event lacks what has to come first: events dropped, moved, doubled and put in', () => {
    const random = seeded(7);
    const at = (length: number) => Math.floor(random() * length);
    let lacking = 0;
    for (const honest of all) {
      const events = [...honest];
      const donor = all[at(all.length)] ?? [];
      for (let changes = 1 + at(3); changes > 0 && events.length > 1; changes -= 1) {
        const [from, to] = [at(events.length), at(events.length)];
        const one = events[from] as NewEvent<EventType>;
        const kind = at(4);
        if (kind === 0) events.splice(from, 1 + at(4));
        else if (kind === 1) events.splice(to, 0, ...events.splice(from, 1));
        else if (kind === 2) events.splice(to, 0, one);
        else events.splice(to, 0, donor[at(donor.length)] ?? one);
      }
      const lack = firstLack(events);
      if (lack === undefined) continue;
      lacking += 1;
      expect(faultsOf(events).length, lack).toBeGreaterThan(0);
    }
    expect(lacking).toBeGreaterThan(HISTORIES / 4);
  });

  it('is refused for every event of production that is put at the end of what is not there yet', () => {
    const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
    const images = { ...subject, attempt: 1, fence: 1, strategy: 'x', clusters: {}, steps: [], images: {} };
    const approved: Events = (all.find((one) => one.at(-1)?.type === 'signoff.recorded') ?? []).filter(
      (event) => event.type !== 'signoff.recorded',
    );
    const made: Events = [
      newEvent('deploy.started', images),
      newEvent('deploy.completed', { attempt: 1, images: {} }),
      newEvent('canary.promoted', { attempt: 1, reason: 'x' }),
      newEvent('canary.judged', { attempt: 1, verdict: 'pass', elapsedSeconds: 1, reason: 'x', slos: [] }),
      newEvent('verify.recorded', { ok: true, checks: [] }),
    ] as Events;
    for (const event of made) expect(faultsOf([...approved, event]), event.type).toHaveLength(1);
    expect(faultsOf([...approved, ...made])).toHaveLength(made.length);
  });

  it('is that of the real events alone once there are any: what was rehearsed stands beside it', () => {
    const simulated = (all[0] ?? []).map((event) => ({ ...event, simulated: true }));
    const events = chainOf(SAMPLE_ID, [...simulated, ...(all[1] ?? [])] as Events);
    expect(findOrderFaults(events)).toEqual([]);
    expect(findOrderFaults(chainOf(SAMPLE_ID, simulated as Events) as readonly RecordedEvent[])).toEqual([]);
  });
});
