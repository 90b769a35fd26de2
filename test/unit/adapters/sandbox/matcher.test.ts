import { describe, expect, it } from 'vitest';
import { matches, parseMatchers, parseSelector, seriesName } from '../../../../src/adapters/sandbox/matcher.ts';
import { canonicalSelector } from '../../../../src/plan/promql/selector.ts';

const web = { service: 'web', code: '503' };
const hit = (text: string) => matches(web, parseMatchers(text) ?? []);

describe('matchers', () => {
  it.each([
    ['service="web"', true],
    ['service=\'web\', code = "503",', true],
    ['service!="web"', false],
    ['code=~"5.."', true],
    ['code=~"5."', false],
    ['code!~"5.."', false],
    ['code=~"4..|503"', true],
    ['missing=""', true],
    ['missing!=""', false],
  ])('%s on a 503 of web is %s', (text, expected) => {
    expect(hit(text)).toBe(expected);
  });

  it('reads escapes, and commas and braces inside of quotes', () => {
    expect(parseMatchers('path="a,b{c}\\"d\\\\"')).toEqual([{ label: 'path', operator: '=', value: 'a,b{c}"d\\' }]);
  });

  it.each(['service=web', 'service', 'code=~"("', '="x"', 'a="1" b="2"', '{a="1"}'])('does not read %s', (text) => {
    expect(parseMatchers(text)).toBeUndefined();
  });
});

describe('selectors', () => {
  it('are a metric with matchers', () => {
    expect(parseSelector('up')).toEqual({ metric: 'up', matchers: [] });
    expect(parseSelector(' a:b_total { x = "1" } ')?.matchers).toEqual([{ label: 'x', operator: '=', value: '1' }]);
  });

  it.each(['', '1up', 'up{', 'sum(up)', 'up[5m]', 'up{x=1}'])('are not %j', (text) => {
    expect(parseSelector(text)).toBeUndefined();
  });

  it('have one text for all spellings', () => {
    const text = (selector: string) => canonicalSelector(parseSelector(selector) ?? { metric: '', matchers: [] });
    expect(text('a{x="1",y!="2"}')).toBe(text("a{ y != '2', x='1', }"));
    expect(text('a{x="1"}')).not.toBe(text('a{x!="1"}'));
  });
});

describe('names of series', () => {
  it('do not depend on the order of labels and can be read back', () => {
    expect(seriesName({ b: '2', a: 'x"y' })).toBe(seriesName({ a: 'x"y', b: '2' }));
    expect(parseMatchers(seriesName({ b: '2', a: 'x"y' }).slice(1, -1))?.map((m) => m.value)).toEqual(['x"y', '2']);
  });
});
