import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Finds the log file of a container; `undefined` file when it has not run, a text when there is no such container. */
export type FindLog = (
  namespace: string,
  pod: string,
  container: string,
  previous: boolean,
) => { readonly file: string } | { readonly problem: string };

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
      response.end(lastLines(readFileSync(found.file, 'utf8'), url.searchParams.get('tailLines')));
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

function lastLines(text: string, count: string | null): string {
  if (count === null) return text;
  const lines = text.split('\n');
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  return text === '' ? '' : `${lines.slice(Math.max(0, end - Number(count)), end).join('\n')}\n`;
}
