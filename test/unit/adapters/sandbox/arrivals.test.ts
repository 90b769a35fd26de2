import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivals } from '../../../../src/adapters/sandbox/arrivals.ts';

const HOUR = 3_600_000;
const rate = (perSecond: number) => (from: number, to: number) => ((to - from) / 1000) * perSecond;

describe('arrivals', () => {
  it('is a whole number that never falls as time passes', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffffffff),
        fc.double({ min: 0, max: 300, noNaN: true }),
        fc.array(fc.nat(8 * 24 * HOUR), { minLength: 2, maxLength: 30 }),
        (key, perSecond, times) => {
          const counts = [...times].sort((a, b) => a - b).map((at) => arrivals(key, 0, at, rate(perSecond)));
          for (const [index, count] of counts.entries()) {
            expect(Number.isInteger(count)).toBe(true);
            expect(count).toBeGreaterThanOrEqual(counts[index - 1] ?? 0);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('begins at zero and has about as many as its mean says, over a minute as over a week', () => {
    expect(arrivals(1, 5000, 5000, rate(10))).toBe(0);
    for (const seconds of [60, 3600, 86_400, 7 * 86_400]) {
      const mean = 10 * seconds;
      expect(Math.abs(arrivals(1, 0, seconds * 1000, rate(10)) - mean)).toBeLessThan(5 * Math.sqrt(mean));
    }
  });

  it('follows a rate that changes: nothing arrives while the rate is zero', () => {
    const secondHour = (from: number, to: number) => Math.max(0, (Math.min(to, 2 * HOUR) - Math.max(from, HOUR)) / 100);
    expect(arrivals(3, 0, HOUR, secondHour)).toBe(0);
    const after = arrivals(3, 0, 2 * HOUR, secondHour);
    expect(Math.abs(after - 36_000)).toBeLessThan(1000);
    expect(arrivals(3, 0, 40 * HOUR, secondHour)).toBe(after);
  });

  it('is independent for other keys', () => {
    expect(arrivals(1, 0, HOUR, rate(10))).not.toBe(arrivals(2, 0, HOUR, rate(10)));
  });
});
