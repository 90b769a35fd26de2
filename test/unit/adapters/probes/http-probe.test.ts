import { afterEach, describe, expect, it } from 'vitest';
import { createHttpProbe } from '../../../../src/adapters/probes/http-probe.ts';
import { startHttpServer, type TestServer } from '../../../support/http-server.ts';
import { freePort } from '../../../support/prometheus.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
const probe = createHttpProbe();

describe('createHttpProbe', () => {
  it('gives status and body, whatever the status is', async () => {
    server = await startHttpServer((request, response) =>
      response.writeHead(request.path === '/ok' ? 200 : 503).end('Grüße'),
    );
    expect(await probe.get(`${server.url}/ok`, { timeout: 5000 })).toEqual({ status: 200, body: 'Grüße' });
    expect(await probe.get(`${server.url}/down`, { timeout: 5000 })).toEqual({ status: 503, body: 'Grüße' });
  });

  it('does not follow a redirect: its status is what was asked about', async () => {
    server = await startHttpServer((_request, response) => response.writeHead(302, { location: '/login' }).end());
    expect((await probe.get(server.url, { timeout: 5000 })).status).toBe(302);
    expect(server.requests.map((request) => request.path)).toEqual(['/']);
  });

  it('has no status for a closed port, a server that never answers, and nonsense', async () => {
    server = await startHttpServer(() => undefined);
    expect(await probe.get(`http://127.0.0.1:${await freePort()}/`, { timeout: 5000 })).toEqual({
      status: null,
      body: 'the connection was refused (ECONNREFUSED)',
    });
    expect(await probe.get(server.url, { timeout: 100 })).toEqual({
      status: null,
      body: 'no complete answer within 0.1 s',
    });
    expect((await probe.get('http://', { timeout: 100 })).status).toBe(null);
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
    const { status, body } = await probe.get(server.url, { timeout: 20_000 });
    expect(status).toBe(200);
    expect(body).toHaveLength(8 * 1_048_576);
  });
});
