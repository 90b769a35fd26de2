import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { startControlPlane } from '../../cluster/control-plane.ts';
import { startExporter } from '../../cluster/exporter.ts';
import { startKubelet } from '../../cluster/kubelet.ts';
import { startPrometheus } from '../../cluster/prometheus.ts';
import { waitFor } from '../../cluster/wait.ts';
import { PEOPLE } from '../../e2e/support/company.ts';
import { HEAD, machine, median, publish, row } from './figures.ts';
import { deploymentOf, MANY, makeReady, serviceNames, trafficOf } from './many-services.ts';

/**
 * Twenty services to a new version: by relctl, with canaries, verdict (the shortest bake there is: 1 s, one look), rollout, proof and record;
 * by the loop that people write, `kubectl apply` and `kubectl rollout status` for one after the other; and by `kubectl apply` of the whole
 * folder and one `kubectl rollout status` after the other. Same server, same pods.
 */
const SERVICES = serviceNames(20);
const REPLICAS = 2;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const RELCTL = process.env.RELCTL_UNDER_TEST ?? fileURLToPath(new URL('../../../bin/relctl.js', import.meta.url));

const plane = await startControlPlane({ name: 'bench' });
const kubelet = await startKubelet(plane, { graceMs: 500 });
const exporter = await startExporter(plane.folder);
exporter.count(trafficOf(SERVICES));
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
    const root = join(folder, `relctl-${round}`);
    await makeReady(root, {
      plane,
      prometheus: prometheus.url,
      relctl: RELCTL,
      services: SERVICES,
      replicas: REPLICAS,
      staging: 'staging',
      production: `relctl-${round}`,
    });
    byRelctl.push(
      await timed(`relctl-${round}`, async () => {
        await execa(process.execPath, [RELCTL, 'deploy', MANY, '--as', PEOPLE.ops], { cwd: root });
      }),
    );
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

/** Its manifest at a version. */
function manifest(service: string, version: string): string {
  return stringify(deploymentOf(service, version, { replicas: REPLICAS }));
}
