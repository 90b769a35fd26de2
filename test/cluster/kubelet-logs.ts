import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Finds the log file of a container; `undefined` file when it has not run, a text when there is no such container. */
export type FindLog = (
  namespace: string,
  pod: string,
  container: string,
  previous: boolean,
) => { readonly file: string; readonly isOver: () => boolean } | { readonly problem: string };

/** How often a log that is followed is read on. */
const FOLLOW_MS = 50;

/** The kubelet's HTTPS endpoint that the API server asks for logs: `/containerLogs/<namespace>/<pod>/<container>`. */
export async function serveLogs(
  certificate: { readonly cert: string; readonly key: string },
  find: FindLog,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer(
    { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) },
    (request, response) => {
      const url = new URL(request.url ?? '/', 'https://kubelet');
      const [, what, namespace = '', pod = '', container = ''] = url.pathname.split('/').map(decodeURIComponent);
      if (what !== 'containerLogs') {
        response.writeHead(404).end('only containerLogs is served\n');
        return;
      }
      const found = find(namespace, pod, container, url.searchParams.get('previous') === 'true');
      if ('problem' in found) {
        response.writeHead(400).end(`${found.problem}\n`);
        return;
      }
      response.writeHead(200, { 'content-type': 'text/plain' });
      const text = lastLines(readFileSync(found.file, 'utf8'), url.searchParams.get('tailLines'));
      if (url.searchParams.get('follow') !== 'true') response.end(text);
      else void follow(response, text, readFileSync(found.file).length, found);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends what is added to a file until nothing more can be. */
async function follow(
  response: ServerResponse,
  text: string,
  from: number,
  { file, isOver }: { readonly file: string; readonly isOver: () => boolean },
): Promise<void> {
  response.write(text);
  // Headers go out at once, also where nothing is printed yet.
  response.flushHeaders();
  for (let sent = from; !response.destroyed; ) {
    const ended = isOver();
    const content = readFileSync(file);
    if (content.length > sent) response.write(content.subarray(sent));
    sent = content.length;
    if (ended) break;
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
  }
  response.end();
}

function lastLines(text: string, count: string | null): string {
  if (count === null) return text;
  const lines = text.split('\n');
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  return text === '' ? '' : `${lines.slice(Math.max(0, end - Number(count)), end).join('\n')}\n`;
}
