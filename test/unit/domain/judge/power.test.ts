import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgementOf } from '../../../../src/domain/judge/judgement.ts';
import { expectedVisibility, secondsUntilVisible } from '../../../../src/domain/judge/power.ts';
import { createRandom } from '../../../bench/judge/random.ts';
import { simulate } from '../../../bench/judge/traffic.ts';
import { SETTINGS } from './looks.ts';

const SLO = { name: 'errors', objective: 0.99 };
const minimumDetectableRatio = (...asked: Parameters<typeof expectedVisibility>) =>
  expectedVisibility(...asked).smallestRatio;
const traffic = (rate: number, badRatio = 0.001) => ({ canaryRate: rate * 0.01, controlRate: rate * 0.99, badRatio });

describe('what can be seen', () => {
  it('promises what the judge then finds: a canary at the smallest ratio is condemned with the power asked for', () => {
    const quiet = { ...SETTINGS, noise: { coefficientOfVariation: 0, correlationSeconds: 340 } };
    const ratio = minimumDetectableRatio(quiet, SLO, traffic(1000));
    if (ratio === undefined) throw new Error('this traffic shows something');
    const random = createRandom(5);
    let condemned = 0;
    for (let bake = 0; bake < 400; bake += 1) {
      const { looks } = simulate({ rate: 1000, ratio, noise: { kind: 'iid' } }, random);
      if (judgementOf(quiet, looks).slos[0]?.crossed) condemned += 1;
    }
    // Three standard errors below 90%; looking 60 times adds a little.
    expect(condemned / 400).toBeGreaterThan(0.9 - 3 * Math.sqrt((0.9 * 0.1) / 400));
    expect(condemned / 400).toBeLessThan(0.99);
  });

  it('shows smaller regressions with more traffic and with more time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 50_000 }), (rate) => {
        const here = minimumDetectableRatio(SETTINGS, SLO, traffic(rate)) ?? Number.POSITIVE_INFINITY;
        expect(minimumDetectableRatio(SETTINGS, SLO, traffic(rate * 2))).toBeLessThan(here);
        const longer = { ...SETTINGS, bakeSeconds: SETTINGS.bakeSeconds * 2 };
        expect(minimumDetectableRatio(longer, SLO, traffic(rate))).toBeLessThan(here);
      }),
      { numRuns: 30 },
    );
  });

  it('agrees with itself: at the smallest ratio the power is the one asked for', () => {
    const ratio = minimumDetectableRatio(SETTINGS, SLO, traffic(1000)) ?? 0;
    expect(expectedVisibility({ ...SETTINGS, detectableRatio: ratio }, SLO, traffic(1000)).power).toBeCloseTo(0.9, 6);
  });

  it('says when the named regression becomes visible', () => {
    const seconds = secondsUntilVisible(SETTINGS, SLO, traffic(1000)) ?? 0;
    expect(seconds).toBeGreaterThan(150);
    expect(seconds).toBeLessThan(900);
    expect(expectedVisibility(SETTINGS, SLO, traffic(1000), seconds).power).toBeGreaterThanOrEqual(0.9);
    expect(secondsUntilVisible(SETTINGS, SLO, traffic(0))).toBeUndefined();
  });

  it('knows that no traffic shows nothing', () => {
    for (const none of [
      traffic(0),
      { canaryRate: 10, controlRate: 0, badRatio: 0 },
      { canaryRate: 0, controlRate: 10, badRatio: 0.5 },
    ]) {
      expect(expectedVisibility(SETTINGS, SLO, none)).toMatchObject({ power: 0, smallestRatio: undefined });
    }
  });

  it('takes a service that hardly ever fails to use a tenth of its error budget', () => {
    expect(expectedVisibility(SETTINGS, SLO, traffic(1000, 0)).baseRatio).toBeCloseTo(0.001, 12);
    expect(expectedVisibility(SETTINGS, SLO, traffic(1000, 0.004)).baseRatio).toBeCloseTo(0.004, 12);
  });

  it('asks for no more than that every request fails', () => {
    const half = expectedVisibility({ ...SETTINGS, detectableRatio: 50 }, SLO, {
      canaryRate: 1,
      controlRate: 99,
      badRatio: 0.3,
    });
    expect(half.power).toBeGreaterThan(0.99);
    expect(half.smallestRatio).toBeLessThan(1 / 0.3);
  });
});
