import { describe, expect, it } from 'vitest';
import { parseReleasePlan } from '../../../src/plan/release-plan.ts';
import { fuzzPlans } from '../../bench/fuzz-plans/fuzz.ts';
import { SAMPLE_FILE, SAMPLE_ID } from '../../support/sample-plan.ts';

/** A few of what `npm run test:fuzz` tries by the thousand. */
describe('damaged plans', () => {
  it('a hundred of them are each read or refused with a line, and nothing else happens', () => {
    const result = fuzzPlans(100, 7_000_000);
    expect(result.crashes).toEqual([]);
    expect(result.withoutLine).toBe(0);
    expect(result.polluted).toBe(false);
    // The damage is real: most plans are refused, and for many reasons.
    expect(result.accepted).toBeLessThan(50);
    expect(Object.keys(result.refused).length).toBeGreaterThanOrEqual(3);
  });

  it('a reader that crashes is noticed', () => {
    const careless = (bytes: Uint8Array): void => {
      if (bytes.includes(0x7b)) throw new TypeError('cannot read properties of undefined');
      parseReleasePlan(bytes, SAMPLE_FILE, SAMPLE_ID);
    };
    expect(fuzzPlans(20, 1, careless).crashes.length).toBeGreaterThan(0);
  });
});
