import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../../src/plan/events.ts';
import { CLOCKS_DIFFER_MS, dateBehind, datedAhead, datesOutOfOrder } from '../../../../src/plan/order/dates.ts';
import { chainOf, newEvent, SAMPLE_ID } from '../../../support/sample-plan.ts';

const NOW = Date.parse('2026-11-24T10:00:00.000Z');
const MINUTE = 60_000;
const iso = (minutes: number) => new Date(NOW + minutes * MINUTE).toISOString();

/** Events at minutes from now; the sandbox's where that is said. */
const dated = (minutes: readonly number[], simulated: readonly boolean[] = []): readonly RecordedEvent[] =>
  chainOf(
    SAMPLE_ID,
    minutes.map((one, index) =>
      newEvent(
        'exception.granted',
        { gate: 'x', reason: 'y', command: 'z' },
        { at: iso(one), simulated: simulated[index] === true },
      ),
    ),
  );
const minutes = fc.array(fc.integer({ min: -500, max: 500 }), { maxLength: 12 });

describe('what is recorded behind a history', () => {
  it.each([
    ['its own time', [-30, -20], 0],
    ['the time of an event of a clock that runs ahead', [-30, 5], 5],
    ['the latest time, wherever it stands', [40, -30], 40],
    ['its own time behind an event that is dated far ahead', [-30, 61], 0],
    ['the time of a clock that runs ahead, although another event is dated far ahead', [5, 100_000], 5],
  ])('gets %s', (_, before, date) => {
    expect(dateBehind(dated(before), NOW, NOW)).toBe(NOW + date * MINUTE);
  });

  it('follows each date where nobody signs', () => {
    expect(dateBehind(dated([100_000]), NOW, Number.POSITIVE_INFINITY)).toBe(NOW + 100_000 * MINUTE);
  });
});

it('an event is named once it is dated further ahead than clocks differ, and one of its date behind it is not', () => {
  const late = CLOCKS_DIFFER_MS / MINUTE + 1;
  expect(datedAhead(dated([late - 1, late, late, late + 1, 0]), NOW).map(({ seq }) => seq)).toEqual([2, 4]);
  expect(datedAhead(dated([late, 0], [true]), NOW)).toEqual([]);
  expect(datedAhead(dated([late]), NOW)[0]?.problem).toBe(
    `(exception.granted) is dated ${iso(late)}, and the clock here says ${iso(0)}`,
  );
});

describe('dates that cannot be in their order', () => {
  it('are those that an event behind them is dated before, and of those the nearest', () => {
    fc.assert(
      fc.property(minutes, (all) => {
        const nearest = all.flatMap((date, index) => {
          const found = all.slice(0, index).findLastIndex((before) => before > date);
          return found === -1 ? [] : [found + 1];
        });
        const wanted = [...new Set(nearest)].sort((a, b) => a - b);
        expect(datesOutOfOrder(dated(all)).map(({ seq }) => seq)).toEqual(wanted);
      }),
    );
  });

  it('are none in what is recorded as the clock runs', () => {
    fc.assert(
      fc.property(minutes, (clocks) => {
        const recorded = clocks.reduce<readonly RecordedEvent[]>((before, clock) => {
          const at = dateBehind(before, NOW + clock * 1000, NOW + clock * 1000);
          return dated([...before.map((one) => (Date.parse(one.at) - NOW) / MINUTE), (at - NOW) / MINUTE]);
        }, []);
        expect(datesOutOfOrder(recorded)).toEqual([]);
      }),
    );
  });

  it('say both dates', () => {
    expect(datesOutOfOrder(dated([0, 90, 10, 20]))).toEqual([
      { seq: 2, problem: `(exception.granted) is dated ${iso(90)}, and event 3 that follows it ${iso(10)}` },
    ]);
  });

  it('are those of the sandbox and real ones apart', () => {
    expect(datesOutOfOrder(dated([9000, 0, 1], [true]))).toEqual([]);
  });
});
