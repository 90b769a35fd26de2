import { afterEach, describe, expect, it } from 'vitest';
import { createConnectionApi } from '../../../../src/adapters/kubectl/connection/api.ts';
import { type Connection, createConnection } from '../../../../src/adapters/kubectl/connection/connection.ts';
import { createServiceFetch } from '../../../../src/adapters/kubectl/service-fetch.ts';
import { createPrometheusMetrics } from '../../../../src/adapters/prometheus/metrics.ts';
import { serviceEndpoint, urlOf } from '../../../../src/plan/endpoint.ts';
import { type Answer, type StandInProxy, startStandIn } from '../../../support/kube-proxy.ts';

/** What an API server says in place of a Service, and what the Service says, are told apart, and neither becomes a number. */
let connection: Connection | undefined;
const started: StandInProxy[] = [];
afterEach(() => {
  connection?.end();
  for (const one of started.splice(0)) one.stop();
});

const service = serviceEndpoint.parse({
  via: 'kubectl',
  namespace: 'monitoring',
  service: 'prometheus',
  port: 'web',
  path: '/prom',
});

function open(answer: Answer): typeof fetch {
  const start = async () => {
    const proxy = await startStandIn(answer);
    started.push(proxy);
    return proxy;
  };
  connection = createConnection({ start, deadline: 20_000, byHand: (path) => `get ${path}` });
  return createServiceFetch(createConnectionApi(connection), service, 'prod');
}

function scalar(answer: Answer, query = '1') {
  const access = { url: urlOf(service), fetch: open(answer), onlyGet: true };
  return createPrometheusMetrics({ ...access, timeout: 10_000, staleAfter: 60 }).scalar(query, 0);
}

const one = '{"status":"success","data":{"resultType":"scalar","result":[0,"1"]}}';
const refusal = (code: number, reason: string, message: string) =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });

describe('a Prometheus behind the API server', () => {
  it('is asked at its port by name, below its prefix, with GET however long the query is', async () => {
    const asked: (string | undefined)[] = [];
    const query = `1 or vector(${'1'.repeat(5000)})`;
    const reading = await scalar((request, response) => {
      asked.push(request.method, request.url?.split('?')[0]);
      response.end(one);
    }, query);
    expect(reading).toEqual({ ok: true, value: 1 });
    const path = '/api/v1/namespaces/monitoring/services/http:prometheus:web/proxy/prom/api/v1/query';
    expect(asked.slice(0, 2)).toEqual(['GET', path]);
  });

  it.each([
    ['no right', 403, refusal(403, 'Forbidden', 'services "prometheus" is forbidden: User "ci"'), 'prod: (Forbidden)'],
    ['no such Service', 404, refusal(404, 'NotFound', 'services "prometheus" not found'), 'services "prometheus" not'],
    ['nobody behind it', 503, refusal(503, 'ServiceUnavailable', 'no endpoints available'), 'no endpoints available'],
    ['a pod that is gone', 503, 'error trying to reach service: dial tcp 10.0.0.9:9090: refused', '10.0.0.9:9090'],
    ['an expired token', 401, refusal(401, 'Unauthorized', 'Unauthorized'), 'prod: (Unauthorized)'],
  ])('is unreachable with %s, and the API server says so', async (_, status, body, detail) => {
    const reading = await scalar((_request, response) => response.writeHead(status).end(body));
    expect(reading).toMatchObject({
      ok: false,
      noData: { reason: 'unreachable', detail: expect.stringContaining(`the API server of prod`) },
    });
    expect(reading).toMatchObject({ noData: { detail: expect.stringContaining(detail) } });
  });

  it.each([
    ['its own error', 400, '{"status":"error","errorType":"bad_data","error":"parse error"}', 'parse error'],
    ['a tenant that may not read', 403, 'forbidden', 'does not let this login read (HTTP 403)'],
    ['a login page', 200, '<!doctype html><title>Sign in</title>', 'a web page, perhaps a login'],
    ['a login of its own', 401, 'Unauthorized', 'a login of its own (HTTP 401), which the API server does not pass on'],
    ['a redirect', 302, '', 'answered HTTP 302'],
    ['an answer without a body', 204, '', 'answered HTTP 204'],
  ])('is no data with %s', async (_, status, body, detail) => {
    const reading = await scalar((_request, response) => response.writeHead(status).end(body));
    expect(reading).toMatchObject({ ok: false, noData: { detail: expect.stringContaining(detail) } });
  });

  it('is asked again with another kubectl when the token was renewed meanwhile', async () => {
    const reading = await scalar((_request, response) => {
      if (started.length === 1) response.writeHead(401).end(refusal(401, 'Unauthorized', 'Unauthorized'));
      else response.end(one);
    });
    expect(reading).toEqual({ ok: true, value: 1 });
    expect(started).toHaveLength(2);
  });
});
