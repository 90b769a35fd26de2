import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactWeights, factorFor, weightsWithin } from '../../../../src/domain/deployment/strategies/weights.ts';

describe('exact weights', () => {
  it.each([
    [0.01, { stable: 99, canary: 1 }],
    [0.1, { stable: 90, canary: 10 }],
    [0.005, { stable: 995, canary: 5 }],
    [0.0001, { stable: 9999, canary: 1 }],
    [0.333, { stable: 667, canary: 333 }],
  ])('of %s are %o', (share, weights) => {
    expect(exactWeights(share)).toEqual(weights);
  });

  it('give every share of up to four decimals of a per cent exactly, in whole weights that a route may carry', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), (millionths) => {
        const weights = exactWeights(millionths / 1_000_000);
        if (weights === undefined) return false;
        const total = weights.stable + weights.canary;
        return (
          Number.isInteger(weights.canary) && total <= 1_000_000 && weights.canary * 1_000_000 === millionths * total
        );
      }),
    );
  });

  it('are none for a share that is finer than any weight', () => {
    expect(exactWeights(0.000_000_1)).toBeUndefined();
  });
});

describe('weights within a given one', () => {
  it('divide it without a rest or not at all, and what divides adds up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 99 }), (total, percent) => {
        const weights = weightsWithin(total, percent / 100);
        const divides = total > 0 && (total * percent) % 100 === 0;
        return divides
          ? weights !== undefined &&
              weights.stable + weights.canary === total &&
              weights.canary * 100 === total * percent
          : weights === undefined;
      }),
    );
  });

  it('can be had after multiplying by the factor that is advised', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 99 }), (total, percent) => {
        const factor = factorFor(total, percent / 100);
        return factor !== undefined && weightsWithin(total * factor, percent / 100) !== undefined;
      }),
    );
  });
});
