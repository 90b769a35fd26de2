import { afterEach, describe, expect, it } from 'vitest';
import { createConnectionApi } from '../../../../../src/adapters/kubectl/connection/api.ts';
import { type Connection, createConnection } from '../../../../../src/adapters/kubectl/connection/connection.ts';
import { NoConnection } from '../../../../../src/adapters/kubectl/connection/proxy.ts';
import { type Answer, type StandInProxy, startStandIn } from '../../../../support/kube-proxy.ts';

/** A busy machine is no failure. */
const PATIENT = { timeout: 20_000 };
let connection: Connection | undefined;
const started: StandInProxy[] = [];
afterEach(() => {
  connection?.end();
  for (const one of started.splice(0)) one.stop();
});

function connect(answer: Answer, options: { deadline?: number; patience?: number } = {}): Connection {
  const start = async () => {
    const proxy = await startStandIn(answer);
    started.push(proxy);
    return proxy;
  };
  connection = createConnection({ start, deadline: 20_000, byHand: (path) => `get ${path}`, ...options });
  return connection;
}

const ok: Answer = (request, response) => {
  response.end(JSON.stringify({ method: request.method, path: request.url, body: request.text }));
};
const get = { method: 'GET', path: '/api/v1/x' } as const;
const newest = () => started.at(-1) as StandInProxy;

describe('a connection', () => {
  it('starts kubectl once for all who ask, with the first of them', async () => {
    const { send } = connect(ok);
    expect(started).toHaveLength(0);
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(get)));
    expect(started).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('sends methods, paths and bodies as they are', async () => {
    const { send } = connect(ok);
    const { body } = await send({ method: 'DELETE', path: '/apis/x?y=z', body: '{"ü":1}' });
    expect(JSON.parse(body)).toEqual({ method: 'DELETE', path: '/apis/x?y=z', body: '{"ü":1}' });
  });

  it('starts another kubectl when one has ended', async () => {
    const { send } = connect(ok);
    await send(get);
    newest().stop();
    await newest().ended;
    expect((await send(get)).status).toBe(200);
    expect(started).toHaveLength(2);
  });

  it('starts another when the socket was removed, and lets the first finish what it has', async () => {
    let finish: (() => void) | undefined;
    const { send } = connect((request, response) => {
      if (request.url === '/slow') finish = () => response.end('{}');
      else ok(request, response);
    });
    const slow = send({ method: 'GET', path: '/slow' });
    await expect.poll(() => finish, PATIENT).toBeDefined();
    newest().unlink();
    expect((await send(get)).status).toBe(200);
    expect(started).toHaveLength(2);
    finish?.();
    expect((await slow).status).toBe(200);
  });

  it('knows a write as of unknown fate when kubectl ends in the middle of it', async () => {
    const { send } = connect(() => newest().stop());
    const write = send({ method: 'POST', path: '/x', body: '{}' });
    await expect(write).rejects.toMatchObject({ name: 'RequestFailure', failure: 'unknown' });
  });

  it('ends a kubectl that hangs long before the deadline, and goes on with another', async () => {
    const { send } = connect(ok, { patience: 20 });
    await send(get);
    newest().hang();
    await expect(send(get)).rejects.toMatchObject({ failure: 'unknown', message: expect.stringContaining('hung') });
    expect((await send(get)).status).toBe(200);
    expect(started).toHaveLength(2);
  });

  it('waits for a slow server as long as kubectl lives, and to the deadline only', async () => {
    const { send } = connect(() => undefined, { deadline: 400, patience: 20 });
    const failure = await send(get).catch((error: unknown) => error);
    expect(failure).toMatchObject({ failure: 'unknown', cause: { code: 'tool.timeout' } });
    expect(started).toHaveLength(1);
  });

  it('gives up when kubectl ends again and again, and says that nothing was sent', async () => {
    const { send } = connect(ok);
    for (let round = 1; round <= 5; round += 1) {
      await send(get);
      newest().stop();
      await newest().ended;
    }
    await expect(send(get)).rejects.toBeInstanceOf(NoConnection);
  });
});

describe('a login that is not accepted any more', () => {
  /** Accepts after so many refusals, and notes which kubectl was asked. */
  function refusing(refusals: number) {
    const asked: number[] = [];
    const answer: Answer = (_request, response) => {
      asked.push(started.length);
      if (asked.length <= refusals) response.writeHead(401).end('{"kind":"Status","reason":"Unauthorized"}');
      else response.end('{"kind":"ConfigMap"}');
    };
    return { asked, api: createConnectionApi(connect(answer)) };
  }

  it('is tried again, since kubectl asks a credential plugin anew after it', async () => {
    const { asked, api } = refusing(1);
    expect(await api.at('/x')).toEqual({ kind: 'ConfigMap' });
    expect(asked).toEqual([1, 1]);
  });

  it('is tried with a new kubectl, since the kubeconfig may have another token by now', async () => {
    const { asked, api } = refusing(2);
    expect(await api.at('/x')).toEqual({ kind: 'ConfigMap' });
    expect(asked).toEqual([1, 1, 2]);
  });

  it('is no access after that', async () => {
    await expect(refusing(99).api.at('/x')).rejects.toMatchObject({ failure: 'no-access' });
  });
});
