import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { createKubectlCluster } from '../../../src/adapters/kubectl/cluster.ts';
import { withoutServerFields } from '../../../src/domain/kubernetes/manifests.ts';
import type { Cluster, KubeObject } from '../../../src/ports/cluster.ts';
import { type ApiRequest, isByKubectl, isWrite } from '../../cluster/audit-log.ts';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane.ts';
import { type Exporter, startExporter } from '../../cluster/exporter.ts';
import { type Kubelet, startKubelet } from '../../cluster/kubelet.ts';
import { type PrometheusServer, startPrometheus } from '../../cluster/prometheus.ts';
import { waitFor } from '../../cluster/wait.ts';
import { PEOPLE, type RecordedLine, type Result } from './company.ts';
import { type LabProduct, labFiles, labPlan, RELEASE, STABLE } from './lab-product.ts';
import { isProductObject } from './own-objects.ts';
import { makeProduct } from './product.ts';

/** The relctl that is tried. */
export const RELCTL =
  process.env.RELCTL_UNDER_TEST ?? fileURLToPath(new URL('../../../bin/relctl.js', import.meta.url));

/** A second person who may deploy. */
export const OTHER_OPERATOR = 'otto@example.com';

/**
 * A company in which one release is made ready for production and deployed again and again: each time to a namespace of its own
 * that runs version 1.0.0, from a clone of its own with sign-offs of its own, because they are bound to where it goes and what measures it. Requests are told to Prometheus and not sent, so a bake takes seconds.
 */
export interface Lab {
  readonly plane: ControlPlane;
  readonly kubelet: Kubelet;
  readonly prometheus: PrometheusServer;
  readonly exporter: Exporter;
  /** @param change of the text of the clone's relctl.yaml, before anybody signs */
  arena(change?: (config: string) => string): Promise<Arena>;
  stop(): Promise<void>;
}

/** A namespace as production, and a clone of the repository that deploys to it. */
export interface Arena {
  readonly namespace: string;
  readonly root: string;
  readonly cluster: Cluster;
  /** Another clone with the same content, as another person has it. */
  clone(): string;
  /** Runs relctl to its end. */
  relctl(args: readonly string[], how?: RunOptions): Promise<Result>;
  /** Starts relctl. */
  start(args: readonly string[], how?: RunOptions): Started;
  /** Phase and events of the release in a clone. */
  history(root?: string): { readonly phase: string; readonly events: readonly RecordedLine[] };
  /** Everything that a release could touch, server-set fields and fences aside. */
  contents(): Promise<readonly KubeObject[]>;
  /** The image that production runs. */
  image(): Promise<string | undefined>;
  /** What relctl asked the API server to change here since version 1.0.0 stood. */
  writes(): readonly ApiRequest[];
  /** What the migration's Jobs did here, in order: `up` or `down`. */
  migrations(): readonly string[];
  /** Keys of the notifications that were received, in order. */
  notifications(): readonly string[];
  remove(): Promise<void>;
}

/** How relctl is run. */
export interface RunOptions {
  /** The clone; the arena's own when left out. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly as?: string;
  /** Arguments for node itself. */
  readonly node?: readonly string[];
}

/** A relctl that runs. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Result>;
}

/** What varies between labs. */
export interface LabOptions extends LabProduct {
  readonly name?: string;
  /** How often Prometheus scrapes; every second when left out, so that tests need not wait. */
  readonly scrape?: string;
  /** What images run that are no services, by name. */
  readonly programs?: Readonly<Record<string, readonly string[]>>;
  /** What each person has on their machine, such as a key. */
  readonly environmentOf?: (person: string) => Readonly<Record<string, string>>;
}

/** Starts a lab. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const plane = await startControlPlane({ name: options.name ?? 'lab', audit: true });
  await plane.createNamespace('shop-staging');
  const { programs = {} } = options;
  const kubelet = await startKubelet(plane, { backOffMs: 300, programs });
  const exporter = await startExporter(plane.folder, { service: 'web' });
  exporter.count(STABLE_TRAFFIC);
  const prometheus = await startPrometheus({
    targetsFiles: [exporter.targetsFile],
    ...(options.scrape === undefined ? {} : { interval: options.scrape }),
  });
  const open = (namespace: string) =>
    createKubectlCluster({ kubeconfig: plane.kubeconfig, context: plane.name, namespace });
  const folder = mkdtempSync(join(tmpdir(), 'relctl-lab-'));
  const root = join(folder, 'ready');
  mkdirSync(root);
  const effects = join(folder, 'effects');
  writeFileSync(effects, '');
  const uid = await open('default').identity();
  const facts = { context: plane.name, uid, kubeconfig: plane.kubeconfig, prometheus: prometheus.url, effects };
  const product = makeProduct(root, labFiles('1.0.0', facts, options));
  let rounds = 0;
  const { environmentOf = () => ({}) } = options;
  const asPerson = (how: RunOptions = {}): RunOptions => ({
    ...how,
    env: { ...environmentOf(how.as ?? PEOPLE.ops), ...how.env },
  });

  const stop = async () => {
    await kubelet.stop();
    await Promise.all([exporter.stop(), prometheus.stop(), plane.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const commit = product.candidate('next', labFiles('2.0.0', facts, options));
    product.write(`releases/${RELEASE}.yaml`, labPlan(commit, facts, options));
    product.write('reports/r.xml', '<testsuite name="r" tests="1"><testcase classname="r" name="ok"/></testsuite>\n');
  } catch (error) {
    await stop();
    throw error;
  }

  async function arena(change: (config: string) => string = (text) => text): Promise<Arena> {
    rounds += 1;
    const round = rounds;
    const namespace = `shop-${round}`;
    const clones: string[] = [];
    const clone = (from: string) => {
      const to = join(folder, `clone-${round}-${clones.length}`);
      // What git ignores stays with who made it.
      cpSync(from, to, { recursive: true, filter: (path) => !path.includes('/.relctl') });
      clones.push(to);
      return to;
    };
    const own = clone(root);
    const config = join(own, 'relctl.yaml');
    writeFileSync(config, change(readFileSync(config, 'utf8').replaceAll('"shop"', `"${namespace}"`)));
    await plane.createNamespace(namespace);
    const cluster = open(namespace);
    for (const object of STABLE) await cluster.apply(object, { absent: true });
    await waitFor(() => kubelet.endpoints(namespace, { track: 'stable' }).length === 3, {
      what: `pods in ${namespace}`,
    });
    await makeReady(own, asPerson);
    const since = plane.requests().length;
    const read = (kind: string, apiVersion: string) => cluster.list({ apiVersion, kind });
    return {
      namespace,
      root: own,
      cluster,
      clone: () => clone(own),
      start: (args, how) => run(how?.cwd ?? own, args, asPerson(how)),
      relctl: (args, how) => run(how?.cwd ?? own, args, asPerson(how)).ended,
      history(at = own) {
        const text = readFileSync(join(at, 'releases', `${RELEASE}.yaml`), 'utf8');
        return (parse(text) as { status: { phase: string; events: RecordedLine[] } }).status;
      },
      async contents() {
        const lists = await Promise.all([
          read('Deployment', 'apps/v1'),
          read('Service', 'v1'),
          read('ConfigMap', 'v1'),
          read('Job', 'batch/v1'),
        ]);
        return lists.flat().filter(isProductObject).map(withoutFence);
      },
      async image() {
        const live = await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
        const spec = live?.spec as { template: { spec: { containers: { image: string }[] } } } | undefined;
        return spec?.template.spec.containers[0]?.image;
      },
      writes: () =>
        plane
          .requests()
          .slice(since)
          .filter((request) => request.namespace === namespace && isByKubectl(request) && isWrite(request)),
      migrations: () =>
        readFileSync(effects, 'utf8')
          .split('\n')
          .map((line) => line.split(' '))
          .flatMap(([where, what]) => (where === namespace && what !== undefined ? [what] : [])),
      notifications: () => clones.flatMap(receivedIn),
      async remove() {
        await plane.api.call('DELETE', `/api/v1/namespaces/${namespace}`);
        await waitFor(() => kubelet.endpoints(namespace, {}).length === 0, { what: `end of ${namespace}` });
        for (const one of clones) rmSync(one, { recursive: true, force: true });
      },
    };
  }

  return { plane, kubelet, prometheus, exporter, arena, stop };
}

/** Three healthy replicas and a healthy canary; the canary's series are there before it is, and count nothing of it. */
export const STABLE_TRAFFIC = [
  ...['a', 'b', 'c'].map((pod) => ({ labels: { track: 'stable', pod }, rate: 300, bad: 0.001 })),
  { labels: { track: 'canary', pod: 'd' }, rate: 300, bad: 0.001 },
];

/** From the plan to both sign-offs; what people were told on the way is not counted among what a deployment tells. */
async function makeReady(root: string, asPerson: (how: RunOptions) => RunOptions): Promise<void> {
  for (const [who, ...args] of toReady()) {
    const { code, stderr } = await run(root, args, asPerson({ as: who })).ended;
    if (code !== 0) throw new Error(`relctl ${args.join(' ')}: ${stderr}`);
  }
  rmSync(join(root, '.relctl', 'notifications.ndjson'), { force: true });
}

/** The process from the plan to both sign-offs. */
function toReady(): readonly (readonly [string, ...string[]])[] {
  const go = ['--operational-readiness', '--security-review', '--impact-assessment'];
  return [
    [PEOPLE.lead, 'submit-cab', RELEASE, '--exception', 'the window of this test is open now'],
    [PEOPLE.cab, 'signoff', 'cab', RELEASE, '--decision', 'go', ...go],
    [PEOPLE.lead, 'stage', RELEASE],
    [PEOPLE.qa, 'signoff', 'qa', RELEASE, '--junit', 'reports/*.xml', '--passed', 'T-1', '--decision', 'pass'],
    [PEOPLE.ops, 'signoff', 'ops', RELEASE, '--decision', 'pass'],
  ];
}

function run(cwd: string, args: readonly string[], how: RunOptions = {}): Started {
  const person = how.as ?? PEOPLE.ops;
  const child = spawn(process.execPath, [...(how.node ?? []), RELCTL, ...args, '--as', person], {
    cwd,
    env: { ...process.env, RELCTL_TRUST_COMMANDS: '1', ...how.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
  const ended = new Promise<Result>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      // A kubectl that outlives a killed relctl holds its pipes; what it would say is of no interest.
      setTimeout(() => resolve({ code, signal, stdout, stderr }), signal === null ? 20 : 0);
    });
  });
  return { child, ended };
}

function receivedIn(clone: string): readonly string[] {
  const file = join(clone, '.relctl', 'notifications.ndjson');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => (JSON.parse(line) as { data: { key: string } }).data.key);
}

/** An object without what the server sets and without the marks of the run that wrote it. */
function withoutFence(object: KubeObject): KubeObject {
  const { annotations, ...metadata } = withoutServerFields(object).metadata;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !name.startsWith('relctl.dev/'));
  return {
    ...withoutServerFields(object),
    metadata: { ...metadata, ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }) },
  };
}
