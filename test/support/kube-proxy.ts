import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubectlProxy } from '../../src/adapters/kubectl/connection/proxy.ts';

/** What a stand-in answers; it is asked for everything but the proof of life. */
export type Answer = (request: IncomingMessage & { readonly text: string }, response: ServerResponse) => void;

/** A stand-in for `kubectl proxy`: a server on a unix socket in this process, which can be ended, hung and unlinked. */
export interface StandInProxy extends KubectlProxy {
  /** It takes requests and answers nothing any more, not even that it lives. */
  hang(): void;
  /** Its file is gone, as after a clean-up of the temporary folder; connections that stand go on. */
  unlink(): void;
}

/** Starts a stand-in. */
export async function startStandIn(answer: Answer): Promise<StandInProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-stand-in-'));
  const socket = join(folder, 'api');
  const open = new Set<Socket>();
  let hangs = false;
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    if (hangs) return;
    // kubectl proxy refuses hosts that it does not serve by itself.
    if (request.headers.host !== 'localhost') return void response.writeHead(403).end('Forbidden');
    answer(Object.assign(request, { text }), response);
  });
  server.on('connection', (one) => {
    open.add(one);
    one.once('close', () => open.delete(one));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const ended = new Promise<string>((resolve) => server.once('close', () => resolve('')));
  return {
    socket,
    ended,
    stop() {
      server.close();
      for (const one of open) one.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
    hang() {
      hangs = true;
    },
    unlink: () => rmSync(socket),
  };
}
