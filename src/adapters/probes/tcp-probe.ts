import { connect } from 'node:net';
import type { TcpProbe } from '../../ports/commands.ts';
import { formatSpan } from '../../text/figures.ts';
import { describeNetworkError } from '../http/bounded-fetch.ts';

/** Opens a connection and closes it at once; nothing is sent. */
export function createTcpProbe(): TcpProbe {
  return {
    connect: (host, port, { timeout }) =>
      new Promise((resolve) => {
        const socket = connect({ host, port });
        const end = (connected: boolean, detail: string): void => {
          clearTimeout(timer);
          socket.destroy();
          resolve({ connected, detail });
        };
        const timer = setTimeout(() => end(false, `no connection within ${formatSpan(timeout)}`), timeout);
        socket.once('connect', () => end(true, 'takes connections'));
        socket.once('error', (error) => end(false, describeNetworkError(error)));
      }),
  };
}
