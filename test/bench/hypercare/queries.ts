import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A query that was put to Prometheus, and when it was there: milliseconds of `performance.now()`. */
export interface Query {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
  readonly from: number;
  to: number;
  /** How many others had been answered when it was put: it may have waited for them. */
  readonly after: number;
}

/** Stands before a Prometheus, passes everything on and notes it. */
export interface Recorder {
  readonly url: string;
  /** What was noted since the last call, in the order in which it was put. */
  take(): readonly Query[];
  stop(): Promise<void>;
}

/** Starts a recorder on loopback. */
export async function startRecorder(prometheus: string): Promise<Recorder> {
  const agent = new Agent({ keepAlive: true });
  let noted: Query[] = [];
  let answered = 0;
  const server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const { method = 'GET', url: path = '/' } = incoming;
    const query: Query = {
      method,
      path,
      body: Buffer.concat(parts),
      from: performance.now(),
      to: Number.POSITIVE_INFINITY,
      after: answered,
    };
    noted.push(query);
    const upstream = request(`${prometheus}${path}`, { agent, method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on('end', () => {
        query.to = performance.now();
        answered += 1;
      });
    });
    upstream.on('error', () => outgoing.destroy());
    upstream.end(query.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = noted;
      noted = [];
      answered = 0;
      return taken;
    },
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Seconds in which at least one of the queries was with Prometheus. */
export function secondsAtPrometheus(queries: readonly Query[]): number {
  let [sum, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { from, to } of [...queries].sort((a, b) => a.from - b.from)) {
    if (to > until) sum += to - Math.max(from, until);
    until = Math.max(until, to);
  }
  return sum / 1000;
}

/**
 * Puts the same queries again, by a client that throws the answers away: each when as many others are answered as were then, so
 * that as many are under way at once. Seconds from the first question to the last answer.
 */
export async function replay(prometheus: string, queries: readonly Query[]): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  const began = performance.now();
  const waiting = [...queries];
  let answered = 0;
  await new Promise<void>((resolve, reject) => {
    const put = (): void => {
      if (answered === queries.length) resolve();
      for (let next = waiting[0]; next !== undefined && next.after <= answered; next = waiting[0]) {
        waiting.shift();
        const { method, path, body } = next;
        const headers = body.length === 0 ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
        const asked = request(`${prometheus}${path}`, { agent, method, headers }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`${path}: HTTP ${answer.statusCode}`));
          answer.resume().on('end', () => {
            answered += 1;
            put();
          });
        });
        asked.on('error', reject);
        asked.end(body);
      }
    };
    put();
  });
  agent.destroy();
  return (performance.now() - began) / 1000;
}
