import { describe, expect, it } from 'vitest';
import { readSelector } from '../../../../src/plan/promql/selector.ts';
import { isProblem, readPromQl } from '../../../../src/plan/promql/syntax.ts';

describe('reading PromQL', () => {
  it('gives the place where a query stops being one', () => {
    const read = readPromQl('sum(rate(x[5m])');
    expect(isProblem(read) && read.at).toBe(15);
  });

  it.each(['('.repeat(100_000), '-'.repeat(20_000), `x{${'a="1",'.repeat(20_000)}`, 'sum('.repeat(5_000)])(
    'refuses what is too deep or torn, without exhausting the stack (%#)',
    (text) => {
      expect(isProblem(readPromQl(text))).toBe(true);
      expect(typeof readSelector(text)).toBe('string');
    },
  );

  it('does not read what is nested beyond any stack', () => {
    for (const text of ['1+', '(', '-']) expect(isProblem(readPromQl(`${text.repeat(5000)}1`))).toBe(true);
  });

  it('reads names in quotes and writes them back', () => {
    expect(readSelector('{"http.requests", service="web"}')).toEqual({
      metric: 'http.requests',
      matchers: [{ label: 'service', operator: '=', value: 'web' }],
    });
  });
});
