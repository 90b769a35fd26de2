import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { startControlPlane } from '../../cluster/control-plane.ts';
import { COUNTER, startExporter } from '../../cluster/exporter.ts';
import { startKubelet } from '../../cluster/kubelet.ts';
import { startPrometheus } from '../../cluster/prometheus.ts';
import { waitFor } from '../../cluster/wait.ts';
import { PEOPLE } from '../../e2e/support/company.ts';
import { makeProduct } from '../../e2e/support/product.ts';
import { rpd } from '../../e2e/support/rpd.ts';
import { HEAD, machine, median, publish, row } from './figures.ts';

/**
 * Twenty services to a new version: by relctl, with canaries, verdict (the shortest bake there is: 1 s, one look), rollout, proof and record;
 * by the loop that people write, `kubectl apply` and `kubectl rollout status` for one after the other; and by `kubectl apply` of the whole
 * folder and one `kubectl rollout status` after the other. Same server, same pods.
 */
const SERVICES = Array.from({ length: 20 }, (_, n) => `service-${String(n + 1).padStart(2, '0')}`);
const REPLICAS = 2;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const RELCTL = process.env.RELCTL_UNDER_TEST ?? fileURLToPath(new URL('../../../bin/relctl.js', import.meta.url));
const POLICY = fileURLToPath(new URL('../../../templates/process/standard-3.0.yaml', import.meta.url));

const plane = await startControlPlane({ name: 'bench' });
const kubelet = await startKubelet(plane, { graceMs: 500 });
const exporter = await startExporter(plane.folder);
exporter.count(
  SERVICES.flatMap((service) =>
    ['stable', 'stable', 'canary'].map((track, n) => ({
      labels: { service, track, pod: String(n) },
      rate: 2000,
      bad: 0.001,
    })),
  ),
);
const prometheus = await startPrometheus({ targetsFiles: [exporter.targetsFile], interval: '200ms' });
const folder = mkdtempSync(join(tmpdir(), 'relctl-orchestration-'));
try {
  const [byRelctl, byLoop, byFolder]: [number[], number[], number[]] = [[], [], []];
  await plane.createNamespace('staging');
  mkdirSync(join(folder, 'next'));
  for (const service of SERVICES) writeFileSync(join(folder, 'next', `${service}.yaml`), manifest(service, '2.0.0'));
  for (let round = 1; round <= ROUNDS; round += 1) {
    byLoop.push(await timed(`loop-${round}`, loop));
    byFolder.push(await timed(`folder-${round}`, wholeFolder));
    const root = await ready(`relctl-${round}`);
    byRelctl.push(await timed(`relctl-${round}`, () => run(root, ['deploy', 'next', '--as', PEOPLE.ops])));
  }
  const ofLoop = median(byRelctl) / median(byLoop);
  const ofFolder = median(byRelctl) / median(byFolder);
  publish([
    `${SERVICES.length} services of ${REPLICAS} pods; ${ROUNDS === 1 ? 'one round' : `medians of ${ROUNDS} rounds`}, in turn; ${machine()}.`,
    '',
    HEAD,
    row('shell loop of `kubectl apply` and `kubectl rollout status`', `${median(byLoop).toFixed(1)} s`, '', true),
    row(
      '`kubectl apply -f` of the folder, then `kubectl rollout status`',
      `${median(byFolder).toFixed(1)} s`,
      '',
      true,
    ),
    row('`relctl deploy`, canaries included', `${median(byRelctl).toFixed(1)} s`, '', true),
    row('ratio to the loop', `${ofLoop.toFixed(2)} ×`, '<= 0.8 ×', ofLoop <= 0.8),
    row('ratio to the folder', `${ofFolder.toFixed(2)} ×`, '<= 1.2 ×', ofFolder <= 1.2),
  ]);
} finally {
  await kubelet.stop();
  await Promise.all([exporter.stop(), prometheus.stop(), plane.stop()]);
  rmSync(folder, { recursive: true, force: true });
}

/** Seconds of a way to deploy, in a namespace of its own that runs version 1 of everything. */
async function timed(namespace: string, way: (namespace: string) => Promise<void>): Promise<number> {
  await plane.createNamespace(namespace);
  for (const service of SERVICES) kubectl(namespace, ['apply', '-f', '-'], manifest(service, '1.0.0'));
  const pods = SERVICES.length * REPLICAS;
  await waitFor(() => kubelet.endpoints(namespace, {}).length === pods, { what: `${pods} pods in ${namespace}` });
  const began = performance.now();
  await way(namespace);
  const seconds = (performance.now() - began) / 1000;
  process.stderr.write(`${namespace}: ${seconds.toFixed(1)} s\n`);
  await plane.api.call('DELETE', `/api/v1/namespaces/${namespace}`);
  await waitFor(() => kubelet.endpoints(namespace, {}).length === 0, {
    what: `end of ${namespace}`,
    timeoutMs: 180_000,
  });
  return seconds;
}

function kubectl(namespace: string, args: readonly string[], input?: string): void {
  const where = ['--kubeconfig', plane.kubeconfig, '--context', plane.name, '-n', namespace];
  execFileSync('kubectl', [...where, ...args], { input: input ?? '', stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Both ways run beside this process, never in its place: the kubelet that starts their pods is part of it. */
async function loop(namespace: string): Promise<void> {
  await shell(
    namespace,
    `for service in ${SERVICES.join(' ')}; do
  kubectl $WHERE apply -f "${folder}/next/$service.yaml"
  kubectl $WHERE rollout status "deployment/$service"
done`,
  );
}

async function wholeFolder(namespace: string): Promise<void> {
  await shell(
    namespace,
    `kubectl $WHERE apply -f "${folder}/next"
for service in ${SERVICES.join(' ')}; do kubectl $WHERE rollout status "deployment/$service"; done`,
  );
}

async function shell(namespace: string, script: string): Promise<void> {
  const env = { WHERE: `--kubeconfig ${plane.kubeconfig} --context ${plane.name} -n ${namespace}` };
  await execa('/bin/sh', ['-c', `set -e\n${script}`], { env });
}

async function run(cwd: string, args: readonly string[]): Promise<void> {
  await execa(process.execPath, [RELCTL, ...args], { cwd });
}

/** A repository whose release of all services into a namespace has all sign-offs: what it is deployed to is part of what is approved. */
async function ready(namespace: string): Promise<string> {
  const system = await plane.api.call('GET', '/api/v1/namespaces/kube-system');
  const uid = String(system.metadata.uid);
  const root = join(folder, namespace);
  mkdirSync(root);
  const product = makeProduct(root, files('1.0.0', uid, namespace));
  const commit = product.candidate('next', files('2.0.0', uid, namespace));
  product.write('releases/next.yaml', plan(commit));
  product.write('reports/r.xml', '<testsuite name="r" tests="1"><testcase classname="r" name="ok"/></testsuite>\n');
  const go = ['--operational-readiness', '--security-review', '--impact-assessment'];
  await run(root, ['submit-cab', 'next', '--as', PEOPLE.lead, '--exception', 'a bench']);
  await run(root, ['signoff', 'cab', 'next', '--as', PEOPLE.cab, '--decision', 'go', ...go]);
  await run(root, ['stage', 'next', '--as', PEOPLE.lead]);
  const qa = ['--junit', 'reports/*.xml', '--passed', 'T-1', '--decision', 'pass'];
  await run(root, ['signoff', 'qa', 'next', '--as', PEOPLE.qa, ...qa]);
  await run(root, ['signoff', 'ops', 'next', '--as', PEOPLE.ops, '--decision', 'pass']);
  return root;
}

/** A Deployment whose pods do nothing, so that what is measured is the driving and not the service. */
function manifest(service: string, version: string): string {
  const labels = { app: service, track: 'stable' };
  const container = {
    name: 'main',
    image: `registry.example/${service}:${version}`,
    command: ['sleep', '1000000'],
    ports: [{ containerPort: 80 }],
  };
  return stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: service },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } },
    },
  });
}

function files(version: string, uid: string, production: string): Record<string, string> {
  const target = (namespace: string) => ({
    context: plane.name,
    namespace,
    clusterUid: uid,
    kubeconfig: plane.kubeconfig,
    prometheus: prometheus.url,
  });
  const config = {
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: { staging: target('staging'), production: target(production) },
    services: Object.fromEntries(
      SERVICES.map((service) => [
        service,
        {
          paths: [`${service}/**`],
          manifests: { staging: [`deploy/${service}.yaml`], production: [`deploy/${service}.yaml`] },
        },
      ]),
    ),
  };
  const policy = readFileSync(POLICY, 'utf8')
    .replace(/cab: 7.*/, 'cab: 0')
    .replace(/staging: 3.*/, 'staging: 0')
    .replace(/minimumMembers: .*/, 'minimumMembers: 1')
    .replace(/maxShare: .*/, 'maxShare: 50%')
    .replace(/minBake: .*/, 'minBake: 0s')
    .replace(/warmup: .*/, 'warmup: 0s')
    .replace(/minimumRequests: .*/, 'minimumRequests: 100');
  return {
    'relctl.yaml': JSON.stringify(config, null, 2),
    'relctl/process/standard-3.0.yaml': policy,
    ...Object.fromEntries(SERVICES.map((service) => [`deploy/${service}.yaml`, manifest(service, version)])),
  };
}

function plan(commit: string): string {
  const series = (service: string, more = '') => `${COUNTER}{service="${service}"${more}}`;
  return rpd({
    id: 'next',
    commit,
    tag: '2.0.0',
    canary: { share: '33%', bake: '1s', extension: '1s', look: '1s', detectableRatio: 50 },
    more: {
      services: SERVICES.map((name) => ({ name, image: `registry.example/${name}:2.0.0`, change: 'new version' })),
      slos: SERVICES.map((service) => ({
        name: `${service} availability`,
        service,
        objective: '95%',
        good: series(service, ',code!~"5.."'),
        total: series(service),
      })),
    },
  });
}
