import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { createStyle, mark, PALETTE } from '../../../src/renderers/style.ts';

/** Red, green, blue of a number of the 256-colour palette (xterm: a 6 × 6 × 6 cube, then 24 greys). */
function rgb(number: number): readonly number[] {
  if (number >= 232) return Array(3).fill(8 + 10 * (number - 232));
  const level = (n: number): number => (n === 0 ? 0 : 55 + 40 * n);
  const cube = number - 16;
  return [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level);
}

/** Relative luminance as WCAG 2.1 defines it. */
function luminance(number: number): number {
  const [red = 0, green = 0, blue = 0] = rgb(number).map((value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('colours', () => {
  it.each(Object.entries(PALETTE))('%s can be read on black and on white', (_, number) => {
    const light = luminance(number);
    expect((light + 0.05) / 0.05).toBeGreaterThanOrEqual(3.9);
    expect(1.05 / (light + 0.05)).toBeGreaterThanOrEqual(3.9);
  });

  it('come from the theme of a terminal that has sixteen', () => {
    const style = createStyle({ columns: 80, unicode: true, chalk: new Chalk({ level: 1 }) });
    expect(style.paint.warn('x')).toBe('\u001b[33mx\u001b[39m');
  });

  it('a paint takes one text, so that it can be mapped over lines', () => {
    const style = createStyle({ columns: 80, unicode: true, chalk: new Chalk({ level: 2 }) });
    expect(['a', 'b'].map(style.paint.bold)).toEqual(['\u001b[1ma\u001b[22m', '\u001b[1mb\u001b[22m']);
  });

  it('without chalk there are none', () => {
    expect(mark('failed', createStyle({ columns: 80, unicode: true }))).toBe('✗');
  });
});
