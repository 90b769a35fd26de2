import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomial, keyOf, mix, poisson, suffix, uniform, uuid } from '../../../../src/adapters/sandbox/random.ts';

/** Mean and variance of a draw over many keys. */
function moments(draw: (key: number) => number, keys = 4000): { mean: number; variance: number } {
  const values = Array.from({ length: keys }, (_, i) => draw(mix(99, i)));
  const mean = values.reduce((a, b) => a + b, 0) / keys;
  return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / (keys - 1) };
}

describe('seeded chance', () => {
  it('gives the same number for the same key, and others for others', () => {
    expect(keyOf(1, 'web')).toBe(keyOf(1, 'web'));
    expect(new Set(['web', 'wbe', 'we', 'web '].map((text) => keyOf(1, text))).size).toBe(4);
    expect(keyOf(1, 'web')).not.toBe(keyOf(2, 'web'));
  });

  it('is uniform between 0 and 1, both excluded', () => {
    const { mean, variance } = moments(uniform);
    expect(mean).toBeCloseTo(0.5, 1);
    expect(variance).toBeCloseTo(1 / 12, 1);
    fc.assert(fc.property(fc.nat(0xffffffff), (key) => uniform(key) > 0 && uniform(key) < 1));
  });

  // Both sides of the limit at which the normal approximation takes over.
  it.each([0.3, 5, 39, 41, 5000])('draws Poisson counts with mean and variance %d', (expected) => {
    const { mean, variance } = moments((key) => poisson(expected, key));
    expect(Math.abs(mean - expected)).toBeLessThan(5 * Math.sqrt(expected / 4000));
    expect(variance / expected).toBeGreaterThan(0.85);
    expect(variance / expected).toBeLessThan(1.15);
  });

  it.each([
    [10, 0.5],
    [1000, 0.01],
    [1000, 0.97],
    [100_000, 0.3],
  ])('draws binomial counts of %d with probability %d', (n, p) => {
    const { mean, variance } = moments((key) => binomial(n, p, key));
    expect(Math.abs(mean - n * p)).toBeLessThan(5 * Math.sqrt((n * p * (1 - p)) / 4000) + 0.01);
    expect(variance / (n * p * (1 - p))).toBeGreaterThan(0.85);
    expect(variance / (n * p * (1 - p))).toBeLessThan(1.15);
  });

  it('never draws less than none or more than all', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(0xffffffff), (n, p, key) => {
        const drawn = binomial(n, p, key);
        expect(Number.isInteger(drawn) && drawn >= 0 && drawn <= n).toBe(true);
      }),
    );
  });

  it('makes names and identifiers of the usual form', () => {
    expect(suffix(7, 5)).toMatch(/^[a-z0-9]{5}$/);
    expect(uuid(7)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{8}/);
  });
});
