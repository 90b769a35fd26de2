import { describe, expect, it } from 'vitest';
import { openWarmUp, warm } from '../../../../src/domain/judge/warm-up.ts';
import { createRandom } from '../../../bench/judge/random.ts';

const BASE = 0.001;
const RATE = 100;

/** The share of canaries, 100 requests a second each, whose warm-up of two minutes is lengthened; `times`: how many times as bad as stable at a moment. */
function lengthened(times: (at: number) => number): number {
  const random = createRandom(4711);
  const canaries = 1000;
  let sum = 0;
  for (let one = 0; one < canaries; one += 1) {
    let warmUp = openWarmUp({ warmupSeconds: 120 });
    for (let at = 15; at <= 120; at += 15) {
      const total = random.poisson(RATE * 15);
      const bad = random.poisson(total * BASE * times(at - 7.5));
      const control = { bad: random.poisson(25 * 1500 * BASE), total: 25 * 1500 };
      warmUp = warm(warmUp, { canary: { bad, total }, control, seconds: 15 }, at);
    }
    if (warmUp.lengthened) sum += 1;
  }
  return sum / canaries;
}

describe('a canary that warms up', () => {
  it('is given more time while it still gets better, along whatever line', () => {
    expect(lengthened((at) => 10 - (9 * at) / 175)).toBeGreaterThan(0.94);
    expect(lengthened((at) => 1 + 9 * Math.exp(-at / 40))).toBeGreaterThan(0.99);
    expect(lengthened((at) => (at < 60 ? 10 : 5))).toBeGreaterThan(0.94);
  });

  it('is given none once it is warm, and seldom where it is bad for good', () => {
    expect(lengthened(() => 1)).toBeLessThan(0.02);
    expect(lengthened(() => 20)).toBeLessThan(0.3);
    expect(lengthened((at) => 5 + at / 20)).toBeLessThan(0.05);
  });
});
