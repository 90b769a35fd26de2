import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real Prometheus or Alertmanager on a free loopback port, in a folder of its own. */
export interface StartedServer {
  readonly url: string;
  readonly pid: number;
  /** Stops the whole process, so that it accepts connections and never answers. Proves that it took effect. */
  suspend(): Promise<void>;
  resume(): void;
  /** Kills it and starts it again on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A series of the past: samples as [seconds since the epoch, value]. */
export interface PastSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [at: number, value: number | 'NaN' | '+Inf'])[];
}

/**
 * True when the binaries are there. Where they are not, the caller skips, saying so; in CI that is an error, because a suite
 * that silently does not run protects nothing.
 */
export function haveBinaries(...names: readonly string[]): boolean {
  const missing = names.filter((name) => !isOnPath(name));
  if (missing.length === 0) return true;
  const message = `${missing.join(', ')} not found (Debian packages prometheus, prometheus-alertmanager, postgresql)`;
  if (process.env.CI) throw new Error(`${message}; in CI these tests must run`);
  console.warn(`SKIPPED, not run: tests against the real servers, because ${message}`);
  return false;
}

/** What a Prometheus is started with. */
export interface PrometheusSetup {
  readonly history?: readonly PastSeries[];
  /** `prometheus.yml`; nothing is scraped when it is left out. */
  readonly config?: string;
  /** Files beside the configuration, such as rules. */
  readonly files?: Readonly<Record<string, string>>;
  /** Address that it listens on, in a network that the test made; loopback when left out. */
  readonly host?: string;
}

/** Starts Prometheus on loopback; `history` is written into its store by promtool first. */
export async function startPrometheus(setup: PrometheusSetup): Promise<StartedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-prometheus-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(join(folder, 'prometheus.yml'), setup.config ?? 'scrape_configs: []\n');
  for (const [name, text] of Object.entries(setup.files ?? {})) writeFileSync(join(folder, name), text);
  if (setup.history !== undefined && setup.history.length > 0) {
    const file = join(folder, 'history.om');
    writeFileSync(file, openMetrics(setup.history));
    execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', '-q', file, data], { stdio: 'pipe' });
    rmSync(file);
  }
  const host = setup.host ?? LOOPBACK;
  return startServer({ folder, host, readyPath: '/-/ready' }, (port) => [
    'prometheus',
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=50y',
    `--web.listen-address=${host}:${port}`,
    '--web.enable-lifecycle',
  ]);
}

/** Starts Alertmanager on loopback or a given address, without its cluster port, with one receiver that does nothing. */
export async function startAlertmanager(host = LOOPBACK): Promise<StartedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-alertmanager-'));
  const config = join(folder, 'alertmanager.yml');
  writeFileSync(config, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
  return startServer({ folder, host, readyPath: '/-/ready' }, (port) => [
    'prometheus-alertmanager',
    `--config.file=${config}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=${host}:${port}`,
    '--cluster.listen-address=',
  ]);
}

const LOOPBACK = '127.0.0.1';

/** A port of loopback, or of another address of this machine, that was free a moment ago. */
export async function freePort(host = LOOPBACK): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function openMetrics(history: readonly PastSeries[]): string {
  const names = [...new Set(history.map((series) => series.name))];
  const lines = names.flatMap((name) => [
    `# TYPE ${name} unknown`,
    ...history
      .filter((series) => series.name === name)
      .flatMap(({ labels, samples }) => {
        const text = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
        return samples.map(([at, value]) => `${name}{${text.join(',')}} ${value} ${at}`);
      }),
  ]);
  return `${lines.join('\n')}\n# EOF\n`;
}

async function startServer(
  { folder, host, readyPath }: { readonly folder: string; readonly host: string; readonly readyPath: string },
  argv: (port: number) => readonly string[],
): Promise<StartedServer> {
  // Another process may take the port between its choice and its use, so a start is tried again.
  let trouble: unknown;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const port = await freePort(host);
    const url = `http://${host}:${port}`;
    const [program = '', ...args] = argv(port);
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      await untilReady(child, `${url}${readyPath}`);
      const again = async (): Promise<ChildProcess> => {
        const next = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
        await untilReady(next, `${url}${readyPath}`);
        return next;
      };
      return serverHandle(child, url, folder, again);
    } catch (error) {
      trouble = error;
      child.kill('SIGKILL');
    }
  }
  rmSync(folder, { recursive: true, force: true });
  throw trouble;
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = `${words}${chunk.toString()}`.slice(-2000);
  });
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${words}`);
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it did not become ready: ${words}`);
}

function serverHandle(
  first: ChildProcess,
  url: string,
  folder: string,
  startAgain: () => Promise<ChildProcess>,
): StartedServer {
  let child = first;
  const pidNow = (): number => {
    if (child.pid === undefined) throw new Error('no pid');
    return child.pid;
  };
  const kill = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await ended;
    }
  };
  return {
    url,
    get pid() {
      return pidNow();
    },
    restart: async () => {
      await kill();
      child = await startAgain();
    },
    suspend: async () => {
      const pid = pidNow();
      process.kill(pid, 'SIGSTOP');
      for (let tries = 0; tries < 100; tries += 1) {
        if (/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error('the server should be stopped, but still runs');
    },
    resume: () => {
      process.kill(pidNow(), 'SIGCONT');
    },
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether this machine has a program. */
export function isOnPath(name: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$0"', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
