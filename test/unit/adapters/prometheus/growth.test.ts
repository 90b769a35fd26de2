import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Growth } from '../../../../src/adapters/prometheus/growth.ts';

/** A counter's life: what was added before each sample, and whether the process restarted before it. */
const life = fc.array(fc.record({ added: fc.nat(1000), restarted: fc.boolean() }), { minLength: 1, maxLength: 60 });

function samplesOf(steps: readonly { added: number; restarted: boolean }[], start: number): number[] {
  let value = start;
  return steps.map(({ added, restarted }) => {
    value = (restarted ? 0 : value) + added;
    return value;
  });
}

function grownBy(samples: readonly number[], baseline?: number): number {
  const growth = new Growth();
  if (baseline !== undefined) growth.setBaseline('k', {}, baseline);
  for (const sample of samples) growth.enter('k', {}, sample);
  return growth.totals().get('k') ?? Number.NaN;
}

describe('Growth', () => {
  it('is what was added, as long as nothing restarted', () => {
    fc.assert(
      fc.property(life, fc.nat(), (steps, start) => {
        const calm = steps.map(({ added }) => ({ added, restarted: false }));
        const added = calm.reduce((sum, step) => sum + step.added, 0);
        expect(grownBy(samplesOf(calm, start), start)).toBe(added);
        expect(grownBy(samplesOf(calm, 0))).toBe(added);
      }),
    );
  });

  it('never exceeds what was added, since a restart can hide growth but not invent any', () => {
    fc.assert(
      fc.property(life, fc.nat(), (steps, start) => {
        const added = steps.reduce((sum, step) => sum + step.added, 0);
        const grown = grownBy(samplesOf(steps, start), start);
        expect(grown).toBeGreaterThanOrEqual(0);
        expect(grown).toBeLessThanOrEqual(added);
      }),
    );
  });

  it('is additive: the last sample of one span is the baseline of the next', () => {
    fc.assert(
      fc.property(life, life, fc.nat(), (before, after, start) => {
        const first = samplesOf(before, start);
        const second = samplesOf(after, first.at(-1) ?? 0);
        expect(grownBy([...first, ...second], start)).toBe(grownBy(first, start) + grownBy(second, first.at(-1)));
      }),
    );
  });

  it('is the same from the first and last samples of stretches that had no reset', () => {
    fc.assert(
      fc.property(life, fc.nat(), (steps, start) => {
        const samples = samplesOf(steps, start);
        const stretches: number[][] = [];
        for (const sample of samples) {
          const stretch = stretches.at(-1);
          if (stretch === undefined || sample < (stretch.at(-1) ?? 0)) stretches.push([sample]);
          else stretch.push(sample);
        }
        const ends = stretches.flatMap((stretch) => [stretch[0] ?? 0, stretch.at(-1) ?? 0]);
        expect(grownBy(ends, start)).toBe(grownBy(samples, start));
      }),
    );
  });

  it('leaves out a series that was only seen before the span', () => {
    const growth = new Growth();
    growth.setBaseline('old', {}, 5);
    growth.enter('new', {}, 3);
    expect([...growth.totals()]).toEqual([['new', 3]]);
    expect(growth.withoutBaseline()).toEqual(['new']);
  });
});
