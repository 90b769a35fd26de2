import { describe, expect, it } from 'vitest';
import { CounterBook } from '../../../../src/domain/judge/counter-book.ts';

const series = (
  labels: Readonly<Record<string, string>>,
  ...points: readonly (readonly [at: number, value: number])[]
) => ({
  labels,
  points: points.map(([at, value]) => ({ at, value })),
});

describe('what is known of the counters of one side', () => {
  it('reaches up to the oldest of the last samples, without series that have ended', () => {
    const book = new CounterBook(0);
    expect(book.completeUpTo(60_000)).toBeUndefined();
    book.enterTotal([
      series({ pod: 'a' }, [90_000, 1], [105_000, 2]),
      series({ pod: 'b' }, [90_000, 1], [100_000, 2]),
      series({ pod: 'gone' }, [30_000, 7]),
    ]);
    expect(book.completeUpTo(60_000)).toBe(100_000);
    book.enterGood([series({ pod: 'a' }, [90_000, 1])], false);
    expect(book.completeUpTo(60_000)).toBe(90_000);
  });

  it('knows a series however its labels are ordered, and by what it counts', () => {
    const book = new CounterBook(0);
    book.enterTotal([series({ code: '200', pod: 'a' }, [10, 1])], 'west');
    expect(book.knows('total', { pod: 'a', code: '200' }, 'west')).toBe(true);
    expect(book.knows('good', { code: '200', pod: 'a' }, 'west')).toBe(false);
    expect(book.knows('total', { code: '500', pod: 'a' }, 'west')).toBe(false);
    expect(book.knows('total', { code: '200', pod: 'a' })).toBe(false);
    book.enterGood([series({ le: '0.5', pod: 'a' }, [10, 1])], true, 'west');
    expect(book.knows('good', { le: '0.5', pod: 'a' }, 'west')).toBe(true);
  });

  it('counts a series from zero that is new at a target that is known, and from what it had where it was there before', () => {
    const book = new CounterBook(1000);
    book.enterTotal([series({ code: '200', pod: 'a' }, [900, 50], [2000, 60])]);
    book.enterTotal([series({ code: '200', pod: 'a' }, [3000, 70]), series({ code: '500', pod: 'a' }, [3000, 4])]);
    const [target] = book.targets();
    expect([...(target?.total.values() ?? [])].map((track) => track.since(3000))).toEqual([
      expect.closeTo(70 - 50 - (10 * 100) / 1100, 9),
      4,
    ]);
  });

  it('takes a target that is new in mid-bake to have begun a scrape before its first, and not when counting began', () => {
    const book = new CounterBook(0);
    book.enterTotal([series({ pod: 'a' }, [15_000, 100], [30_000, 200], [300_000, 300], [315_000, 400])]);
    book.enterTotal([series({ pod: 'b' }, [310_000, 60])]);
    const grownAt = (moment: number) =>
      [...(book.targets()[1]?.total.values() ?? [])].map((track) => track.since(moment));
    expect(grownAt(295_000)).toEqual([0]);
    expect(grownAt(302_500)).toEqual([30]);
    expect(grownAt(310_000)).toEqual([60]);
  });

  it('counts all requests of a canary that was scraped before its first one', () => {
    const since = (...points: readonly (readonly [at: number, value: number])[]) => {
      const book = new CounterBook(1000);
      book.enterTotal([series({ pod: 'a' }, ...points)]);
      return [...(book.targets()[0]?.total.values() ?? [])].map((track) => track.since(2000));
    };
    expect(since([500, 0], [2000, 90])).toEqual([90]);
    // Probes are counted before, ten a second: they go on.
    expect(since([0, 20], [500, 25], [2000, 130])).toEqual([100]);
    // It had requests before: a straight line.
    expect(since([0, 40], [500, 80], [2000, 200])).toEqual([80]);
    // Of one scrape alone nothing is known.
    expect(since([500, 30], [2000, 120])).toEqual([60]);
  });
});
