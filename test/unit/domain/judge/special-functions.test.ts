import { describe, expect, it } from 'vitest';
import { logGamma, logSumExp, lowerGamma, normalCdf } from '../../../../src/domain/judge/special-functions.ts';

describe('special functions', () => {
  it('gives ln Γ as factorials have it', () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n += 1) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 11);
      factorial *= n;
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 11);
  });

  it('gives the upper tail of the Poisson distribution, as its terms add up to', () => {
    for (const mean of [0.3, 2, 9, 45, 170]) {
      let term = Math.exp(-mean);
      let below = 0;
      for (let k = 1; k <= 60; k += 1) {
        below += term;
        term *= mean / k;
        expect(lowerGamma(k, mean)).toBeCloseTo(1 - below, 10);
      }
    }
  });

  it('passes without a step from the exact form to the approximation for huge counts', () => {
    for (const excess of [-300, 0, 300, 900]) {
      expect(lowerGamma(100_001, 100_001 + excess)).toBeCloseTo(lowerGamma(99_999, 99_999 + excess), 3);
    }
    expect(lowerGamma(1e12, 1e12)).toBeCloseTo(0.5, 5);
  });

  it('adds exponentials that overflow and that vanish', () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 12);
    expect(logSumExp([-5000, 0])).toBe(0);
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
  });

  it('knows the normal quantiles that everybody knows', () => {
    expect(normalCdf(1.959964)).toBeCloseTo(0.975, 6);
    expect(normalCdf(-2.326348)).toBeCloseTo(0.01, 6);
  });
});
