import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bar, sparkline } from '../../../src/renderers/spark.ts';

const ratio = fc.double({ min: 0, max: 3, noNaN: true });

describe('a sparkline', () => {
  it('draws a scale, a gap and a zero', () => {
    expect(sparkline([0, 1, undefined, 4, 8], { width: 5, unicode: true })).toBe('▁▂ ▅█');
    expect(sparkline([0, 1, undefined, 4, 8], { width: 5, unicode: false })).toBe('_. +@');
  });

  it('keeps the newest values and sets few to the right', () => {
    expect(sparkline([8, 0, 8], { width: 2, unicode: true })).toBe('▁█');
    expect(sparkline([8], { width: 3, unicode: true })).toBe('  █');
  });

  it('shares a scale with others', () => {
    expect(sparkline([1], { width: 1, unicode: true, max: 100 })).toBe('▂');
  });

  it('is always exactly as wide as asked, and never shows a bad event as none', () => {
    fc.assert(
      fc.property(fc.array(fc.option(ratio, { nil: undefined })), fc.integer({ min: 1, max: 40 }), (values, width) => {
        const line = Array.from(sparkline(values, { width, unicode: true }));
        expect(line).toHaveLength(width);
        for (const [index, value] of values.slice(-width).reverse().entries()) {
          const drawn = line[width - 1 - index];
          if (value === undefined) expect(drawn).toBe(' ');
          else if (value > 0) expect(drawn).not.toBe('▁');
        }
      }),
    );
  });
});

describe('a bar', () => {
  it('is full exactly when the limit is reached', () => {
    fc.assert(
      fc.property(ratio, fc.integer({ min: 1, max: 40 }), (value, width) => {
        const drawn = bar(value, 1, { width, unicode: true });
        expect(Array.from(drawn)).toHaveLength(width);
        expect(drawn === '█'.repeat(width)).toBe(value >= 1);
      }),
    );
  });

  it.each([undefined, Number.NaN])('without a value (%s) is neither empty nor full', (value) => {
    expect(bar(value, 1, { width: 3, unicode: true })).toBe('···');
  });
});
