import { describe, expect, it } from 'vitest';
import { corpus, fuzzPlans, truncatePlans } from '../bench/fuzz-plans/fuzz.ts';

describe('damaged plans', () => {
  it('2,000 of them are each read or refused with a line, and nothing else happens', { timeout: 120_000 }, () => {
    const result = fuzzPlans(2000, 7_000_000);
    expect(result.crashes).toEqual([]);
    expect(result.withoutLine).toBe(0);
    expect(result.polluted).toBe(false);
    // The damage is real: most plans are refused, and for many reasons.
    expect(result.accepted).toBeLessThan(1000);
    expect(Object.keys(result.refused).length).toBeGreaterThanOrEqual(5);
  });

  it('every beginning of a plan with a history is read or refused with a line', { timeout: 120_000 }, () => {
    const [, withHistory = ''] = corpus();
    const result = truncatePlans([withHistory]);
    expect(result.crashes).toEqual([]);
    expect(result.withoutLine).toBe(0);
  });
});
