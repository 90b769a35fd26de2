import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { varianceOfMean } from '../../../../src/domain/judge/dispersion.ts';
import { addDispersion, NO_DISPERSION } from '../../../../src/domain/judge/dispersion-sums.ts';
import { replicaWandering } from '../../../../src/domain/judge/wandering.ts';
import { createRandom } from '../../../bench/judge/random.ts';

const MEMORY = 90;
const shareLeft = (seconds: number) => varianceOfMean(MEMORY, seconds);
// Counts are expected values, without chance: nothing is to be taken off.
const of = { clumping: 0, without: [], shareLeft };

/** Sums over looks of 15 s of replicas whose bad ratio is so many times the base. */
function sumsOf(replicas: number, looks: number, times: (replica: number, look: number) => number) {
  let sums = NO_DISPERSION;
  const bad = Array.from({ length: replicas }, () => 0);
  for (let look = 0; look < looks; look += 1) {
    const grown = bad.map((_, replica) => 10 * times(replica, look));
    for (const [replica, one] of grown.entries()) bad[replica] = (bad[replica] ?? 0) + one;
    const control = { bad: grown.reduce((a, b) => a + b, 0), total: 10_000 * replicas };
    const counts = Object.fromEntries(
      bad.map((sum, replica) => [`r${replica}`, { bad: sum, total: 10_000 * (look + 1) }]),
    );
    sums = addDispersion(sums, { canary: { bad: 0, total: 0 }, control, seconds: 15 }, counts);
  }
  return sums;
}

describe('how replicas differ over a span', () => {
  it('is the same over any span where they differ for good', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.2, max: 3, noNaN: true }), { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 1, max: 130 }),
        fc.double({ min: 1, max: 20_000, noNaN: true }),
        (times, looks, seconds) => {
          const sums = sumsOf(times.length, looks, (replica) => times[replica] ?? 1);
          const mean = times.reduce((a, b) => a + b, 0) / times.length;
          const variance = times.reduce((sum, one) => sum + (one / mean - 1) ** 2, 0) / (times.length - 1);
          expect(replicaWandering(sums, seconds, of)).toBeCloseTo(variance, 8);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('falls as noise is forgotten, within what was seen and beyond it', () => {
    const random = createRandom(31);
    const phi = Math.exp(-(2 * 15) / MEMORY);
    const noise = Array.from({ length: 400 }, () => {
      let value = random.normal();
      return Array.from({ length: 120 }, () => {
        const now = 1 + 0.2 * value;
        value = phi * value + Math.sqrt(1 - phi ** 2) * random.normal();
        return now;
      });
    });
    const sums = sumsOf(400, 120, (replica, look) => noise[replica]?.[look] ?? 1);
    // The noise steps from look to look, so over spans of few looks it has forgotten a little less than a continuous one.
    for (const seconds of [60, 300, 900, 1800, 5400]) {
      const measured = replicaWandering(sums, seconds, of) / (0.04 * shareLeft(seconds));
      expect(measured).toBeGreaterThan(0.8);
      expect(measured).toBeLessThan(1.3);
    }
  });

  it('is what was measured at the spans that were measured', () => {
    const sums = sumsOf(5, 60, (replica, look) => 1 + replica / 10 + (((replica + look) * 7) % 5) / 10);
    const block = sums.replicaBlocks[2];
    const scatters = Object.values(block?.replicas ?? {});
    const squares = scatters.reduce((sum, one) => sum + one.squares, 0);
    const scale = scatters.reduce((sum, one) => sum + one.scale, 0);
    expect(block).toMatchObject({ terms: 15, seconds: 900 });
    expect(replicaWandering(sums, 60, of)).toBeCloseTo(squares / (scale * (1 - 1 / 5)), 10);
  });

  it('leaves out replicas that are left out, over every span', () => {
    const sick = sumsOf(6, 40, (replica) => (replica === 3 ? 50 : 1 + replica / 100));
    for (const seconds of [20, 200, 600, 900]) {
      expect(replicaWandering(sick, seconds, { ...of, without: ['r3'] })).toBeLessThan(1);
      expect(replicaWandering(sick, seconds, of)).toBeGreaterThan(3);
    }
  });

  it('knows a replica that is called as a member that every object has', () => {
    let sums = NO_DISPERSION;
    for (let look = 1; look <= 8; look += 1) {
      sums = addDispersion(
        sums,
        { canary: { bad: 0, total: 0 }, control: { bad: 30, total: 20_000 }, seconds: 15 },
        { constructor: { bad: 10 * look, total: 10_000 * look }, other: { bad: 20 * look, total: 10_000 * look } },
      );
    }
    expect(replicaWandering(sums, 60, of)).toBeCloseTo(2 / 9, 10);
  });
});
