import { describe, expect, it } from 'vitest';
import { NO_ARRIVALS, observeArrivals, type ShareFinding } from '../../../../src/domain/judge/share.ts';
import { createRandom } from '../../../bench/judge/random.ts';

const SHARE = 0.01;
const test = { expected: SHARE, sums: { arrivals: { squares: 0, expected: 0 } }, limit: -Math.log(0.005) };

/** Counts every 15 s for so long, of a service of 1,000 requests a second whose canary counts so much of its share. */
function watch(counted: number, seconds: number, seed: number): ShareFinding | undefined {
  const random = createRandom(seed);
  let arrivals = NO_ARRIVALS;
  let [at, canary, control] = [random.uniform() * 15, 0, 0];
  for (let before = 0; at < seconds; at += 15) {
    canary += random.poisson(1000 * SHARE * counted * (at - before));
    control += random.poisson(1000 * (1 - SHARE) * (at - before));
    before = at;
    arrivals = observeArrivals(arrivals, { seconds: at, canary, control }, test);
  }
  return arrivals.found;
}

const found = (counted: number, seconds: number, canaries: number) =>
  Array.from({ length: canaries }, (_, seed) => watch(counted, seconds, 9000 + seed)).filter(
    (one) => one !== undefined,
  );

describe('the share of the requests', () => {
  it('finds a fifth that is lost nearly as often in two minutes as a test that knows how much is lost, which finds 97%', () => {
    const lost = found(0.8, 120, 1500);
    expect(lost.length / 1500).toBeGreaterThan(0.945);
    expect(new Set(lost.map(({ direction }) => direction))).toEqual(new Set(['lost']));
  });

  it('finds small and large losses too', () => {
    expect(found(0.9, 900, 200).length).toBeGreaterThanOrEqual(198);
    expect(found(0.5, 60, 200).length).toBeGreaterThanOrEqual(198);
    expect(found(0.2, 45, 200).length).toBeGreaterThanOrEqual(198);
  });

  it('says nothing of a share that is right or rounded', () => {
    expect(found(1, 900, 300)).toEqual([]);
    expect(found(0.985, 900, 300)).toEqual([]);
  });
});
