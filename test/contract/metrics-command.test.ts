import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { commandStore } from '../../src/adapters/metrics/command/command.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { startHttpServer, type TakenRequest } from '../support/http-server.ts';
import { describeMetricsContract, reason, value } from './metrics.contract.ts';

const MINUTE = 60_000;
const END = Date.UTC(2026, 11, 3, 19);
const SPAN = { from: END - 30 * MINUTE, to: END };
const folder = mkdtempSync(join(tmpdir(), 'relctl-counting-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function store(command: readonly string[], env: Record<string, string> = {}, now = END): Metrics {
  return commandStore.open(
    { store: 'command', command, lag: '0s' },
    {
      timeout: 1000,
      staleAfter: 60,
      env,
      cwd: folder,
      exec: (program, args, options) => exec(program, args, { ...options, env: { ...env, ...options.env } }),
      now: () => now,
      fetchOf: () => fetch,
    },
  );
}

/** A program of the test: answers each question by this function, which is written into it. */
function program(name: string, answer: (request: Record<string, never>) => unknown): readonly string[] {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(
    file,
    `import { text } from 'node:stream/consumers';
const answer = ${answer.toString()};
process.stdout.write(JSON.stringify(await answer(JSON.parse(await text(process.stdin)))));`,
  );
  return [process.execPath, file];
}

/** Three pods, one of them the canary, each with a number of requests a minute. */
const COUNTING = (request: Record<string, never>): unknown => {
  const { metric, matchers, from, to } = request as unknown as {
    metric: string;
    matchers: { label: string; operator: string; value: string }[];
    from: string;
    to: string;
  };
  if (request.do === 'value') {
    const { query, at } = request as unknown as { query: string; at: string };
    return query === 'up' ? { value: 42, at } : { noData: `nothing called ${query}` };
  }
  if (metric !== 'requests_total') return { interval: 60, series: [] };
  const pods = [
    { pod: 'a', track: 'stable', rate: 60 },
    { pod: 'b', track: 'stable', rate: 50 },
    { pod: 'c', track: 'canary', rate: 7 },
  ];
  const wanted = pods.filter((pod) =>
    matchers.every(({ operator, value: text }) => (operator === '=' ? pod.track === text : pod.track !== text)),
  );
  const series = wanted.map(({ pod, track, rate }) => {
    const counts = [];
    const newest = Math.min(Date.parse(to), Date.UTC(2026, 11, 3, 19));
    for (let at = Math.ceil((Date.parse(from) + 1) / 60_000) * 60_000; at <= newest; at += 60_000) {
      counts.push([new Date(at).toISOString(), rate]);
    }
    return { labels: { pod, track }, counts };
  });
  return { interval: 60, series };
};

describeMetricsContract('a program that counts', async () => ({
  metrics: store(program('counting', COUNTING)),
  selector: 'requests_total',
  canary: 'track="canary"',
  control: 'track!="canary"',
  span: SPAN,
  interval: 60,
  scalar: { query: 'up', value: 42 },
}));

describe('a program that counts', () => {
  it('gives counters that only grow, whatever it says later of what it counted before', async () => {
    const metrics = store(program('revising', COUNTING));
    const first = value(
      await metrics.samples('requests_total', ['track="canary"'], { from: SPAN.from, to: END - 10 * MINUTE }),
    );
    const second = value(
      await metrics.samples('requests_total', ['track="canary"'], { from: END - 12 * MINUTE, to: END }),
    );
    expect(first[0]?.points[0]).toEqual({ at: SPAN.from, value: 0 });
    expect(first[0]?.points.at(-1)).toEqual({ at: END - 10 * MINUTE, value: 140 });
    expect(second[0]?.points[0]).toEqual({ at: END - 12 * MINUTE, value: 126 });
    expect(second[0]?.points.at(-1)).toEqual({ at: END, value: 210 });
  });

  it.each<[string, string, () => unknown]>([
    ['says so', 'empty', () => ({ noData: 'the account has no such metric' })],
    ['warns', 'warnings', () => ({ interval: 60, series: [], warnings: ['partial answer'] })],
    [
      'counts a stretch twice',
      'error',
      () => ({
        interval: 60,
        series: [
          {
            counts: [
              ['2026-12-03T18:59:00Z', 1],
              ['2026-12-03T18:59:00Z', 2],
            ],
          },
        ],
      }),
    ],
    [
      'counts less than nothing',
      'error',
      () => ({ interval: 60, series: [{ counts: [['2026-12-03T18:59:00Z', -1]] }] }),
    ],
    ['answers in another form', 'error', () => '<html>log in</html>'],
    ['is late with its counts', 'stale', () => ({ interval: 60, series: [{ counts: [['2026-12-03T18:40:00Z', 9]] }] })],
    ['ends with an error', 'error', () => process.exit(3)],
    ['never ends', 'timeout', () => new Promise((resolve) => setTimeout(resolve, 60_000))],
  ])('that %s has no data (%s)', async (name, expected, answer) => {
    const command = program(name.replaceAll(' ', '-'), answer);
    const open = { store: 'command', command, lag: '0s', timeout: '2s' };
    const ground = { timeout: 1000, staleAfter: 60, env: {}, cwd: folder, exec, now: () => END, fetchOf: () => fetch };
    expect(reason(await commandStore.open(open, ground).increase('requests_total', [], SPAN))).toBe(expected);
  });

  it('is not repeated in what is recorded of it, which would be kept for good', async () => {
    const metrics = store(
      program('talks', () => {
        console.log('hush');
        console.error('hush');
        process.exit(3);
      }),
    );
    const read = await metrics.increase('requests_total', [], SPAN);
    expect(read).toMatchObject({
      ok: false,
      noData: {
        detail: expect.stringMatching(
          /ended with exit code 3; what it prints is not recorded: run it by hand to read it$/,
        ),
      },
    });
  });

  it('names the gaps between its counts', async () => {
    const metrics = store(
      program('gappy', () => ({
        interval: 60,
        series: [{ counts: [18, 19, 20, 40, 59].map((minute) => [`2026-12-03T18:${minute}:00Z`, 1]) }],
      })),
    );
    const gaps = value(await metrics.gaps('requests_total', [], { from: END - 43 * MINUTE, to: END }, 300));
    expect(gaps.map(({ from, to }) => (to - from) / MINUTE)).toEqual([20, 19]);
  });

  it('is refused with settings that it does not understand', () => {
    expect(() => store([])).toThrowError(expect.objectContaining({ code: 'config.invalid' }));
  });
});

const example = (name: string): readonly string[] => [
  process.execPath,
  fileURLToPath(new URL(`../../templates/metrics/${name}.mjs`, import.meta.url)),
];
const json = (response: ServerResponse, body: unknown) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** The examples against answers as the documentation of each store has them. */
describe('the example for', () => {
  it('Datadog asks for counts by pod, with tags, and reads the beginning of each stretch', async () => {
    let seen: TakenRequest | undefined;
    const server = await startHttpServer((request, response) => {
      seen = request;
      const pointlist = [
        [END - 2 * MINUTE, 70],
        [END - MINUTE, null],
      ];
      json(response, { status: 'ok', series: [{ tag_set: ['pod_name:web-1'], interval: 60, pointlist }] });
    });
    try {
      const metrics = store(example('datadog'), { DD_URL: server.url, DD_API_KEY: 'k', DD_APP_KEY: 'a' });
      const grown = value(await metrics.increase('http_requests_total{service="web"}', ['track!="canary"'], SPAN));
      expect([...grown.series]).toEqual([['{pod="web-1"}', 70]]);
      expect(new URL(seen?.path ?? '', server.url).searchParams.get('query')).toBe(
        'sum:trace.http.request.hits{service:web,!track:canary} by {pod_name}.as_count().rollup(sum, 60)',
      );
      expect(seen?.headers['dd-api-key']).toBe('k');
      expect(reason(await metrics.increase('something_else', [], SPAN))).toBe('empty');
    } finally {
      await server.stop();
    }
  });

  it('New Relic reads a time series of NRQL, and a 200 with errors is no data', async () => {
    let body: unknown;
    let asked = '';
    const server = await startHttpServer((request, response) => {
      asked = (JSON.parse(request.body) as { variables: { nrql: string } }).variables.nrql;
      json(response, body);
    });
    try {
      const metrics = store(example('new-relic'), { NEW_RELIC_URL: server.url, NEW_RELIC_ACCOUNT_ID: '7' });
      const results = [{ beginTimeSeconds: END / 1000 - 60, endTimeSeconds: END / 1000, events: 12 }];
      body = { data: { actor: { account: { nrql: { results } } } } };
      expect(value(await metrics.increase('http_requests_good_total', ['track="can\'ary"'], SPAN)).total).toBe(12);
      expect(asked).toContain("error IS false AND `track` = 'can\\'ary' SINCE");
      body = { errors: [{ message: 'NRQL Syntax Error' }] };
      expect(reason(await metrics.increase('http_requests_total', [], SPAN))).toBe('error');
    } finally {
      await server.stop();
    }
  });

  it('CloudWatch asks the aws program, and a partial answer is no data', async () => {
    const aws = (answer: unknown) => {
      const file = join(folder, 'aws');
      writeFileSync(file, `#!${process.execPath}\nprocess.stdout.write(${JSON.stringify(JSON.stringify(answer))});\n`);
      chmodSync(file, 0o755);
    };
    const PATH = `${folder}${delimiter}${process.env.PATH}`;
    const metrics = store(example('cloudwatch'), { PATH });
    const result = { Id: 'q', Timestamps: ['2026-12-03T18:59:00+00:00', '2026-12-03T18:58:00+00:00'], Values: [5, 4] };
    aws({ MetricDataResults: [{ ...result, StatusCode: 'Complete' }] });
    expect(value(await metrics.increase('http_requests_total', ['track="canary"'], SPAN)).total).toBe(9);
    aws({ MetricDataResults: [{ ...result, StatusCode: 'PartialData' }] });
    expect(reason(await metrics.increase('http_requests_total', ['track="canary"'], SPAN))).toBe('error');
  });
});
