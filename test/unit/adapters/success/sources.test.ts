import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCsv } from '../../../../src/adapters/success/csv.ts';
import { numberOf } from '../../../../src/adapters/success/no-data.ts';
import { resolvePointer } from '../../../../src/adapters/success/pointer.ts';

describe('a JSON Pointer', () => {
  // The examples of RFC 6901, section 5.
  const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'c%d': 2, 'm~n': 8, ' ': 7 };
  test.each([
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/m~0n', 8],
    ['/ ', 7],
  ])('%s finds %s', (pointer, value) => {
    expect(resolvePointer(document, pointer)).toEqual({ value });
  });

  test.each(['/foo/-', '/foo/01', '/foo/2', '/nowhere', 'foo', '/__proto__', '/foo/length'])(
    '%s finds nothing',
    (pointer) => {
      expect(resolvePointer(document, pointer)).toBeUndefined();
    },
  );

  test('that is empty is the whole document', () => {
    expect(resolvePointer(document, '')).toEqual({ value: document });
  });
});

describe('CSV', () => {
  test('reads back what was written, whatever the fields hold', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é') });
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(rows, (table) => {
        const text = table.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')).join('\r\n');
        expect(parseCsv(text, ',')).toEqual(table);
      }),
    );
  });

  test('skips blank lines and a byte order mark, and refuses a quote that is never closed', () => {
    expect(parseCsv('\uFEFFday;n\n\n2026-12-04;5\n', ';')).toEqual([
      ['day', 'n'],
      ['2026-12-04', '5'],
    ]);
    expect(parseCsv('a,"b\n', ',')).toBeUndefined();
  });
});

describe('a number', () => {
  test.each([12, '12', ' 1.50 ', '-3e2', '.5'])('is %s', (value) => {
    expect(numberOf(value, 'it')).toMatchObject({ ok: true });
  });

  test.each(['', 'NaN', 'Infinity', '0x10', '1,5', true, [1], {}, null, undefined, Number.NaN])(
    'is not %s',
    (value) => {
      expect(numberOf(value, 'it').ok).toBe(false);
    },
  );
});
