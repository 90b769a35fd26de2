// A small web service for the pods of the test cluster. What is wrong with it comes from its environment:
//   HOST, PORT            where to listen; a taken port gives way to a free one, which is told to the parent
//   SERVICE, VERSION      what it says of itself
//   ERROR_RATE            share of requests that are answered 500
//   SLOW_RATE, SLOW_MS    share of requests that take about SLOW_MS milliseconds instead of 2 to 10
//   CRASH                 last words; it says them and exits 1
//   START_MS              how long it takes until it listens
//   SEED                  the same seed, the same sequence of fates
import { createServer } from 'node:http';

const { HOST = '127.0.0.1', SERVICE = 'app', VERSION = 'dev', SEED = 'seed', HOSTNAME = 'pod', CRASH } = process.env;
const faults = {
  errorRate: Number(process.env.ERROR_RATE ?? 0.001),
  slowRate: Number(process.env.SLOW_RATE ?? 0),
  slowMs: Number(process.env.SLOW_MS ?? 600),
};
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.3, 0.5, 1, 2.5];

console.log(`${SERVICE} ${VERSION} is starting`);
if (CRASH) {
  console.error(CRASH);
  process.exit(1);
}

const random = seeded(SEED);
const requests = new Map([
  ['200', 0],
  ['500', 0],
]);
const buckets = BUCKETS.map(() => 0);
let count = 0;
let sum = 0;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://app');
  if (url.pathname === '/metrics') return answer(response, 200, metrics(), 'text/plain; version=0.0.4');
  if (url.pathname === '/healthz') return answer(response, 200, 'ok\n', 'text/plain');
  if (url.pathname === '/faults') {
    for (const key of Object.keys(faults))
      if (url.searchParams.has(key)) faults[key] = Number(url.searchParams.get(key));
    return answer(response, 200, `${JSON.stringify(faults)}\n`, 'application/json');
  }
  const started = performance.now();
  const failed = random() < faults.errorRate;
  const slow = random() < faults.slowRate;
  const delay = slow ? faults.slowMs * (0.8 + 0.6 * random()) : 2 + 8 * random();
  setTimeout(() => {
    const code = failed ? 500 : 200;
    observe(String(code), (performance.now() - started) / 1000);
    if (failed) console.error(`${request.method} ${url.pathname} 500`);
    answer(
      response,
      code,
      `${JSON.stringify({ service: SERVICE, version: VERSION, pod: HOSTNAME })}\n`,
      'application/json',
    );
  }, delay);
});

server.on('error', (error) => {
  if (error.code === 'EADDRINUSE') return server.listen(0, HOST);
  throw error;
});
server.on('listening', () => {
  const { port } = server.address();
  console.log(`listening on ${HOST}:${port}`);
  process.send?.({ port });
});
setTimeout(() => server.listen(Number(process.env.PORT ?? 8080), HOST), Number(process.env.START_MS ?? 0));

process.on('SIGTERM', () => {
  console.log('SIGTERM: draining');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 1000).unref();
});

function answer(response, code, body, type) {
  response.writeHead(code, { 'content-type': type });
  response.end(body);
}

function observe(code, seconds) {
  requests.set(code, (requests.get(code) ?? 0) + 1);
  BUCKETS.forEach((limit, index) => {
    if (seconds <= limit) buckets[index] += 1;
  });
  count += 1;
  sum += seconds;
}

function metrics() {
  const name = 'http_request_duration_seconds';
  return [
    '# TYPE http_requests_total counter',
    ...[...requests].map(([code, total]) => `http_requests_total{code="${code}"} ${total}`),
    `# TYPE ${name} histogram`,
    ...BUCKETS.map((limit, index) => `${name}_bucket{le="${limit}"} ${buckets[index]}`),
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
    '',
  ].join('\n');
}

/** Mulberry32 over an FNV-1a hash of the seed: numbers in [0, 1). */
function seeded(seed) {
  let state = 2166136261;
  for (const char of seed) state = Math.imul(state ^ char.charCodeAt(0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
