import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exec } from '../../../../src/adapters/exec.ts';
import { boundedFetch } from '../../../../src/adapters/http/bounded-fetch.ts';
import { readToken } from '../../../../src/adapters/http/credentials.ts';
import { createEndpointFetch } from '../../../../src/adapters/http/login.ts';
import { signAws } from '../../../../src/adapters/http/sign-aws.ts';
import { type Endpoint, endpointSchema, type Login } from '../../../../src/plan/endpoint.ts';
import { startHttpServer, type TestServer } from '../../../support/http-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'relctl-login-'));
let server: TestServer;
let refuse: (authorization: string) => boolean;
let now = 0;

beforeAll(async () => {
  server = await startHttpServer(({ headers }, response) => {
    response.statusCode = refuse(String(headers.authorization)) ? 401 : 200;
    response.end('ok');
  });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  refuse = () => false;
  now = Date.parse('2026-03-01T12:00:00Z');
});

/** The `fetch` of an endpoint on the test's server. */
function endpoint(what: Partial<Endpoint>, env: Record<string, string> = {}) {
  const ground = { env, cwd: folder, exec, now: () => now };
  return createEndpointFetch({ url: server.url, headers: {}, headersFrom: {}, ...what }, ground);
}

/** Sends a request and says what came of it, and with which headers it arrived. */
async function send(fetch: typeof globalThis.fetch) {
  const before = server.requests.length;
  const answer = await boundedFetch(`${server.url}/x`, { method: 'GET' }, { timeout: 20_000, maxBytes: 100, fetch });
  return { answer, arrived: server.requests.slice(before).map(({ headers }) => headers) };
}

/** A program that counts its runs and prints what a script makes of the count. */
function printing(script: string): readonly string[] {
  const name = join(folder, `${Math.random().toString(36).slice(2)}.cjs`);
  writeFileSync(
    name,
    `const fs=require('fs');const file=__filename+'.count';let n=0;try{n=Number(fs.readFileSync(file))}catch{}n+=1;fs.writeFileSync(file,String(n));${script}`,
  );
  return [process.execPath, name];
}

describe('a login', () => {
  it.each([
    ['bearer', { kind: 'bearer', tokenFrom: 'TOKEN' }, 'Bearer s3cret'],
    ['bearer from a file', { kind: 'bearer', tokenFrom: 'file:token' }, 'Bearer from-file'],
    ['basic', { kind: 'basic', user: 'ada', passwordFrom: 'TOKEN' }, `Basic ${btoa('ada:s3cret')}`],
  ] as const)('%s goes with each request', async (_, login, expected) => {
    writeFileSync(join(folder, 'token'), 'from-file\n');
    const { arrived } = await send(endpoint({ login }, { TOKEN: 's3cret' }));
    expect(arrived[0]?.authorization).toBe(expected);
  });

  it('has headers beside it, open ones and secret ones', async () => {
    const { arrived } = await send(
      endpoint({ headers: { 'X-Scope-OrgID': 'shop' }, headersFrom: { 'Api-Key': 'KEY' } }, { KEY: 'k' }),
    );
    expect(arrived[0]).toMatchObject({ 'x-scope-orgid': 'shop', 'api-key': 'k' });
  });

  it.each([
    [{ kind: 'bearer', tokenFrom: 'TOKEN' }, {}, 'the environment variable TOKEN is not set'],
    [{ kind: 'bearer', tokenFrom: 'file:none' }, {}, 'the file none cannot be read (ENOENT)'],
    [
      { kind: 'bearer', tokenFrom: 'T' },
      { T: 'a\r\nX: y' },
      'the environment variable T holds what cannot stand in a header',
    ],
    [
      { kind: 'sigv4', region: 'r', service: 'aps' },
      {},
      'the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
    ],
    [{ kind: 'token-command', command: ['relctl-no-such-program'] }, {}, 'relctl-no-such-program'],
  ] as const)('%j without what it needs sends nothing and says what is missing', async (login, env, detail) => {
    const { answer, arrived } = await send(endpoint({ login: login as Login }, env));
    expect(answer).toMatchObject({ ok: false, detail: expect.stringContaining(detail) });
    expect(arrived).toEqual([]);
  });

  it('by a command is asked for once, and again before it expires', async () => {
    const command = printing('console.log(JSON.stringify({access_token:"t"+n,expires_in:300}))');
    const fetch = endpoint({ login: { kind: 'token-command', command: [...command] } });
    const both = await Promise.all([send(fetch), send(fetch)]);
    expect(both.every(({ answer }) => answer.ok)).toBe(true);
    const tokens = () => server.requests.map(({ headers }) => headers.authorization);
    expect(tokens().slice(-2)).toEqual(['Bearer t1', 'Bearer t1']);
    now += 239_000;
    await send(fetch);
    expect(tokens().at(-1)).toBe('Bearer t1');
    now += 2000;
    await send(fetch);
    expect(tokens().at(-1)).toBe('Bearer t2');
  });

  it('by a command is renewed once when it is refused, and not for ever', async () => {
    const command = [...printing('console.log("t"+n)')];
    refuse = (authorization) => authorization === 'Bearer t1';
    const { answer, arrived } = await send(endpoint({ login: { kind: 'token-command', command } }));
    expect(answer).toMatchObject({ ok: true, status: 200 });
    expect(arrived.map(({ authorization }) => authorization)).toEqual(['Bearer t1', 'Bearer t2']);
    refuse = () => true;
    const second = await send(endpoint({ login: { kind: 'token-command', command } }));
    expect(second.answer).toMatchObject({ status: 401 });
    expect(second.arrived).toHaveLength(2);
  });

  it('by a command that fails shows nothing of what it printed', async () => {
    const command = [...printing('console.log("s3cret");console.error("s3cret");process.exit(3)')];
    const { answer } = await send(endpoint({ login: { kind: 'token-command', command } }));
    expect(answer).toMatchObject({ ok: false, detail: expect.stringContaining('gave no credential (exit code 3)') });
    expect(JSON.stringify(answer)).not.toContain('s3cret');
  });
});

describe('what a token command prints', () => {
  it.each([
    ['abc', { value: 'abc' }],
    ['{"token":"abc","expirationTimestamp":"2026-03-01T12:00:00Z"}', { value: 'abc', expires: 1_772_366_400_000 }],
    ['{"access_token":"abc","expires_in":60}', { value: 'abc', expires: 61_000 }],
    [
      '{"kind":"ExecCredential","status":{"token":"abc","expirationTimestamp":"2026-03-01T12:00:00Z"}}',
      { value: 'abc', expires: 1_772_366_400_000 },
    ],
    ['', undefined],
    ['two words', undefined],
    ['{"error":"login first"}', undefined],
    ['{"token":"a\\nb"}', undefined],
  ])('%j', (stdout, expected) => {
    expect(readToken(stdout, 1000)).toEqual(expected);
  });
});

/** Vectors of AWS's own test suite for Signature Version 4 (aws-sig-v4-test-suite: get-vanilla, post-vanilla, get-vanilla-query-order-key-case). */
describe('a signature of AWS', () => {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  it.each([
    ['GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    ['GET', '/?Param2=value2&Param1=value1', 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'],
  ])('of %s %s is the published one', async (method, path, signature) => {
    const request = { url: `https://example.amazonaws.com${path}`, method, headers: {} };
    const headers = await signAws(request, keys, { region: 'us-east-1', service: 'service' }, '20150830T123600Z');
    expect(headers.authorization).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    );
  });
});

describe('an endpoint in relctl.yaml', () => {
  const parse = (value: unknown) => endpointSchema.safeParse(value).success;
  const url = 'https://prometheus.example.com/prefix';

  it('is a URL, or a URL with a login', () => {
    expect(parse(url)).toBe(true);
    expect(
      parse({ url, login: { kind: 'bearer', tokenFrom: 'file:/run/token' }, headers: { 'X-Scope-OrgID': 'a' } }),
    ).toBe(true);
    expect(parse({ url, tls: { certificate: 'a.pem' } })).toBe(false);
  });

  it('holds the name of a secret and never the secret', () => {
    expect(parse({ url, login: { kind: 'bearer', tokenFrom: 'eyJhbGciOi' } })).toBe(false);
    expect(parse({ url, login: { kind: 'bearer', token: 'abc' } })).toBe(false);
    expect(parse({ url, headersFrom: { authorization: 'Bearer abc' } })).toBe(false);
  });
});
