import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { createEndpointFetch } from '../../src/adapters/http/login.ts';
import { createPrometheusMetrics } from '../../src/adapters/prometheus/metrics.ts';
import { type AwsLogin, awsSignature, awsStore } from '../support/aws-store.ts';
import { startHttpServer, type TestServer } from '../support/http-server.ts';

/** Managed Prometheus of AWS: requests as they arrive are checked by another implementation of the signature than relctl's. */

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const SESSION = 'a/session+token==';
const ONE = '{"status":"success","data":{"resultType":"scalar","result":[0,"1"]}}';
const WORKSPACE = '/workspaces/ws-1a2b/';

let server: TestServer | undefined;
afterEach(() => server?.stop());

async function ask(query: string, known: AwsLogin, env: Readonly<Record<string, string>>) {
  server = await startHttpServer(awsStore([known], ONE));
  const endpoint = {
    url: server.url + WORKSPACE,
    headers: { 'X-Scope-OrgID': 'shop' },
    headersFrom: {},
    login: { kind: 'sigv4' as const, region: 'eu-central-1', service: 'aps' },
  };
  const fetch = createEndpointFetch(endpoint, { env, cwd: tmpdir(), exec });
  const metrics = createPrometheusMetrics({ url: endpoint.url, staleAfter: 60, timeout: 20_000, fetch });
  return metrics.scalar(query, 1_772_366_400_000);
}

const ENV = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey };

describe('a store that checks signatures of AWS', () => {
  it('checks them as the published vectors have them', () => {
    const headers = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' };
    const on = { secret: KEYS.secretAccessKey, scope: '20150830/us-east-1/service/aws4_request' };
    const of = (method: string, path: string) => awsSignature({ method, path, body: '' }, headers, on);
    expect([of('GET', '/'), of('POST', '/'), of('GET', '/?Param2=value2&Param1=value1')]).toEqual([
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ]);
  });

  it.each([
    ['short', 'sum(rate(x{a="b", c=~"d+|e*"}[5m])) > bool 0 + 1'],
    ['in other letters', 'count(x{city="Köln", say="it\'s (*)!"})'],
    ['so long that it is posted', `1 + ${'1 + '.repeat(2000)}1`],
  ])('is read with a query that is %s', async (_, query) => {
    expect(await ask(query, KEYS, ENV)).toEqual({ ok: true, value: 1 });
    const session = { ...KEYS, sessionToken: SESSION };
    await server?.stop();
    expect(await ask(query, session, { ...ENV, AWS_SESSION_TOKEN: SESSION })).toEqual({ ok: true, value: 1 });
  });

  it.each([
    [
      'an expired token',
      { ...KEYS, sessionToken: SESSION, isExpired: true },
      { AWS_SESSION_TOKEN: SESSION },
      'expired',
    ],
    ['no token', { ...KEYS, sessionToken: SESSION }, {}, 'The security token included in the request is invalid'],
    ['an unknown key', KEYS, { AWS_ACCESS_KEY_ID: 'AKIDOTHER' }, 'is invalid'],
    ['another secret', KEYS, { AWS_SECRET_ACCESS_KEY: 'another' }, 'does not match the signature'],
  ])('is no data with %s, and the reason is said', async (_, known, env, why) => {
    expect(await ask('1', known, { ...ENV, ...env })).toMatchObject({
      ok: false,
      noData: {
        reason: 'error',
        detail: expect.stringMatching(new RegExp(`does not let this login read \\(HTTP 403\\): .*${why}`)),
      },
    });
  });
});
