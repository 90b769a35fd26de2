import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { type Running, startProgram } from './process.ts';
import { waitFor } from './wait.ts';

/** A real Prometheus or Alertmanager on loopback. */
export interface MetricsProgram {
  readonly url: string;
  readonly folder: string;
  readonly program: Running;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** A real Prometheus. */
export interface PrometheusServer extends MetricsProgram {
  /** Puts another rule file in place (YAML) and has it read. */
  setRules(rules: string): Promise<void>;
  /** Scrapes nothing any more: what it holds stays as it is. */
  dropTargets(): Promise<void>;
}

/** What a Prometheus is started with. */
export interface PrometheusOptions {
  /** Files of targets, as the kubelet stand-in keeps them. */
  readonly targetsFiles: readonly string[];
  /** Rule file, as YAML. */
  readonly rules?: string;
  readonly alertmanager?: string;
  /** Scraped and evaluated this often; `1s` when left out. */
  readonly interval?: string;
  /** Another store that it also asks, and whose silence it warns of. */
  readonly remoteRead?: string;
  /** History to begin with, in OpenMetrics text with times in seconds. */
  readonly history?: string;
}

/** Starts Prometheus and waits until it answers. Changes in its targets take up to 5 s until they are scraped. */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-prometheus-'));
  const [port = 0] = await freePorts(1);
  const rulesFile = join(folder, 'rules.yml');
  const data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(rulesFile, options.rules ?? 'groups: []\n');
  const interval = options.interval ?? '1s';
  // JSON is YAML.
  const config = {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: [rulesFile],
    scrape_configs: [{ job_name: 'pods', file_sd_configs: [{ files: options.targetsFiles, refresh_interval: '1s' }] }],
    ...(options.remoteRead === undefined ? {} : { remote_read: [{ url: options.remoteRead, read_recent: true }] }),
    ...(options.alertmanager === undefined
      ? {}
      : { alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(options.alertmanager).host] }] }] } }),
  };
  const configFile = join(folder, 'prometheus.yml');
  writeFileSync(configFile, JSON.stringify(config, null, 1));
  if (options.history !== undefined) {
    const history = join(folder, 'history.txt');
    writeFileSync(history, options.history);
    execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', history, data], { stdio: 'pipe' });
  }
  const started = await startAndWait('prometheus', folder, port, [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=60d',
    '--web.enable-lifecycle',
    // Alerts that fire before Alertmanager is discovered (5 s after the start) are told again soon, not a minute later.
    '--rules.alert.resend-delay=1s',
    '--log.level=warn',
  ]);
  async function put(file: string, text: string): Promise<void> {
    writeFileSync(file, text);
    const response = await fetch(`${started.url}/-/reload`, { method: 'POST' });
    if (!response.ok) throw new Error(`prometheus did not take ${file}: ${await response.text()}`);
  }
  return {
    ...started,
    setRules: (rules) => put(rulesFile, rules),
    dropTargets: () => put(configFile, JSON.stringify({ ...config, scrape_configs: [] })),
  };
}

/** Starts Alertmanager; alerts go to a webhook when one is given, and otherwise nowhere. */
export async function startAlertmanager(options: { readonly webhook?: string } = {}): Promise<MetricsProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-alertmanager-'));
  const [port = 0] = await freePorts(1);
  const receiver = { name: 'test', ...(options.webhook ? { webhook_configs: [{ url: options.webhook }] } : {}) };
  const route = { receiver: 'test', group_wait: '0s', group_interval: '1s', repeat_interval: '1h' };
  writeFileSync(join(folder, 'alertmanager.yml'), JSON.stringify({ route, receivers: [receiver] }));
  return startAndWait('prometheus-alertmanager', folder, port, [
    `--config.file=${join(folder, 'alertmanager.yml')}`,
    `--storage.path=${join(folder, 'data')}`,
    // No gossip: it would listen on a fixed port of every address.
    '--cluster.listen-address=',
    '--log.level=warn',
  ]);
}

async function startAndWait(
  name: string,
  folder: string,
  port: number,
  args: readonly string[],
): Promise<MetricsProgram> {
  const address = `127.0.0.1:${port}`;
  const program = await startProgram(name, [...args, `--web.listen-address=${address}`], {
    log: join(folder, `${name}.log`),
  });
  const stop = async () => {
    if (program.child.signalCode === null) program.child.kill('SIGCONT');
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const isReady = async () => (await fetch(`http://${address}/-/ready`)).ok;
    await waitFor(isReady, { what: `answer of ${name}`, programs: [program] });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://${address}`, folder, program, stop };
}
