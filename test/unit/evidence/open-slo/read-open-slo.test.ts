import { describe, expect, test } from 'vitest';
import { readOpenSlo } from '../../../../src/evidence/open-slo/read-open-slo.ts';
import { complement, counterOf } from '../../../../src/evidence/open-slo/selector.ts';
import { writeSelector } from '../../../../src/plan/promql/selector.ts';

const ratio = (good: string, total: string, kind = 'good') => `ratioMetric:
        counter: true
        ${kind}:
          metricSource: { type: Prometheus, spec: { query: '${good}' } }
        total:
          metricSource: { type: Prometheus, spec: { query: '${total}' } }`;
const slo = (indicator: string, objectives = '- target: 0.999', more = '') => `apiVersion: openslo/v1
kind: SLO
metadata:
  name: web-availability
spec:
  service: web
  indicator:
    metadata: { name: x }
    spec:
      ${indicator}
  timeWindow: [{ duration: 28d, isRolling: true }]
${more}  objectives:
    ${objectives}
`;
const read = (text: string) => readOpenSlo(text, 'slo.yaml');

describe('OpenSLO v1', () => {
  test('a ratio of counters becomes an SLO of the plan', () => {
    expect(
      read(
        slo(
          ratio(
            'sum(rate(http_requests_total{service="web",code!~"5.."}[5m]))',
            'sum(rate(http_requests_total{service="web"}[5m]))',
          ),
        ),
      ),
    ).toEqual({
      slos: [
        {
          slo: {
            name: 'web-availability',
            service: 'web',
            objective: '99.9%',
            good: 'http_requests_total{service="web",code!~"5.."}',
            total: 'http_requests_total{service="web"}',
          },
          place: { file: 'slo.yaml', line: 18, column: 7 },
          notes: [],
        },
      ],
      unconverted: [],
    });
  });

  test('bad events are turned round', () => {
    const { slos } = read(slo(ratio('x_total{code=~"5.."}', 'x_total', 'bad')));
    expect(slos[0]?.slo.good).toBe('x_total{code!~"5.."}');
    expect(slos[0]?.notes).toEqual(['good events are those that are not bad']);
  });

  test('several objectives, percent targets, time slices', () => {
    const { slos } = read(
      slo(
        ratio('a', 'b'),
        '- displayName: gold\n      targetPercent: 99.95\n    - target: 0.29\n      timeSliceTarget: 0.9',
      ),
    );
    expect(slos.map((s) => [s.slo.name, s.slo.objective, s.notes.length])).toEqual([
      ['web-availability gold', '99.95%', 0],
      ['web-availability 2', '29%', 1],
    ]);
  });

  test('an indicator of its own document, in any order', () => {
    const sli = `apiVersion: openslo/v1\nkind: SLI\nmetadata: { name: ok }\nspec:\n      ${ratio('a', 'b')}\n`;
    const ref =
      'apiVersion: openslo/v1\nkind: SLO\nmetadata: { name: s }\nspec:\n  service: web\n  indicatorRef: ok\n  objectives: [{ target: 0.9 }]\n';
    for (const text of [`${ref}---\n${sli}`, `# note\n---\n${sli}---\n${ref}`]) expect(read(text).slos).toHaveLength(1);
    expect(read(ref).unconverted).toEqual([
      { name: 's', reason: 'its indicator ok is not in this file', place: { file: 'slo.yaml', line: 6, column: 17 } },
    ]);
  });

  test.each([
    ['thresholdMetric:\n        metricSource: { type: Prometheus, spec: { query: x } }', /no ratioMetric/],
    [ratio('histogram_quantile(0.9, x)', 'b'), /good: "histogram_quantile/],
    [ratio('a', 'b').replace('Prometheus', 'Datadog'), /source is Datadog/],
    [ratio('a', 'b').replace('counter: true', 'counter: false'), /no counters/],
    [ratio('x{a="1"}', 'y', 'bad'), /bad events/],
    [ratio('a', 'b').replace('good:', 'goood:'), /bad: it is missing/],
  ])('what cannot be converted is said: %s', (indicator, reason) => {
    const { slos, unconverted } = read(slo(indicator));
    expect(slos).toEqual([]);
    expect(unconverted).toMatchObject([{ name: 'web-availability', reason: expect.stringMatching(reason) }]);
  });

  test.each([
    ['service: web', 'service: Web Shop', /service/],
    ['target: 0.999', 'target: 1.5', /objective/],
    ['target: 0.999', 'value: 3', /no target/],
  ])('an SLO that no plan can hold is said: %s -> %s', (from, to, reason) => {
    expect(read(slo(ratio('a', 'b')).replace(from, to)).unconverted[0]?.reason).toMatch(reason);
  });

  test.each(['kind: SLO', 'apiVersion: openslo/v1alpha\nkind: SLO', ''])(
    'a file without openslo/v1 is unreadable: %j',
    (text) => {
      expect(() => read(text)).toThrowError(expect.objectContaining({ code: 'evidence.unreadable' }));
    },
  );

  test('the guarded reader refuses bombs and odd YAML', () => {
    expect(() => read('a: &a [1]\nb: *a')).toThrowError(expect.objectContaining({ code: 'plan.yaml-feature' }));
    expect(() => read('['.repeat(5000))).toThrowError(expect.objectContaining({ code: 'plan.too-deep' }));
  });
});

describe('queries', () => {
  test.each([
    ['http_requests_total', 'http_requests_total'],
    ['sum(http_requests_total{a="b"})', 'http_requests_total{a="b"}'],
    ['sum by (x) (increase(a:b{c=~"d|e", f!="g"}[{{.window}}]))', 'a:b{c=~"d|e",f!="g"}'],
    ['sum(rate(x{a="}"}[5m])) by (b)', 'x{a="}"}'],
    ['(x)', 'x'],
    ['sum(a) + sum(b)', undefined],
    ['sum(a) / sum(b)', undefined],
    ['histogram_quantile(0.9, a)', undefined],
    ['avg(a)', undefined],
    ['a{b}', undefined],
    ['a or b', undefined],
    ['', undefined],
  ])('%s', (query, expected) => {
    const found = counterOf(query);
    expect(found && writeSelector(found)).toBe(expected);
  });

  test('a complement needs one matcher more on the same counter', () => {
    const of = (query: string) => counterOf(query) ?? { metric: '', matchers: [] };
    expect(complement(of('x{a="1",b="2"}'), of("x{a='1'}"))).toEqual({
      metric: 'x',
      matchers: [
        { label: 'a', operator: '=', value: '1' },
        { label: 'b', operator: '!=', value: '2' },
      ],
    });
    expect(complement(of('x{b="2"}'), of('x{a="1"}'))).toBeUndefined();
    expect(complement(of('y{b="2"}'), of('x'))).toBeUndefined();
    expect(complement(of('x{a="1",b="2"}'), of('x'))).toBeUndefined();
  });
});
