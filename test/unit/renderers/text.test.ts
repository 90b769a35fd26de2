import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, pad, truncate, wrap } from '../../../src/renderers/width.ts';

const mixed = fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '支', 'é', 'e\u0301', '🚀', '👩‍🚀'), maxLength: 60 });

describe('width', () => {
  it.each([
    ['abc', 3],
    ['支払い', 6],
    ['e\u0301', 1],
    ['👩‍🚀', 2],
    ['✓ ✗ … ─ ▂', 9],
    ['⚠️', 2],
    ['', 0],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('wrapping fits, and loses nothing but spaces', () => {
    fc.assert(
      fc.property(mixed, fc.integer({ min: 2, max: 30 }), (text, width) => {
        const lines = wrap(text, width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });

  it('a path is cut behind what joins its parts, where that leaves half a line', () => {
    expect(wrap('services/api/migrations/20261102_wallet.up.sql:1', 20)).toEqual([
      'services/api/',
      'migrations/20261102_',
      'wallet.up.sql:1',
    ]);
    expect(wrap('a/bcdefghijklmnop', 10)).toEqual(['a/bcdefghi', 'jklmnop']);
  });

  it('a length of time is not cut between its number and its unit', () => {
    expect(wrap('the change window opens in 10 d 8 h', 34)).toEqual(['the change window opens in 10 d', '8 h']);
    expect(wrap('the change window opens in 10 d', 29)).toEqual(['the change window opens in', '10 d']);
    expect(wrap('watched for 15 min, of 15 min', 26)).toEqual(['watched for 15 min, of', '15 min']);
    expect(wrap('of 12 services', 6)).toEqual(['of 12', 'servic', 'es']);
  });

  it('wrapping ends even where nothing fits', () => {
    expect(wrap('支払', 1)).toEqual(['支', '払']);
    expect(wrap('x', 0)).toEqual(['x']);
  });

  it('padding and truncating give the width that is asked for', () => {
    fc.assert(
      fc.property(mixed, fc.integer({ min: 1, max: 30 }), (text, width) => {
        expect(displayWidth(truncate(text, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(pad(truncate(text, width), width))).toBe(width);
      }),
    );
  });
});
