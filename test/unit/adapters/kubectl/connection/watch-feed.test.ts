import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createConnectionApi } from '../../../../../src/adapters/kubectl/connection/api.ts';
import { type Connection, createConnection } from '../../../../../src/adapters/kubectl/connection/connection.ts';
import { createFollowing } from '../../../../../src/adapters/kubectl/following.ts';
import type { KubeObject } from '../../../../../src/ports/cluster.ts';
import { type StandInProxy, startStandIn } from '../../../../support/kube-proxy.ts';

const PATH = '/apis/apps/v1/namespaces/shop/deployments';
const QUERY = { apiVersion: 'apps/v1', kind: 'Deployment' };
/** A busy machine is no failure. */
const PATIENT = { timeout: 20_000 };
let connection: Connection | undefined;
const over: { abort(): void }[] = [];
const started: StandInProxy[] = [];
afterEach(() => {
  for (const one of over.splice(0)) one.abort();
  connection?.end();
  for (const one of started.splice(0)) one.stop();
});

const object = (name: string, version: number, labels: Record<string, string> = {}): KubeObject => ({
  ...QUERY,
  metadata: { name, resourceVersion: String(version), labels },
});

/** An API server with Deployments. `asked` says what was asked for: `list`, `get`, or `watch <version>`. */
function server(objects: readonly KubeObject[], refuse?: (what: string, response: ServerResponse) => boolean) {
  const asked: string[] = [];
  const streams: ServerResponse[] = [];
  const held = new Map(objects.map((one) => [one.metadata.name, one]));
  let version = 100;
  const start = async () => {
    const proxy = await startStandIn((request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost');
      const isWatch = url.searchParams.has('watch');
      const name = url.pathname.slice(PATH.length + 1);
      const what = isWatch ? `watch ${url.searchParams.get('resourceVersion')}` : name === '' ? 'list' : `get ${name}`;
      asked.push(what);
      if (refuse?.(what, response) === true) return;
      if (isWatch) {
        streams.push(response);
        response.writeHead(200).flushHeaders();
      } else if (name === '') {
        response.end(JSON.stringify({ metadata: { resourceVersion: String(version) }, items: [...held.values()] }));
      } else if (held.has(name)) response.end(JSON.stringify(held.get(name)));
      else {
        response.writeHead(404);
        response.end(JSON.stringify({ kind: 'Status', reason: 'NotFound', details: { name, kind: 'deployments' } }));
      }
    });
    started.push(proxy);
    return proxy;
  };
  connection = createConnection({ start, deadline: 20_000, byHand: (path) => path });
  const following = createFollowing(
    createConnectionApi(connection),
    async () => PATH,
    (seen) => seen,
  );
  const send = (type: string, sent: object) => streams.at(-1)?.write(`${JSON.stringify({ type, object: sent })}\n`);
  return {
    asked,
    streams,
    following,
    send,
    change(one: KubeObject, type = 'MODIFIED') {
      version = Number(one.metadata.resourceVersion);
      if (type === 'DELETED') held.delete(one.metadata.name);
      else held.set(one.metadata.name, one);
      send(type, one);
    },
    /** What is there without that anybody is told. */
    silently(one: KubeObject) {
      version = Number(one.metadata.resourceVersion);
      held.set(one.metadata.name, one);
    },
    follow(query: object = {}, every = 60_000) {
      const end = new AbortController();
      over.push(end);
      const views = following.follow([{ ...QUERY, ...query }], { every, signal: end.signal });
      const next = async () => (await views.next()).value?.[0]?.map(text).sort();
      return { next, end: () => end.abort() };
    },
  };
}

const text = ({ metadata }: KubeObject) => `${metadata.name}@${metadata.resourceVersion}`;

describe('a watch', () => {
  it('lists once and is told of what changes from that version on', async () => {
    const { asked, change, follow } = server([object('a', 7), object('b', 8)]);
    const { next } = follow();
    expect(await next()).toEqual(['a@7', 'b@8']);
    await expect.poll(() => asked, PATIENT).toEqual(['list', 'watch 100']);
    change(object('a', 101));
    expect(await next()).toEqual(['a@101', 'b@8']);
    change(object('b', 102), 'DELETED');
    expect(await next()).toEqual(['a@101']);
    change(object('c', 103), 'ADDED');
    expect(await next()).toEqual(['a@101', 'c@103']);
    expect(asked).toHaveLength(2);
  });

  it('reads events that come in pieces, and letters that are cut in two', async () => {
    const { streams, follow } = server([]);
    const { next } = follow();
    await next();
    await expect.poll(() => streams.length, PATIENT).toBe(1);
    const event = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: object('zürich', 101) })}\n`);
    for (const byte of event) streams[0]?.write(Buffer.of(byte));
    expect(await next()).toEqual(['zürich@101']);
  });

  it('goes on where a stream ended, at the last bookmark or event', async () => {
    const { asked, streams, change, send, follow } = server([object('a', 7)]);
    const { next } = follow();
    await next();
    await expect.poll(() => streams.length, PATIENT).toBe(1);
    send('BOOKMARK', object('', 150));
    streams[0]?.end();
    await expect.poll(() => asked, PATIENT).toEqual(['list', 'watch 100', 'watch 150']);
    await expect.poll(() => streams.length, PATIENT).toBe(2);
    change(object('a', 151));
    expect(await next()).toEqual(['a@151']);
  });

  it('goes on after the stream was torn', async () => {
    const { asked, streams, change, follow } = server([object('a', 7)]);
    const { next } = follow();
    await next();
    await expect.poll(() => streams.length, PATIENT).toBe(1);
    streams[0]?.destroy();
    await expect.poll(() => streams.length, PATIENT).toBe(2);
    expect(asked).toEqual(['list', 'watch 100', 'watch 100']);
    change(object('a', 101));
    expect(await next()).toEqual(['a@101']);
  });

  it.each([
    [
      'as an answer',
      (what: string, response: ServerResponse) => {
        if (what !== 'watch 100') return false;
        response.writeHead(410).end('{"kind":"Status","reason":"Expired","code":410}');
        return true;
      },
    ],
    [
      'in the stream',
      (what: string, response: ServerResponse) => {
        if (what !== 'watch 100') return false;
        response.end('{"type":"ERROR","object":{"kind":"Status","reason":"Expired","code":410}}\n');
        return true;
      },
    ],
  ])('lists again when the server has forgotten the version (410), said %s', async (_how, refuse) => {
    const { asked, silently, follow } = server([object('a', 7)], refuse);
    const { next } = follow();
    expect(await next()).toEqual(['a@7']);
    silently(object('a', 200));
    expect(await next()).toEqual(['a@200']);
    await expect.poll(() => asked, PATIENT).toEqual(['list', 'watch 100', 'list', 'watch 200']);
  });

  it('asks every second instead where the right to watch is missing', async () => {
    const { asked, silently, follow } = server([object('a', 7)], (what, response) => {
      if (!what.startsWith('watch')) return false;
      response.writeHead(403).end('{"kind":"Status","reason":"Forbidden","code":403}');
      return true;
    });
    const { next } = follow();
    expect(await next()).toEqual(['a@7']);
    silently(object('a', 200));
    expect(await next()).toEqual(['a@200']);
    expect(asked.filter((what) => what.startsWith('watch'))).toHaveLength(1);
  });

  it('reads the one object where the right to list is missing, too', async () => {
    const { asked, follow } = server([object('a', 7)], (what, response) => {
      if (what.startsWith('get')) return false;
      response.writeHead(403).end('{"kind":"Status","reason":"Forbidden","code":403}');
      return true;
    });
    // Deployments are listed anyway; a route is not.
    expect(await follow({ kind: 'Route', name: 'a' }).next()).toEqual(['a@7']);
    expect(asked).toEqual(['list', 'get a']);
  });

  it('tells those who wait when the login does not hold any more', async () => {
    const { follow } = server([], (_what, response) => {
      response.writeHead(401).end('{"kind":"Status","reason":"Unauthorized"}');
      return true;
    });
    await expect(follow().next()).rejects.toMatchObject({ failure: 'no-access' });
  });

  it('outlives a 429 and a server that is away for a moment', async () => {
    let refusals = 0;
    const { follow, change, streams } = server([object('a', 7)], (what, response) => {
      if (!what.startsWith('watch') || refusals === 2) return false;
      refusals += 1;
      response.writeHead(refusals === 1 ? 429 : 503, { 'retry-after': '0' }).end();
      return true;
    });
    const { next } = follow();
    await next();
    await expect.poll(() => streams.length, PATIENT).toBe(1);
    change(object('a', 101));
    expect(await next()).toEqual(['a@101']);
  });

  it('takes its place again when kubectl has ended', async () => {
    const { asked, change, streams, follow } = server([object('a', 7)]);
    const { next } = follow();
    await next();
    await expect.poll(() => streams.length, PATIENT).toBe(1);
    started[0]?.stop();
    await expect.poll(() => streams.length, PATIENT).toBe(2);
    expect(started).toHaveLength(2);
    expect(asked).toEqual(['list', 'watch 100', 'watch 100']);
    change(object('a', 101));
    expect(await next()).toEqual(['a@101']);
  });
});

describe('those who follow', () => {
  it('share one watch, and each wakes for its own objects only', async () => {
    const { asked, change, follow } = server([object('a', 7, { app: 'a' }), object('b', 8, { app: 'b' })]);
    const [one, other] = [follow({ labels: { app: 'a' } }), follow({ labels: { app: 'b' } })];
    expect([await one.next(), await other.next()]).toEqual([['a@7'], ['b@8']]);
    await expect.poll(() => asked, PATIENT).toEqual(['list', 'watch 100']);
    let woken = 0;
    const waits = other.next().then(() => {
      woken += 1;
    });
    change(object('a', 101, { app: 'a' }));
    expect(await one.next()).toEqual(['a@101']);
    expect(woken).toBe(0);
    change(object('b', 102, { app: 'b' }));
    await waits;
    expect(woken).toBe(1);
  });

  it('are told of what was written by relctl at once, and of nothing older after it', async () => {
    const { change, streams, follow, following } = server([object('a', 7)]);
    const { next } = follow();
    await next();
    await expect.poll(() => streams.length, PATIENT).toBe(1);
    following.note(object('a', 300));
    expect(await next()).toEqual(['a@300']);
    change(object('a', 299));
    change(object('b', 301), 'ADDED');
    expect(await next()).toEqual(['a@300', 'b@301']);
    following.forget(QUERY, 'a', undefined);
    expect(await next()).toEqual(['b@301']);
  });

  it('come back after the time that they asked for, though nothing has changed', async () => {
    const { asked, follow } = server([object('a', 7)]);
    const { next } = follow({}, 5);
    expect([await next(), await next(), await next()]).toEqual([['a@7'], ['a@7'], ['a@7']]);
    await expect.poll(() => asked, PATIENT).toEqual(['list', 'watch 100']);
  });
});
