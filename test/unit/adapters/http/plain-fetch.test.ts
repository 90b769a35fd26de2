import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { boundedFetch } from '../../../../src/adapters/http/bounded-fetch.ts';

const LIMITS = { timeout: 5000, maxBytes: 100_000 };

describe('the client of endpoints without certificates', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function serving(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    server = createServer(answer);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it('sends what it is given, and reads status, headers and text', async () => {
    const taken: unknown[] = [];
    const url = await serving((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        taken.push(request.method, request.headers['x-one'], request.headers['content-length'], body);
        response.writeHead(201, { 'X-Two': ['a', 'b'], location: '/elsewhere' }).end('gär');
      });
    });
    const answer = await boundedFetch(url, { method: 'POST', headers: { 'X-One': '1' }, body: 'grün' }, LIMITS);
    expect(taken).toEqual(['POST', '1', '5', 'grün']);
    expect(answer).toMatchObject({ ok: true, status: 201, location: '/elsewhere', body: 'gär' });
    expect(answer.ok && answer.headers).toMatchObject({ 'x-two': 'a, b' });
  });

  it('unpacks what is packed, and counts it unpacked', async () => {
    const url = await serving((request, response) => {
      expect(request.headers['accept-encoding']).toBe('gzip');
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(50_000)));
    });
    expect(await boundedFetch(url, { method: 'GET' }, LIMITS)).toMatchObject({ ok: true, body: 'x'.repeat(50_000) });
    const small = { ...LIMITS, maxBytes: 1000 };
    expect(await boundedFetch(url, { method: 'GET' }, small)).toMatchObject({ ok: false, reason: 'too-large' });
    expect(await boundedFetch(url, { method: 'GET' }, { ...small, cut: true })).toMatchObject({
      ok: true,
      body: 'x'.repeat(1000),
    });
  });

  it.each([
    ['an answer that is cut', {}],
    ['a packed answer that is cut', { 'content-encoding': 'gzip' }],
  ])('takes %s for none', async (_what, headers) => {
    const url = await serving((_request, response) => {
      response.writeHead(200, { ...headers, 'content-length': '1000' });
      response.write(gzipSync('x'.repeat(900)).subarray(0, 15), () => response.destroy());
    });
    expect(await boundedFetch(url, { method: 'GET' }, LIMITS)).toEqual({
      ok: false,
      reason: 'unreachable',
      detail: 'the server closed the connection before its answer was complete',
    });
  });

  it('asks again where the server had closed the connection that was used before', async () => {
    let requests = 0;
    const url = await serving((request, response) => {
      requests += 1;
      // As a server that closes what rests does, at the moment when the next request comes.
      if (requests === 2) request.socket.destroy();
      else response.end(String(requests));
    });
    expect(await boundedFetch(url, { method: 'GET' }, LIMITS)).toMatchObject({ ok: true, body: '1' });
    expect(await boundedFetch(url, { method: 'GET' }, LIMITS)).toMatchObject({ ok: true, body: '3' });
    requests = 0;
    expect(await boundedFetch(url, { method: 'POST', body: '{}' }, LIMITS)).toMatchObject({ ok: true, body: '1' });
    // What may have been done is not sent twice.
    expect(await boundedFetch(url, { method: 'POST', body: '{}' }, LIMITS)).toMatchObject({ ok: false });
    expect(requests).toBe(2);
  });

  it('reads no body of a HEAD, and follows no redirect', async () => {
    const url = await serving((_request, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    );
    expect(await boundedFetch(url, { method: 'HEAD' }, LIMITS)).toMatchObject({ ok: true, status: 302, body: '' });
    expect(await boundedFetch(url, { method: 'GET' }, LIMITS)).toMatchObject({ ok: true, status: 302 });
  });
});
