import { describe, expect, it } from 'vitest';
import {
  dispersionFactor,
  dispersionOf,
  floorVariance,
  varianceOfMean,
} from '../../../../src/domain/judge/dispersion.ts';
import { addDispersion, dispersionOfHistory, NO_DISPERSION } from '../../../../src/domain/judge/dispersion-sums.ts';
import { DEFAULT_NOISE } from '../../../../src/domain/judge/settings.ts';
import { createRandom } from '../../../bench/judge/random.ts';
import { type Noise, simulate } from '../../../bench/judge/traffic.ts';

const NO_FLOOR = { coefficientOfVariation: 0, correlationSeconds: 340 };

/** Average dispersion that is found in 40 histories of 15 minutes at 1,000 requests a second. */
function averageOf(noise: Noise, replicas: number | undefined) {
  const random = createRandom(20);
  const runs = 40;
  let clumping = 0;
  let wandering = 0;
  for (let run = 0; run < runs; run += 1) {
    const scenario = { rate: 1000, ratio: 1, noise, history: 60, ...(replicas === undefined ? {} : { replicas }) };
    const { history } = simulate(scenario, random);
    const now = { canaryExpected: 9, elapsedSeconds: 900, canaryReplicas: 1 };
    const found = dispersionOf(dispersionOfHistory(history), now, NO_FLOOR);
    clumping += found.clumping / runs;
    wandering += found.wandering / runs;
  }
  return { clumping, wandering };
}

describe('dispersion of healthy counts', () => {
  it('finds nothing where there is nothing', () => {
    for (const replicas of [undefined, 25]) {
      const { clumping, wandering } = averageOf({ kind: 'iid' }, replicas);
      expect(clumping).toBeGreaterThanOrEqual(1);
      expect(clumping).toBeLessThan(1.1);
      expect(wandering).toBeLessThan(0.02);
    }
  });

  it('finds clumps of the size that they have, a standard error below', () => {
    for (const replicas of [undefined, 25]) {
      const { clumping } = averageOf({ kind: 'clumps', index: 3 }, replicas);
      expect(clumping).toBeGreaterThan(2);
      expect(clumping).toBeLessThan(3.3);
    }
  });

  it('finds that replicas differ for good, by comparing stable ones with each other', () => {
    const { wandering, clumping } = averageOf({ kind: 'persistent', cv: 0.5 }, 25);
    // 0.25, of which 4 of 28 parts belong to the floor, which is zero here.
    expect(wandering).toBeGreaterThan(0.15);
    expect(wandering).toBeLessThan(0.3);
    expect(clumping).toBeLessThan(1.3);
  });

  it('does not take a swing that all replicas share for a difference between them', () => {
    let sums = NO_DISPERSION;
    const replica = (bad: number, total: number) => ({ a: { bad, total }, b: { bad, total }, c: { bad, total } });
    let bad = 0;
    for (let look = 1; look <= 40; look += 1) {
      const step = look % 2 === 0 ? 30 : 10;
      bad += step;
      const control = { bad: 3 * step, total: 30_000 };
      const increment = { canary: { bad: step / 10, total: 1000 }, control, seconds: 15 };
      sums = addDispersion(sums, increment, replica(bad, look * 10_000));
    }
    const now = { canaryExpected: 80, elapsedSeconds: 600, canaryReplicas: 1 };
    const found = dispersionOf(sums, now, NO_FLOOR);
    expect(found.clumping).toBe(1);
    expect(found.wandering).toBe(0);
  });

  it('takes the floor until replicas are known, and lets the replicas speak when there are many', () => {
    const now = { canaryExpected: 9, elapsedSeconds: 900, canaryReplicas: 1 };
    const unknown = dispersionOf(NO_DISPERSION, now, DEFAULT_NOISE);
    expect(unknown.wandering).toBeCloseTo(floorVariance(DEFAULT_NOISE, 900), 12);
    expect(unknown.factor).toBeCloseTo(1 + unknown.wandering * 9, 12);
    const { history } = simulate(
      { rate: 10_000, ratio: 1, noise: { kind: 'iid' }, replicas: 60, history: 60 },
      createRandom(5),
    );
    const known = dispersionOf(dispersionOfHistory(history), now, DEFAULT_NOISE);
    expect(known.replicas).toBe(60);
    expect(known.wandering).toBeLessThan(unknown.wandering / 2);
  });

  it('averages noise out as its memory says, with no jump where the series takes over', () => {
    expect(varianceOfMean(340, 1e-9)).toBeCloseTo(1, 8);
    expect(varianceOfMean(340, 0.1699)).toBeCloseTo(varianceOfMean(340, 0.1701), 6);
    // 2c/T for spans much longer than the memory.
    expect(varianceOfMean(340, 340_000)).toBeCloseTo(0.001, 5);
    for (let seconds = 1; seconds < 5000; seconds *= 1.5) {
      expect(varianceOfMean(340, seconds * 1.5)).toBeLessThan(varianceOfMean(340, seconds));
    }
  });

  it('spreads wandering over the replicas of the canary, but not clumps', () => {
    expect(dispersionFactor({ clumping: 2, wandering: 0.1 }, 40, 1)).toBeCloseTo(6, 12);
    expect(dispersionFactor({ clumping: 2, wandering: 0.1 }, 40, 4)).toBeCloseTo(3, 12);
  });

  it('leaves out a replica whose counters went back, and a history look that cannot be true', () => {
    const control = { bad: 30, total: 30_000 };
    const increment = { canary: { bad: 0, total: 100 }, control, seconds: 15 };
    const up = addDispersion(NO_DISPERSION, increment, {
      a: { bad: 20, total: 20_000 },
      b: { bad: 10, total: 10_000 },
    });
    const back = addDispersion(up, increment, { a: { bad: 1, total: 100 }, b: { bad: 20, total: 20_000 } });
    expect(back.replicas.a?.residual).toBe(up.replicas.a?.residual);
    expect(back.replicas.b?.expected).toBeGreaterThan(up.replicas.b?.expected ?? 0);
    const history = [
      { elapsedSeconds: 15, control: { bad: 5, total: 1000 } },
      { elapsedSeconds: 30, control: { bad: 3, total: 900 } },
      { elapsedSeconds: 45, control: { bad: 9, total: 3000 } },
    ];
    const sums = dispersionOfHistory(history);
    expect(sums.looks).toBe(2);
    expect(sums.seconds).toBe(45);
  });
});
