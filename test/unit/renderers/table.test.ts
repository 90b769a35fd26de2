import { describe, expect, it } from 'vitest';
import { createStyle } from '../../../src/renderers/style.ts';
import { tableLines } from '../../../src/renderers/table.ts';

const style = createStyle({ columns: 80, unicode: true });
const table = (columns: number, names: string[], ...rows: string[][]): string =>
  tableLines(names, rows, columns, style).join('\n');

describe('a table', () => {
  it('aligns figures to the right and text to the left, also where text is wide', () => {
    expect(table(40, ['Name', 'Share'], ['支払い', '1%'], ['web', '12.5%'])).toBe(
      ['Name    Share', '──────  ─────', '支払い     1%', 'web     12.5%'].join('\n'),
    );
  });

  it('wraps prose before it cuts a name, and sets rows apart then', () => {
    expect(
      table(34, ['Image', 'Change'], ['registry/web:4.2.0', 'shows the wallet'], ['registry/api:4.2.0', 'pays']),
    ).toBe(
      [
        'Image               Change',
        '──────────────────  ──────────────',
        'registry/web:4.2.0  shows the',
        '                    wallet',
        '',
        'registry/api:4.2.0  pays',
      ].join('\n'),
    );
  });

  it('cuts the longest name where not all names fit, and leaves the others whole', () => {
    const row = [
      '2026-12-wallet-checkout',
      'Tue 14:00 – 18:00 America/New_York',
      'api, web',
      'Pay with a wallet at the checkout',
    ];
    const shown = table(59, ['release', 'window', 'services', 'feature'], row);
    expect(shown).toContain('America/New_York');
    expect(shown).not.toContain('2026-12-wallet-checkout');
    for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(59);
  });

  it('becomes names and values where it cannot fit', () => {
    expect(table(16, ['One', 'Two', 'Three'], ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc'])).toBe(
      ['One: aaaaaaaaaa', 'Two: bbbbbbbbbb', 'Three:', 'cccccccccc'].join('\n'),
    );
  });

  it('takes rows that are too short', () => {
    expect(table(40, ['a', 'b'], ['x'])).toBe('a  b\n─  ─\nx');
  });
});
