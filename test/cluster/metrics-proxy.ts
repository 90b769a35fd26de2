import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the proxy does with the answers: gives them as they are, late, cut off, or others instead. */
export type ProxyFault =
  | 'none'
  | { readonly delayMs: number }
  | 'cut'
  | 'garbage'
  | 'not-json'
  | 'unavailable'
  | 'hang-up'
  | 'empty';

/** A proxy in front of a Prometheus, whose answers it spoils as told. */
export interface MetricsProxy {
  readonly url: string;
  fault(fault: ProxyFault): void;
  /** Answers that were spoiled: a test proves by it that its fault was met. */
  spoiled(): number;
  stop(): Promise<void>;
}

/** Every byte there is. */
const GARBAGE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** Starts a proxy. */
export async function startMetricsProxy(target: string): Promise<MetricsProxy> {
  let fault: ProxyFault = 'none';
  let spoiled = 0;

  function forward(incoming: IncomingMessage, outgoing: ServerResponse, cut: boolean): void {
    const to = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers: incoming.headers });
    to.on('error', () => outgoing.destroy());
    to.on('response', (answer) => {
      if (!cut) {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
        return;
      }
      const { 'content-length': _length, ...headers } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 500, headers);
      answer.once('data', (chunk: Buffer) => outgoing.end(chunk.subarray(0, Math.floor(chunk.length / 2))));
    });
    incoming.pipe(to);
  }

  const server = createServer((incoming, outgoing) => {
    if (fault !== 'none') spoiled += 1;
    if (fault === 'none' || fault === 'cut') return forward(incoming, outgoing, fault === 'cut');
    if (typeof fault === 'object') {
      setTimeout(() => forward(incoming, outgoing, false), fault.delayMs).unref();
      return;
    }
    incoming.resume();
    if (fault === 'hang-up') outgoing.destroy();
    else if (fault === 'unavailable') outgoing.writeHead(503).end('upstream request timeout');
    else if (fault === 'garbage') outgoing.writeHead(200).end(GARBAGE);
    else if (fault === 'not-json') outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>');
    else {
      const answer = { status: 'success', data: { resultType: 'matrix', result: [] } };
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault(next) {
      fault = next;
    },
    spoiled: () => spoiled,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
