import { describe, expect, it } from 'vitest';
import { parseReleasePlan } from '../../../src/plan/release-plan.ts';
import { corpus, fuzzPlans, truncatePlans } from '../../bench/fuzz-plans/fuzz.ts';
import { SAMPLE_FILE, SAMPLE_ID } from '../../support/sample-plan.ts';

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

  it('the harness notices a reader that crashes', () => {
    const careless = (bytes: Uint8Array): void => {
      if (bytes.includes(0x7b)) throw new TypeError('cannot read properties of undefined');
      parseReleasePlan(bytes, SAMPLE_FILE, SAMPLE_ID);
    };
    expect(fuzzPlans(20, 1, careless).crashes.length).toBeGreaterThan(0);
  });
});
