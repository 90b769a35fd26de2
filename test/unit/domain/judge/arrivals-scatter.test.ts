import { describe, expect, it } from 'vitest';
import { dispersionOfHistory } from '../../../../src/domain/judge/dispersion-sums.ts';
import type { ControlLook, Counts } from '../../../../src/domain/judge/look.ts';
import { createRandom } from '../../../bench/judge/random.ts';

/** The index of arrivals of 25 pods with 100 requests a second each over 60 looks of 15 s. */
function indexOf(how: {
  readonly missed?: number;
  readonly clump?: number;
  readonly bornAt?: (pod: number) => number;
}): number {
  const { missed = 0, clump = 1, bornAt = () => 0 } = how;
  const random = createRandom(31);
  const totals = Array.from({ length: 25 }, () => 0);
  const shown = [...totals];
  const looks: ControlLook[] = [];
  for (let look = 1; look <= 60; look += 1) {
    for (let pod = 0; pod < 25; pod += 1) {
      if (look > bornAt(pod)) totals[pod] = (totals[pod] ?? 0) + clump * random.poisson(1500 / clump);
      if (random.uniform() >= missed) shown[pod] = totals[pod] ?? 0;
    }
    const replicas = shown.map((total, pod): readonly [string, Counts] => [`p${pod}`, { bad: 0, total }]);
    const control = { bad: 0, total: shown.reduce((a, b) => a + b, 0) };
    looks.push({ elapsedSeconds: look * 15, control, controlReplicas: Object.fromEntries(replicas) });
  }
  const { squares, expected } = dispersionOfHistory(looks).arrivals;
  return squares / expected;
}

describe('how the requests of pods scatter', () => {
  it('is as chance has it where they are independent, and more where they come in clumps', () => {
    expect(indexOf({})).toBeGreaterThan(0.8);
    expect(indexOf({})).toBeLessThan(1.3);
    expect(indexOf({ clump: 20 })).toBeGreaterThan(15);
    expect(indexOf({ clump: 20 })).toBeLessThan(26);
  });

  it('does not take a scrape that was missed for requests in clumps', () => {
    expect(indexOf({ missed: 0.02 })).toBeLessThan(1.4);
    expect(indexOf({ missed: 0.05 })).toBeLessThan(1.6);
  });

  it('does not take pods that came meanwhile for it', () => {
    expect(indexOf({ bornAt: (pod) => (pod < 12 ? 20 + pod : 0) })).toBeLessThan(1.5);
  });
});
