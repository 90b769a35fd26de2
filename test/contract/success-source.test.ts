import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSuccessSource } from '../../src/adapters/success/source.ts';
import type { MeasuredSource } from '../../src/ports/success-source.ts';
import { startHttpServer, type TestServer } from '../support/http-server.ts';
import { havePostgres, type PostgresServer, startPostgres } from '../support/postgres.ts';

/** The success sources against a real PostgreSQL, a real HTTP server and real texts. */
const DAY = { day: '2026-12-04', from: Date.parse('2026-12-04T05:00:00Z'), to: Date.parse('2026-12-05T05:00:00Z') };

function sql(query: string, timeout = '5s'): MeasuredSource {
  return { kind: 'sql', connectionFrom: 'SHOP', query, timeout };
}

describe.skipIf(!havePostgres())('PostgreSQL', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.query(
      `CREATE TABLE orders (placed_at timestamptz, total numeric);
       INSERT INTO orders VALUES ('2026-12-04 12:00Z', 20.5), ('2026-12-05 04:59Z', 1), ('2026-12-05 05:00Z', 99)`,
    );
  }, 60_000);
  afterAll(async () => {
    await postgres?.stop();
  });
  const read = (source: MeasuredSource, env: Record<string, string> = { SHOP: postgres.url }) =>
    createSuccessSource({ env, workspace: { read: async () => undefined } }).read(source, DAY);

  it('counts the day that $1 and $2 enclose, and reads numeric and bigint as numbers', async () => {
    const within = 'WHERE placed_at >= $1 AND placed_at < $2';
    expect(await read(sql(`SELECT sum(total) FROM orders ${within}`))).toEqual({ ok: true, value: 21.5 });
    expect(await read(sql(`SELECT count(*) FROM orders ${within}`))).toEqual({ ok: true, value: 2 });
    expect(await read(sql('SELECT 42'))).toEqual({ ok: true, value: 42 });
  });

  it('changes nothing: neither by a write nor by a second statement', async () => {
    expect(await read(sql('INSERT INTO orders VALUES (now(), 1) RETURNING total'))).toMatchObject({
      noData: { reason: 'error', detail: expect.stringContaining('read-only') },
    });
    expect(await read(sql('SELECT 1; COMMIT; DROP TABLE orders'))).toMatchObject({ ok: false });
    expect(await postgres.query('SELECT count(*)::int AS n FROM orders')).toEqual([{ n: 3 }]);
  });

  it('has a deadline, which the server keeps', async () => {
    expect(await read(sql('SELECT 1 FROM pg_sleep(30)', '1s'))).toMatchObject({ noData: { reason: 'timeout' } });
  });

  it.each([
    ['SELECT total FROM orders', 'several-values'],
    ['SELECT 1, 2', 'several-values'],
    ['SELECT 1 WHERE false', 'empty'],
    ['SELECT NULL', 'empty'],
    ["SELECT 'NaN'::float8", 'not-a-number'],
    ['SELECT true', 'not-a-number'],
    ['SELEC 1', 'error'],
  ])('%s is no number: %s', async (query, reason) => {
    expect(await read(sql(query))).toMatchObject({ ok: false, noData: { reason } });
  });

  it('says what is wrong with the connection, and never the connection', async () => {
    expect(await read(sql('SELECT 1'), {})).toMatchObject({ noData: { detail: expect.stringContaining('SHOP') } });
    const wrong = postgres.url.replace('correct-horse-battery', 'hunter2-hunter2');
    const refused = JSON.stringify(await read(sql('SELECT 1'), { SHOP: wrong }));
    expect(refused).toContain('"ok":false');
    expect(refused).not.toContain('hunter2');
    const closed = await read(sql('SELECT 1'), { SHOP: 'postgres://relctl:hunter2@127.0.0.1:1/shop' });
    expect(closed).toMatchObject({ noData: { reason: 'unreachable' } });
  });
});

describe('HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startHttpServer(({ path, headers }, response) => {
      if (path.startsWith('/moved')) response.writeHead(302, { location: '/' }).end();
      else if (path.startsWith('/broken')) response.writeHead(500).end();
      else if (path.startsWith('/hangs')) return;
      else if (path.startsWith('/text')) response.writeHead(200).end('twelve');
      else {
        const url = new URL(path, 'http://localhost');
        const body = { from: url.searchParams.get('from'), signed: headers.authorization, n: '12.5', none: null };
        response.writeHead(200).end(JSON.stringify(body));
      }
    });
  });
  afterAll(async () => {
    await server.stop();
  });
  const read = (path: string, pointer: string, more: Partial<Extract<MeasuredSource, { kind: 'http' }>> = {}) =>
    createSuccessSource({ env: { TOKEN: 's3cret' }, workspace: { read: async () => undefined } }).read(
      { kind: 'http', url: `${server.url}${path}`, pointer, timeout: '5s', ...more },
      DAY,
    );

  it('takes the number at the pointer, and asks for the day with its token', async () => {
    expect(await read('/?from={from}', '/n', { tokenFrom: 'TOKEN' })).toEqual({ ok: true, value: 12.5 });
    expect(server.requests.at(-1)).toMatchObject({
      path: '/?from=2026-12-04T05%3A00%3A00.000Z',
      headers: { authorization: 'Bearer s3cret' },
    });
  });

  it.each([
    ['/', '/nowhere', 'empty'],
    ['/', '/none', 'empty'],
    ['/', '', 'not-a-number'],
    ['/text', '/n', 'error'],
    ['/moved', '/n', 'error'],
    ['/broken', '/n', 'error'],
  ])('%s at "%s" is no number: %s', async (path, pointer, reason) => {
    expect(await read(path, pointer)).toMatchObject({ ok: false, noData: { reason } });
  });

  it('has a deadline', async () => {
    expect(await read('/hangs', '/n', { timeout: '1s' })).toMatchObject({ noData: { reason: 'timeout' } });
  });
});

describe('CSV', () => {
  const read = (text: string | undefined) =>
    createSuccessSource({ env: {}, workspace: { read: async () => text } }).read(
      { kind: 'csv', file: 'kr.csv', column: 'share', dayColumn: 'date', separator: ',' },
      DAY,
    );

  it('takes the row of the day', async () => {
    expect(await read('date,share\n2026-12-03,1\n2026-12-04,2\n')).toEqual({ ok: true, value: 2 });
  });

  it.each([
    [undefined, 'empty'],
    ['date,share\n2026-12-03,1\n', 'empty'],
    ['date,share\n2026-12-04,1\n2026-12-04,2\n', 'several-values'],
    ['date,part\n2026-12-04,1\n', 'error'],
    ['date,share\n2026-12-04,many\n', 'not-a-number'],
  ])('%j has no value: %s', async (text, reason) => {
    expect(await read(text)).toMatchObject({ ok: false, noData: { reason } });
  });
});
