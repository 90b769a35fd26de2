import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparisonSteps,
  damningCount,
  EMPTY_TRAIL,
  evidenceAt,
  extendTrail,
  LADDER,
  logEvidence,
  objectiveEvidence,
  RESTARTS,
  restartTrail,
} from '../../../../src/domain/judge/evidence.ts';
import { logGamma } from '../../../../src/domain/judge/special-functions.ts';

const totals = fc.integer({ min: 1, max: 5000 });

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

describe('evidence against the canary', () => {
  it('bets all of its stake and no more', () => {
    expect(LADDER.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(logEvidence(EMPTY_TRAIL, 1)).toBeCloseTo(0, 12);
    expect(logEvidence(restartTrail(EMPTY_TRAIL, RESTARTS), 1)).toBeCloseTo(0, 12);
    expect(logEvidence(restartTrail(EMPTY_TRAIL, RESTARTS * 2), 1)).toBeCloseTo(0, 12);
  });

  it('has a mean of exactly 1 when a bad event falls on either arm in proportion to its requests', () => {
    fc.assert(
      fc.property(totals, totals, fc.integer({ min: 0, max: 40 }), (canary, control, bad) => {
        const share = canary / (canary + control);
        let mean = 0;
        for (let own = 0; own <= bad; own += 1) {
          const chance = logChoose(bad, own) + own * Math.log(share) + (bad - own) * Math.log1p(-share);
          mean += Math.exp(chance + evidenceAt(own, canary, { bad: bad - own, total: control }, 1));
        }
        expect(mean).toBeCloseTo(1, 8);
      }),
    );
  });

  it('has a mean of at most 1 under the exact law of equal arms, which is hypergeometric, at any bad ratio', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (canary, control, rate) => {
          const bad = Math.round(rate * (canary + control));
          let mean = 0;
          for (let own = Math.max(0, bad - control); own <= Math.min(bad, canary); own += 1) {
            const chance = logChoose(canary, own) + logChoose(control, bad - own) - logChoose(canary + control, bad);
            mean += Math.exp(chance + evidenceAt(own, canary, { bad: bad - own, total: control }, 1));
          }
          expect(mean).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });

  it('is a fair game from look to look too, with late bets running', () => {
    const first = extendTrail(
      EMPTY_TRAIL,
      comparisonSteps({ canary: { bad: 2, total: 150 }, control: { bad: 11, total: 9000 } }),
    );
    const before = restartTrail(first, 3);
    const share = 100 / 8100;
    let mean = 0;
    for (let own = 0; own <= 12; own += 1) {
      const chance = logChoose(12, own) + own * Math.log(share) + (12 - own) * Math.log1p(-share);
      const split = { canary: { bad: own, total: 100 }, control: { bad: 12 - own, total: 8000 } };
      mean += Math.exp(chance + logEvidence(extendTrail(before, comparisonSteps(split)), 1));
    }
    expect(Math.log(mean)).toBeCloseTo(logEvidence(before, 1), 10);
  });

  it('has a mean of at most 1 for a canary within its budget, wherever in the bake it spends it', () => {
    // The chances of 200 events add up to the budget of 2: evenly, in one incident, or in less.
    const spent = [Array(200).fill(0.01), [...Array(190).fill(0), ...Array(10).fill(0.2)], Array(200).fill(0.006)];
    const means = spent.map((chances: readonly number[]) => {
      let law = [1];
      for (const chance of chances) {
        law = [...law, 0].map((_, bad) => (law[bad] ?? 0) * (1 - chance) + (law[bad - 1] ?? 0) * chance);
      }
      return law.reduce((mean, chance, bad) => mean + chance * Math.exp(objectiveEvidence(bad, 2, 1)), 0);
    });
    for (const mean of means) expect(mean).toBeLessThanOrEqual(1 + 1e-9);
    expect(means[0]).toBeGreaterThan(means[2] ?? 1);
  });

  it('never falls when the canary is worse, nor rises when the control is', () => {
    fc.assert(
      fc.property(
        totals,
        totals,
        fc.nat(500),
        fc.nat(500),
        fc.double({ min: 1, max: 20, noNaN: true }),
        (c, s, own, others, phi) => {
          const canaryBad = Math.min(own, c - 1);
          const controlBad = Math.min(others, s - 1);
          const here = evidenceAt(canaryBad, c, { bad: controlBad, total: s }, phi);
          expect(evidenceAt(canaryBad + 1, c, { bad: controlBad, total: s }, phi)).toBeGreaterThanOrEqual(here - 1e-12);
          expect(evidenceAt(canaryBad, c, { bad: controlBad + 1, total: s }, phi)).toBeLessThanOrEqual(here + 1e-12);
        },
      ),
    );
  });

  it('reaches a limit exactly at the count that it calls damning', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 1, max: 50, noNaN: true }),
        fc.double({ min: 0.5, max: 12, noNaN: true }),
        (canary, total, ratio, phi, limit) => {
          const control = { bad: total * ratio, total };
          const damning = damningCount(canary, control, phi, limit);
          if (damning === undefined) expect(evidenceAt(canary, canary, control, phi)).toBeLessThan(limit);
          else if (damning > 0) expect(evidenceAt(damning, canary, control, phi)).toBeCloseTo(limit, 3);
          else expect(evidenceAt(0, canary, control, phi)).toBeGreaterThanOrEqual(limit);
        },
      ),
    );
    expect(damningCount(0, { bad: 1, total: 10 }, 1, 4)).toBeUndefined();
    expect(damningCount(10, { bad: 0, total: 0 }, 1, 4)).toBeUndefined();
  });

  it('adds up: looks of equal shares are worth what one look over both is', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.nat(300), fc.nat(300), (a, b, x, y) => {
        const one = comparisonSteps({ canary: { bad: a, total: 100 }, control: { bad: x, total: 9000 } });
        const two = comparisonSteps({ canary: { bad: b, total: 200 }, control: { bad: y, total: 18_000 } });
        const both = comparisonSteps({ canary: { bad: a + b, total: 300 }, control: { bad: x + y, total: 27_000 } });
        for (const [rung, step] of both.entries()) expect((one[rung] ?? 0) + (two[rung] ?? 0)).toBeCloseTo(step, 8);
      }),
    );
  });

  it('does not condemn a canary for what a control as bad shows, and condemns it when the arms are swapped', () => {
    const worse = { bad: 60, total: 10_000 };
    const better = { bad: 10, total: 10_000 };
    expect(evidenceAt(worse.bad, worse.total, better, 1)).toBeGreaterThan(4.6);
    expect(evidenceAt(better.bad, better.total, worse, 1)).toBeLessThan(0);
    expect(evidenceAt(better.bad, better.total, better, 1)).toBeLessThan(0);
  });

  it('is worth less the more counts scatter', () => {
    const control = { bad: 100, total: 100_000 };
    const at = (phi: number) => evidenceAt(12, 1000, control, phi);
    expect(at(2)).toBeLessThan(at(1));
    expect(at(4)).toBeLessThan(at(2));
  });

  it('says nothing without requests on either side', () => {
    for (const split of [
      { canary: { bad: 0, total: 0 }, control: { bad: 5, total: 100 } },
      { canary: { bad: 5, total: 100 }, control: { bad: 0, total: 0 } },
    ]) {
      expect(comparisonSteps(split)).toEqual(LADDER.map(() => 0));
    }
  });
});
