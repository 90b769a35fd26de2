import { describe, expect, it } from 'vitest';
import type { Counts } from '../../../../src/domain/judge/look.ts';
import { runRow } from '../../../bench/judge/bench.ts';
import { fixedThreshold, kayenta, sprt } from '../../../bench/judge/comparators.ts';
import { isHigh, shiftInterval } from '../../../bench/judge/mann-whitney.ts';
import { createRandom } from '../../../bench/judge/random.ts';
import { simulate } from '../../../bench/judge/traffic.ts';

const simulated = (canary: readonly Counts[], control: readonly Counts[] = canary) => ({
  canary,
  control,
  looks: [],
  history: [],
});
const every = (bad: number, total: number) => Array.from({ length: 60 }, () => ({ bad, total }));

describe('the judges beside relctl', () => {
  it('inverts the Mann-Whitney statistic as R does', () => {
    // wilcox.test(c(10,20,30,40), 1:4, conf.int=TRUE, exact=FALSE) estimates 22.5.
    const { lower, shift } = shiftInterval([10, 20, 30, 40], [1, 2, 3, 4]);
    expect(shift).toBeCloseTo(22.5, 6);
    // At four against four the 98% interval reaches the ends of all differences.
    expect(lower).toBeCloseTo(6, 6);
  });

  it('finds a clear shift, ignores a better canary and equal arms, and drops what is no number', () => {
    const control = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    const shifted = control.map((value) => value + 20);
    expect(isHigh(shifted, control)).toBe(true);
    expect(isHigh([...shifted, Number.NaN], control)).toBe(true);
    expect(isHigh(control, shifted)).toBe(false);
    expect(isHigh(control, control)).toBe(false);
    expect(isHigh([], control)).toBe(false);
    expect(kayenta(simulated(every(5, 100), every(0, 100)))).toBe(900);
  });

  it('counts failed minutes as Argo Rollouts does: more than the limit aborts', () => {
    expect(fixedThreshold(0.95, 3)(simulated(every(6, 100)))).toBe(240);
    expect(fixedThreshold(0.95, 0)(simulated(every(6, 100)))).toBe(60);
    expect(fixedThreshold(0.95, 3)(simulated(every(5, 100)))).toBeUndefined();
    expect(fixedThreshold(0.95, 0)(simulated(every(0, 0)))).toBe(60);
  });

  it('decides by the ratio of likelihoods between its two limits', () => {
    // Each look: 2 bad of 150 gives 2·ln 5 + 148·ln(0.995/0.999), about 2.6; two looks pass ln 99.
    expect(sprt(5)(simulated(every(2, 150)))).toBe(30);
    expect(sprt(5)(simulated(every(0, 150)))).toBeUndefined();
  });

  it('draws counts of the mean and the scatter that are asked for', () => {
    const random = createRandom(9);
    const index = (kind: 'iid' | 'clumps') => {
      const noise = kind === 'iid' ? { kind } : { kind, index: 3 };
      const counts = Array.from({ length: 40 }, () => simulate({ rate: 1000, ratio: 1, noise }, random).control).flat();
      const mean = counts.reduce((sum, { bad }) => sum + bad, 0) / counts.length;
      expect(mean).toBeGreaterThan(14.5);
      expect(mean).toBeLessThan(15.2);
      return counts.reduce((sum, { bad }) => sum + (bad - mean) ** 2, 0) / counts.length / mean;
    };
    expect(index('iid')).toBeCloseTo(1, 0);
    expect(index('clumps')).toBeGreaterThan(2.6);
    expect(index('clumps')).toBeLessThan(3.4);
  });

  it('gives the same row for the same seed', () => {
    const scenario = { rate: 1000, ratio: 5, noise: { kind: 'iid' as const } };
    expect(runRow(scenario, 30, 3)).toEqual(runRow(scenario, 30, 3));
    expect(runRow(scenario, 30, 3).judges.relctl.aborted).toBeGreaterThan(0.9);
  });
});
