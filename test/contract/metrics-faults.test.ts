import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPrometheusMetrics } from '../../src/adapters/prometheus/metrics.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { startHttpServer, type TakenRequest, type TestServer } from '../support/http-server.ts';
import { freePort, haveBinaries, type StartedServer, startPrometheus } from '../support/prometheus.ts';
import { reason, value } from './metrics.contract.ts';

const span = { from: 1_772_366_400_000, to: 1_772_367_000_000 };

/** Each way of asking, because none of them may ever turn a fault into a number. */
async function reasons(metrics: Metrics): Promise<readonly string[]> {
  return [
    reason(await metrics.increase('requests_total', ['track="canary"'], span)),
    reason(await metrics.increase('requests_total', [], { from: span.from - 48 * 3_600_000, to: span.to })),
    reason(await metrics.scalar('sum(rate(requests_total[5m]))', span.to)),
    reason(await metrics.gaps('requests_total', [], span, 60)),
  ];
}

function all(what: string): readonly string[] {
  return [what, what, what, what];
}

describe('a Prometheus that fails', () => {
  let server: TestServer | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  async function failing(answer: Parameters<typeof startHttpServer>[0], timeout = 5000): Promise<Metrics> {
    server = await startHttpServer(answer);
    return createPrometheusMetrics({ url: server.url, staleAfter: 60, timeout });
  }

  function answering(status: number, body: string, headers: Record<string, string> = {}) {
    return failing((_request, response) => response.writeHead(status, headers).end(body));
  }

  /** The fault fired: the server was really asked. */
  function fired(): readonly TakenRequest[] {
    expect(server?.requests.length).toBeGreaterThanOrEqual(4);
    return server?.requests ?? [];
  }

  it('is unreachable when nothing listens', async () => {
    const metrics = createPrometheusMetrics({
      url: `http://127.0.0.1:${await freePort()}`,
      staleAfter: 60,
      timeout: 5000,
    });
    expect(await reasons(metrics)).toEqual(all('unreachable'));
    const reading = await metrics.scalar('1', span.to);
    expect(reading.ok ? '' : reading.noData.detail).toContain('ECONNREFUSED');
  });

  it('is a time-out when it accepts and never answers', async () => {
    const metrics = await failing(() => undefined, 150);
    expect(await reasons(metrics)).toEqual(all('timeout'));
    fired();
  });

  it('is a time-out when its answer drips and never ends', async () => {
    const drips: NodeJS.Timeout[] = [];
    const metrics = await failing((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      drips.push(setInterval(() => response.write(' '), 20));
    }, 200);
    expect(await reasons(metrics)).toEqual(all('timeout'));
    for (const drip of drips) clearInterval(drip);
    fired();
  });

  it('is unreachable when the connection is cut in mid-answer', async () => {
    const metrics = await failing((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"status":"succ', () => response.destroy());
    });
    expect(await reasons(metrics)).toEqual(all('unreachable'));
    fired();
  });

  it('is unreachable when something else than HTTP listens', async () => {
    let greeted = 0;
    const raw = createServer((socket) => {
      greeted += 1;
      socket.on('error', () => undefined);
      socket.resume();
      socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    const address = raw.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const metrics = createPrometheusMetrics({ url: `http://127.0.0.1:${port}`, staleAfter: 60, timeout: 5000 });
    expect(await reasons(metrics)).toEqual(all('unreachable'));
    expect(greeted).toBeGreaterThanOrEqual(4);
    await new Promise((resolve) => raw.close(resolve));
  });

  it.each([
    ['400 with its own error', 400, '{"status":"error","errorType":"bad_data","error":"parse error"}', 'error'],
    ['422', 422, '{"status":"error","errorType":"execution","error":"too many samples"}', 'error'],
    [
      '503 because the query took too long',
      503,
      '{"status":"error","errorType":"timeout","error":"query timed out"}',
      'timeout',
    ],
    ['200 with status error', 200, '{"status":"error","errorType":"internal","error":"x"}', 'error'],
    ['401', 401, 'Unauthorized', 'error'],
    ['404', 404, '404 page not found', 'error'],
    ['500', 500, 'Internal Server Error', 'error'],
    ['502 from a gateway', 502, '<html>Bad Gateway</html>', 'unreachable'],
    ['503 from a gateway', 503, '', 'unreachable'],
    ['504 from a gateway', 504, '', 'timeout'],
    ['204', 204, '', 'error'],
    ['no JSON', 200, '<html>Please log in</html>', 'error'],
    ['JSON that is cut off', 200, '{"status":"success","data":{"resultType":"vec', 'error'],
    ['an empty body', 200, '', 'error'],
    ['JSON null', 200, 'null', 'error'],
    ['another JSON', 200, '{"status":"success","data":{"hits":[]}}', 'error'],
    ['a sample that is no pair', 200, success('vector', [{ metric: {}, value: [1] }]), 'error'],
    ['a sample whose value is a bare number', 200, success('vector', [{ metric: {}, value: [1, 2] }]), 'error'],
    ['labels that are no texts', 200, success('vector', [{ metric: { code: 500 }, value: [1, '2'] }]), 'error'],
    ['a native histogram', 200, success('vector', [{ metric: {}, histogram: [1, {}] }]), 'error'],
    ['warnings', 200, success('vector', [{ metric: {}, value: [1, '2'] }], ['partial response']), 'warnings'],
    [
      'a part of a cluster of VictoriaMetrics',
      200,
      '{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]}}',
      'warnings',
    ],
    ['no tenant, as Mimir says it', 401, 'no org id', 'error'],
    [
      'a limit of Mimir',
      422,
      '{"status":"error","errorType":"execution","error":"the query exceeded the maximum number of chunks (err-mimir-max-chunks-per-query)"}',
      'error',
    ],
  ])('has no data on %s', async (_name, status, body, expected) => {
    const metrics = await answering(status, body);
    expect(await reasons(metrics)).toEqual(all(expected));
    fired();
  });

  it.each([
    ['an empty vector', success('vector', []), 'empty'],
    [
      'several values',
      success('vector', [
        { metric: { a: '1' }, value: [1, '1'] },
        { metric: { a: '2' }, value: [1, '1'] },
      ]),
      'several-values',
    ],
    ['NaN', success('vector', [{ metric: {}, value: [1, 'NaN'] }]), 'not-a-number'],
    ['+Inf', success('vector', [{ metric: {}, value: [1, '+Inf'] }]), 'not-a-number'],
    ['a scalar NaN', success('scalar', [1, 'NaN']), 'not-a-number'],
    ['text that is no number', success('vector', [{ metric: {}, value: [1, 'many'] }]), 'not-a-number'],
    ['an empty text', success('vector', [{ metric: {}, value: [1, ''] }]), 'not-a-number'],
  ])('has no one number in %s', async (_name, body, expected) => {
    const metrics = await answering(200, body);
    expect(reason(await metrics.scalar('sum(up)', span.to))).toBe(expected);
    expect(server?.requests.length).toBeGreaterThan(0);
  });

  it('does not follow a redirect, and says where it points', async () => {
    const elsewhere = await startHttpServer((_request, response) => response.end(success('scalar', [1, '1'])));
    const metrics = await answering(302, '', { location: `${elsewhere.url}/login` });
    expect(await reasons(metrics)).toEqual(all('error'));
    const reading = await metrics.scalar('1', span.to);
    expect(reading.ok ? '' : reading.noData.detail).toContain(new URL(elsewhere.url).host);
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
    fired();
  });

  it('gives up on an answer that is too large to be one', async () => {
    const metrics = await failing((_request, response) => {
      response.writeHead(200);
      response.on('error', () => undefined);
      const flood = () => {
        while (response.write(Buffer.alloc(1_048_576, 32)) && !response.destroyed);
      };
      response.on('drain', flood);
      flood();
    }, 20_000);
    const reading = await metrics.scalar('1', span.to);
    expect(reason(reading)).toBe('error');
    expect(reading.ok ? '' : reading.noData.detail).toContain('larger than');
  });

  it('refuses a URL that carries a password, without repeating it', () => {
    const open = () => createPrometheusMetrics({ url: 'http://ada:s3cret@127.0.0.1:9', staleAfter: 60, timeout: 1000 });
    expect(open).toThrow(/carries a user name or password/);
    expect(open).not.toThrow(/s3cret/);
  });

  it('asks below the path of its URL, and posts what is too long for one', async () => {
    server = await startHttpServer((_request, response) => response.end(success('scalar', [1, '1'])));
    const metrics = createPrometheusMetrics({ url: `${server.url}/prom/`, staleAfter: 60, timeout: 5000 });
    expect(value(await metrics.scalar('1', span.to))).toBe(1);
    expect(value(await metrics.scalar(`${'1+'.repeat(3000)}1`, span.to))).toBe(1);
    expect(server.requests.map((r) => `${r.method} ${r.path.split('?')[0]}`)).toEqual([
      'GET /prom/api/v1/query',
      'POST /prom/api/v1/query',
    ]);
    expect(new URLSearchParams(server.requests[1]?.body).get('query')).toHaveLength(6001);
  });
});

describe.skipIf(!haveBinaries('prometheus', 'promtool'))('faults of a real Prometheus', () => {
  let prometheus: StartedServer;
  let target: TestServer;
  let hits = 0;

  beforeAll(async () => {
    target = await startHttpServer((_request, response) => {
      hits += 1;
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
      response.end(`# TYPE live_requests_total counter\nlive_requests_total{track="canary"} ${hits * 10}\n`);
    });
    prometheus = await startPrometheus({
      config: [
        'global: { scrape_interval: 200ms, scrape_timeout: 200ms }',
        'scrape_configs:',
        '  - job_name: web',
        `    static_configs: [{ targets: ["${new URL(target.url).host}"] }]`,
        // A store that cannot be reached makes every answer partial, of which Prometheus warns.
        'remote_read:',
        `  - { url: "http://127.0.0.1:${await freePort()}/read", read_recent: true, required_matchers: { store: "remote" } }`,
        '',
      ].join('\n'),
    });
  }, 60_000);
  afterAll(async () => {
    await prometheus?.stop();
    await target?.stop();
  });

  /** Waits until a reading is as wanted; gives the last one when it never is. */
  async function eventually(wanted: string, read: () => Promise<Parameters<typeof reason>[0]>): Promise<string> {
    let seen = '';
    for (let tries = 0; tries < 150 && seen !== wanted; tries += 1) {
      if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 100));
      seen = reason(await read());
    }
    return seen;
  }

  it('counts what it scrapes live, and goes stale when the target is killed', async () => {
    const metrics = createPrometheusMetrics({ url: prometheus.url, staleAfter: 1, timeout: 10_000 });
    const live = () => {
      const to = Date.now();
      return metrics.increase('live_requests_total', ['track="canary"'], { from: to - 20_000, to });
    };
    expect(await eventually('ok', live)).toBe('ok');
    expect(value(await live()).total % 10).toBe(0);

    const before = hits;
    await target.stop();
    expect(await eventually('stale', live)).toBe('stale');
    expect(value(await metrics.scalar('up{job="web"}', Date.now()))).toBe(0);
    expect(hits).toBeGreaterThanOrEqual(before);
  });

  it('has no data when Prometheus warns that an answer is partial', async () => {
    const metrics = createPrometheusMetrics({ url: prometheus.url, staleAfter: 60, timeout: 10_000 });
    expect(reason(await metrics.scalar('sum(up{store="remote"}) or vector(0)', Date.now()))).toBe('warnings');
    expect(reason(await metrics.scalar('vector(0)', Date.now()))).toBe('ok');
  });
});

function success(resultType: string, result: unknown, warnings?: readonly string[]): string {
  return JSON.stringify({ status: 'success', data: { resultType, result }, ...(warnings ? { warnings } : {}) });
}
