import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a test's own server took. */
export interface TakenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** An HTTP server of the test's own, on a free loopback port; it remembers what it was asked. */
export interface TestServer {
  readonly url: string;
  readonly requests: readonly TakenRequest[];
  stop(): Promise<void>;
}

/** Starts a server; `answer` gets each request with its whole body. A response that is never ended hangs until the stop. */
export async function startHttpServer(
  answer: (request: TakenRequest, response: ServerResponse) => void,
): Promise<TestServer> {
  const requests: TakenRequest[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const taken = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      requests.push(taken);
      answer(taken, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
