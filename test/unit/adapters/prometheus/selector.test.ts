import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectorWith, seriesKey } from '../../../../src/adapters/prometheus/selector.ts';
import { writeSelector } from '../../../../src/plan/promql/selector.ts';

function canonical(text: string, ...further: string[]): string {
  const selector = selectorWith(text, further);
  return typeof selector === 'string' ? `problem: ${selector}` : writeSelector(selector);
}

const matcher = fc.record({
  label: fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/),
  operator: fc.constantFrom('=' as const, '!=' as const, '=~' as const, '!~' as const),
  value: fc.string({ unit: 'grapheme' }),
});

describe('a selector with further matchers', () => {
  it.each([
    ['up', 'up'],
    ['up{}', 'up'],
    ['{"http.requests", "a b"="1"}', '{"http.requests","a b"="1"}'],
    ['ns:errors_total{ code = "500" , service=~\'web|api\', }', 'ns:errors_total{code="500",service=~"web|api"}'],
    ['x{a=`raw\\d`}', 'x{a="raw\\\\d"}'],
    ['x{a="\\x41\\u00e9\\t"}', 'x{a="Aé\\t"}'],
  ])('reads %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it('adds matchers, also several in one text', () => {
    expect(canonical('x{a="1"}', 'track="canary"', 'b!="2", c=~"3",')).toBe('x{a="1",track="canary",b!="2",c=~"3"}');
  });

  it.each([
    'x{a="1"} or y',
    'sum(x)',
    'x[5m]',
    'x{a="1"',
    'x{a="1}',
    'x{a=1}',
    'x{a="1" b="2"}',
    'x offset 5m',
    'x{a="\\ud800"}',
    'x{a="\\q"}',
    '{a="1"}',
    'x{""="1"}',
    'x{"y", a="1"}',
    '{"x", "y"}',
    '{""}',
    '',
  ])('refuses %s', (text) => {
    expect(canonical(text)).toMatch(/^problem: .* belongs$/);
  });

  it('refuses a matcher that closes the selector early', () => {
    expect(canonical('x', 'a="1"} or y{b="2"')).toMatch(/^problem/);
    expect(canonical('x', 'a="1"', '')).toMatch(/^problem/);
  });

  it('reads what it writes, whatever the values are', () => {
    fc.assert(
      fc.property(fc.array(matcher), fc.array(matcher, { minLength: 1 }), (own, further) => {
        const text = writeSelector({ metric: 'x', matchers: own });
        const added = writeSelector({ metric: 'x', matchers: further }).slice(2, -1);
        expect(selectorWith(text, [added])).toEqual({ metric: 'x', matchers: [...own, ...further] });
      }),
    );
  });

  it('never reads a text as more than one selector', () => {
    const bit = fc.constantFrom('{', '}', '"', "'", '`', '\\', ',', '=', 'a', ' ', '\n', ' or ', ')', '#', '[5m]');
    fc.assert(
      fc.property(
        fc.array(bit).map((bits) => bits.join('')),
        (hostile) => {
          const selector = selectorWith('x', [hostile]);
          if (typeof selector === 'string') return;
          // Outside the quotes, what is written holds nothing but labels, operators and commas; a label may be quoted, too.
          const bare = writeSelector(selector).replace(/"(?:[^"\\]|\\.)*"/g, '""');
          expect(bare).toMatch(/^x\{((a+|"")(=|!=|=~|!~)"",?)*\}$/);
        },
      ),
    );
  });
});

describe('seriesKey', () => {
  it('does not depend on the order of labels and leaves the metric name out', () => {
    expect(seriesKey({ b: '2', __name__: 'x', a: '1"' })).toBe('{a="1\\"",b="2"}');
    expect(seriesKey({ a: '1"', b: '2' })).toBe(seriesKey({ b: '2', a: '1"' }));
  });
});
