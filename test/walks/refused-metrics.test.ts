import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { createEndpointFetch } from '../../src/adapters/http/login.ts';
import { createPrometheusMetrics } from '../../src/adapters/prometheus/metrics.ts';
import { type Endpoint, endpointSchema } from '../../src/plan/endpoint.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { awsStore } from '../support/aws-store.ts';
import { type Company, openCompany } from '../support/company.ts';
import { toProduction, walkTo } from '../support/company-walk.ts';
import { startHttpServer, type TestServer } from '../support/http-server.ts';

/**
 * A login that ends while a good canary is watched: each way that a store refuses it is no data, so the canary goes back, and the record, the screen and the
 * message say which way it was.
 */

let company: Company;
let server: TestServer;
beforeEach(async () => {
  company = await openCompany();
  await walkTo(company, 'ready');
  await company.advanceToWindow();
});
afterEach(async () => {
  company.close();
  await server.stop();
});

/** Deploys with the metrics of the sandbox until the canary was looked at once, and then with those of a store on loopback. */
async function deployUntilRefused(answer: Parameters<typeof startHttpServer>[0], endpoint: object = {}) {
  server = await startHttpServer(answer);
  const refusing = storeAt(endpointSchema.parse({ url: server.url, ...endpoint }) as Endpoint);
  let looked = false;
  const { environments, sink } = company.as('anyone@example.com');
  return toProduction(
    company,
    {},
    {
      environments: {
        ...environments,
        metrics: (environment, region) =>
          environment === 'production'
            ? switching(environments.metrics(environment, region), refusing, () => looked)
            : environments.metrics(environment, region),
      },
      sink: {
        emit(progress) {
          looked ||= progress.type === 'canary.look';
          sink.emit(progress);
        },
      },
    },
  );
}

function storeAt(endpoint: Endpoint): Metrics {
  const env = { TOKEN: 'good-an-hour-ago', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example-secret' };
  const fetch = createEndpointFetch(endpoint, { env, cwd: company.git.root, exec });
  return createPrometheusMetrics({ url: endpoint.url, staleAfter: 60, timeout: 10_000, fetch });
}

/** Each question goes to the second store from a moment on. */
function switching(first: Metrics, second: Metrics, isOver: () => boolean): Metrics {
  return new Proxy(first, {
    get: (_target, name: keyof Metrics) => Reflect.get(isOver() ? second : first, name),
  });
}

const says = (status: number, body: string, headers: Record<string, string> = {}) =>
  ((_request, response) => void response.writeHead(status, headers).end(body)) as Parameters<typeof startHttpServer>[0];
const EXPIRED = { 'www-authenticate': 'Bearer error="invalid_token", error_description="The access token expired"' };
const bearer = { login: { kind: 'bearer', tokenFrom: 'TOKEN' }, headers: { 'X-Scope-OrgID': 'shop' } };
const aws = { login: { kind: 'sigv4', region: 'eu-central-1', service: 'aps' } };
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret', isExpired: true };

describe('a canary whose metrics are refused while it is watched', () => {
  it.each([
    ['an expired token', says(401, '', EXPIRED), bearer, '(HTTP 401): The access token expired'],
    ['401', says(401, 'Unauthorized'), bearer, 'wants a login, or refuses the one that it got (HTTP 401)'],
    ['403', says(403, 'Forbidden'), bearer, 'does not let this login read (HTTP 403)'],
    ['another tenant', says(403, '{"error":"no such tenant"}'), bearer, '(HTTP 403): no such tenant'],
    [
      'a tenant that has none of it',
      says(200, '{"status":"success","data":{"resultType":"matrix","result":[]}}'),
      bearer,
      'not sampled',
    ],
    ['a login page', says(200, '<!doctype html><title>Sign in</title>'), bearer, 'a web page, perhaps a login'],
    ['a redirect to one', says(302, '', { location: 'https://login.example.com/' }), {}, 'HTTP 302, which points to'],
    ['an expired token of AWS', awsStore([keys], ''), aws, 'The security token included in the request is expired'],
  ])('goes back with %s', async (_, answer, endpoint, said) => {
    const before = await company.production();
    const outcome = await deployUntilRefused(answer, endpoint);
    expect(server.requests.length).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ result: 'failed', data: { code: 'canary.inconclusive', phase: 'rolled-back' } });
    const { events } = await company.plan();
    expect(events.some(({ type }) => type === 'canary.promoted')).toBe(false);
    const judged = events.find(({ type }) => type === 'canary.judged')?.data as { verdict: string; reason: string };
    expect(judged.verdict).toBe('inconclusive');
    expect(judged.reason).toContain('no data');
    expect(judged.reason).toContain(said);
    expect(JSON.stringify(outcome)).toContain(JSON.stringify(said).slice(1, -1));
    expect(await company.production()).toEqual(before);
  });
});
