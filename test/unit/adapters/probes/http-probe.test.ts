import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { certificateEnd } from '../../../../src/adapters/probes/certificate.ts';
import { createHttpProbe } from '../../../../src/adapters/probes/http-probe.ts';
import { startHttpServer, type TestServer } from '../../../support/http-server.ts';
import { freePort } from '../../../support/prometheus.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
const probe = createHttpProbe({ environment: { SMOKE_TOKEN: 'Bearer token-value-123', BROKEN: 'a\nb' } });

describe('createHttpProbe', () => {
  it('gives status, body and headers, whatever the status is', async () => {
    server = await startHttpServer((request, response) =>
      response.writeHead(request.path === '/ok' ? 200 : 503, { 'x-version': '2' }).end('Grüße'),
    );
    expect(await probe.request(`${server.url}/ok`, { timeout: 5000 })).toMatchObject({
      status: 200,
      body: 'Grüße',
      headers: { 'x-version': '2' },
      latencyMs: expect.any(Number),
    });
    expect(await probe.request(`${server.url}/down`, { timeout: 5000 })).toMatchObject({ status: 503, body: 'Grüße' });
  });

  it('sends the method, body and headers of the plan, and those whose values only the environment knows', async () => {
    server = await startHttpServer((_request, response) => response.end());
    await probe.request(server.url, {
      timeout: 5000,
      method: 'POST',
      body: '{"a":1}',
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'smoke' },
      secretHeaders: { Authorization: 'SMOKE_TOKEN' },
    });
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        body: '{"a":1}',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'smoke',
          authorization: 'Bearer token-value-123',
        },
      },
    ]);
  });

  it('asks nothing when a secret is missing or cannot be a header, and does not tell its value', async () => {
    server = await startHttpServer((_request, response) => response.end());
    const ask = (variable: string) =>
      probe.request(server?.url ?? '', { timeout: 5000, secretHeaders: { Authorization: variable } });
    expect(await ask('OTHER_TOKEN')).toMatchObject({
      status: null,
      body: 'the environment variable OTHER_TOKEN for Authorization is not set',
    });
    const broken = await ask('BROKEN');
    expect(broken.status).toBe(null);
    expect(broken.body).not.toContain('a\nb');
    expect(server.requests).toEqual([]);
  });

  it('does not follow a redirect: its status is what was asked about', async () => {
    server = await startHttpServer((_request, response) => response.writeHead(302, { location: '/login' }).end());
    expect((await probe.request(server.url, { timeout: 5000 })).status).toBe(302);
    expect(server.requests.map((request) => request.path)).toEqual(['/']);
  });

  it('has no status for a closed port, a server that never answers, and nonsense', async () => {
    server = await startHttpServer(() => undefined);
    expect(await probe.request(`http://127.0.0.1:${await freePort()}/`, { timeout: 5000 })).toMatchObject({
      status: null,
      body: 'the connection was refused (ECONNREFUSED)',
    });
    expect(await probe.request(server.url, { timeout: 100 })).toMatchObject({
      status: null,
      body: 'no complete answer within 100 ms',
    });
    expect((await probe.request('http://', { timeout: 100 })).status).toBe(null);
    expect(server.requests).toHaveLength(1);
  });

  it('takes the beginning of an endless page', async () => {
    server = await startHttpServer((_request, response) => {
      response.on('error', () => undefined);
      const flood = () => {
        while (response.write(Buffer.alloc(1_048_576, 97)) && !response.destroyed);
      };
      response.on('drain', flood);
      flood();
    });
    const { status, body } = await probe.request(server.url, { timeout: 20_000 });
    expect(status).toBe(200);
    expect(body).toHaveLength(8 * 1_048_576);
  });
});

describe('certificateEnd', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-certificate-'));
  let secure: Server;
  let url = '';
  beforeAll(async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '20', '-keyout', key, '-out', cert];
    execFileSync('openssl', [...args, ...subject], { stdio: 'pipe' });
    secure = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) => response.end());
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    await new Promise((resolve) => secure.close(resolve));
    rmSync(folder, { recursive: true });
  });

  it('is unknown for a certificate that nobody vouches for, for plain http and where nothing listens', async () => {
    expect(await certificateEnd(url, 5000)).toBe(undefined);
    expect(await certificateEnd('http://127.0.0.1/', 5000)).toBe(undefined);
    expect(await certificateEnd(`https://127.0.0.1:${await freePort()}/`, 5000)).toBe(undefined);
  });

  it('is the day that stands in a trusted one', async () => {
    const until = (await certificateEnd(url, 5000, readFileSync(join(folder, 'cert.pem'), 'utf8'))) ?? 0;
    expect(Math.round((until - Date.now()) / 86_400_000)).toBe(20);
  });
});
