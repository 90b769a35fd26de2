import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createTcpProbe } from '../../../../src/adapters/probes/tcp-probe.ts';
import { freePort } from '../../../support/prometheus.ts';

describe('createTcpProbe', () => {
  it('connects to what listens, sends nothing and closes', async () => {
    let received = 0;
    let closed: () => void = () => undefined;
    const end = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const server = createServer((socket) => {
      socket.on('data', (chunk) => {
        received += chunk.length;
      });
      socket.on('close', () => closed());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await createTcpProbe().connect('127.0.0.1', port, { timeout: 5000 })).toEqual({
      connected: true,
      detail: 'takes connections',
    });
    await end;
    expect(received).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });

  it('says why it cannot connect', async () => {
    expect(await createTcpProbe().connect('127.0.0.1', await freePort(), { timeout: 5000 })).toEqual({
      connected: false,
      detail: 'the connection was refused (ECONNREFUSED)',
    });
  });
});
