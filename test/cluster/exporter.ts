import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Requests that a replica has answered, as a service that is measured counts them. */
export interface ReplicaTraffic {
  /** Labels of its series. */
  readonly labels: Readonly<Record<string, string>>;
  /** Requests a second. */
  readonly rate: number;
  /** Share of them that fail, 0 to 1. */
  readonly bad: number;
}

/** A target for Prometheus whose counters rise as told, by the clock: measured traffic without the traffic. */
export interface Exporter {
  /** File for `file_sd_configs` that names it. */
  readonly targetsFile: string;
  /** What is counted from now on; counters go on from where they are. */
  count(replicas: readonly ReplicaTraffic[]): void;
  /** What a scrape gets: the counters, what is made of their text, or an error. */
  expose(mode: 'counters' | 'refuse' | ((counters: string) => string)): void;
  stop(): Promise<void>;
}

/** Name of the counter. */
export const COUNTER = 'shop_requests_total';

/** Starts an exporter; `labels` go on all its series. */
export async function startExporter(folder: string, labels: Readonly<Record<string, string>> = {}): Promise<Exporter> {
  const counts = new Map<string, number>();
  let replicas: readonly ReplicaTraffic[] = [];
  let since = performance.now();
  let mode: Parameters<Exporter['expose']>[0] = 'counters';

  const settle = () => {
    const now = performance.now();
    for (const replica of replicas) {
      const all = ((now - since) / 1000) * replica.rate;
      const series = (code: string) => seriesOf({ ...replica.labels, code });
      counts.set(series('200'), (counts.get(series('200')) ?? 0) + all * (1 - replica.bad));
      counts.set(series('500'), (counts.get(series('500')) ?? 0) + all * replica.bad);
    }
    since = now;
  };
  const counters = () => {
    settle();
    const lines = [...counts].map(([series, value]) => `${series} ${Math.floor(value)}`);
    return [`# TYPE ${COUNTER} counter`, ...lines, ''].join('\n');
  };

  const server: Server = createServer((_request, response) => {
    if (mode === 'refuse') {
      response.writeHead(503).end();
      return;
    }
    const text = mode === 'counters' ? counters() : mode(counters());
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const targetsFile = join(folder, `exporter-${port}.json`);
  writeFileSync(targetsFile, JSON.stringify([{ targets: [`127.0.0.1:${port}`], labels }]));
  return {
    targetsFile,
    count(next) {
      settle();
      replicas = next;
    },
    expose(next) {
      mode = next;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A series of the counter, as the exposition format writes it. */
function seriesOf(labels: Readonly<Record<string, string>>): string {
  return `${COUNTER}{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;
}
