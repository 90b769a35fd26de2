import { describe, expect, it } from 'vitest';
import { readSlos } from '../../../../src/evidence/slo-formats/read-slos.ts';

const read = (text: string) => readSlos(text, 'slo.yaml');

/** As the getting-started page of sloth.dev has it. */
const SLOTH = `version: "prometheus/v1"
service: "myservice"
labels:
  owner: "myteam"
slos:
  - name: "requests-availability"
    objective: 99.9
    description: "Common SLO based on availability for HTTP request responses."
    sli:
      events:
        error_query: sum(rate(http_request_duration_seconds_count{job="myservice",code=~"(5..|429)"}[{{.window}}]))
        total_query: sum(rate(http_request_duration_seconds_count{job="myservice"}[{{.window}}]))
    alerting:
      name: MyServiceHighErrorRate
`;

/** As the examples of Pyrra have it. */
const PYRRA = (indicator: string, labels = '') => `apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata:
  name: prometheus-http-errors
  labels: { prometheus: k8s${labels} }
spec:
  target: '99.5'
  window: 4w
  indicator:
    ${indicator}
`;
const RATIO = `ratio:
      errors: { metric: 'http_requests_total{job="web",code=~"5.."}' }
      total: { metric: 'http_requests_total{job="web"}' }`;

describe('SLOs of Sloth', () => {
  it('count good events as those that are no errors', () => {
    expect(read(SLOTH)).toMatchObject({
      slos: [
        {
          slo: {
            name: 'requests-availability',
            service: 'myservice',
            objective: '99.9%',
            good: 'http_request_duration_seconds_count{job="myservice",code!~"(5..|429)"}',
            total: 'http_request_duration_seconds_count{job="myservice"}',
          },
          place: { file: 'slo.yaml', line: 6 },
        },
      ],
      unconverted: [],
    });
  });

  it('say the same as objects of Kubernetes', () => {
    const body = SLOTH.split('\n')
      .slice(1)
      .map((line) => `  ${line}`)
      .join('\n');
    const object = `apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata: { name: x }
spec:
${body.replace('error_query', 'errorQuery').replace('total_query', 'totalQuery')}`;
    expect(read(object).slos.map(({ slo }) => slo)).toEqual(read(SLOTH).slos.map(({ slo }) => slo));
  });

  it.each([
    [
      'a ready-made ratio',
      SLOTH.replace(/events:[\s\S]*?alerting/, 'raw: { error_ratio_query: x }\n    alerting'),
      /counts no events/,
    ],
    ['a quotient', SLOTH.replace(/error_query: .*/, 'error_query: a / b'), /not a sum or rate/],
    [
      'errors of another counter',
      SLOTH.replace('error_query: sum(rate(http_request', 'error_query: sum(rate(grpc_request'),
      /one more label/,
    ],
    ['no objective', SLOTH.replace(/objective: 99.9/, 'objective: much'), /objective/],
  ])('with %s are named with the reason', (_, text, reason) => {
    expect(read(text)).toMatchObject({ slos: [], unconverted: [{ reason: expect.stringMatching(reason) }] });
  });
});

describe('SLOs of Pyrra', () => {
  it('are ratios and latencies; the service stands on the object or in the counter', () => {
    expect(read(PYRRA(RATIO)).slos).toMatchObject([
      {
        slo: {
          name: 'prometheus-http-errors',
          service: 'web',
          objective: '99.5%',
          good: 'http_requests_total{job="web",code!~"5.."}',
        },
      },
    ]);
    const latency = `latency:
      success: { metric: 'http_seconds_bucket{job="web",le="1"}' }
      total: { metric: 'http_seconds_count{job="web"}' }`;
    expect(read(PYRRA(latency, ', app.kubernetes.io/name: api')).slos).toMatchObject([
      {
        slo: { service: 'api', good: 'http_seconds_bucket{job="web",le="1"}', total: 'http_seconds_count{job="web"}' },
      },
    ]);
  });

  it.each([
    ['another indicator', PYRRA("bool_gauge: { metric: 'up' }"), /neither a ratio nor a latency/],
    ['no service', PYRRA(RATIO.replaceAll('job="web",', '').replaceAll('job="web"', '')), /of which service/],
    [
      'a query in place of a metric',
      PYRRA(RATIO.replace("total: { metric: 'http", "total: { metric: 'sum(http")),
      /not a counter/,
    ],
  ])('with %s are named with the reason', (_, text, reason) => {
    expect(read(text)).toMatchObject({ slos: [], unconverted: [{ reason: expect.stringMatching(reason) }] });
  });
});

it('several formats may stand in one file, and other documents between them', () => {
  const found = read(`${SLOTH}---\nkind: ConfigMap\n---\n${PYRRA(RATIO)}`);
  expect(found.slos.map(({ slo }) => slo.name)).toEqual(['requests-availability', 'prometheus-http-errors']);
  expect(read('kind: ConfigMap\n')).toEqual({ slos: [], unconverted: [] });
});
