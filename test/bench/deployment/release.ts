import { execa } from 'execa';
import { isByKubectl } from '../../cluster/audit-log.ts';
import { STABLE_TRAFFIC, startLab } from '../../e2e/support/lab.ts';
import { RELEASE } from '../../e2e/support/lab-product.ts';
import { HEAD, machine, median, publish, row } from './figures.ts';
import { cpuSeconds, megabytes } from './process-figures.ts';

/**
 * A whole good release of one service with a bake of a minute: what relctl takes of the machine and asks of the API server, and how
 * long the canary's first pod takes to get requests, beside `kubectl apply` and `kubectl rollout status` of a Deployment of one pod.
 */
const ROUNDS = 3;

const lab = await startLab({ migration: false, canary: { bake: '60s', look: '15s' } });
try {
  const rounds: { first: number; cpu: number; memory: number; requests: number }[] = [];
  const bare: number[] = [];
  lab.exporter.count(STABLE_TRAFFIC);
  for (let round = 0; round < ROUNDS; round += 1) {
    const arena = await lab.arena();
    bare.push(await onePod(arena.namespace));
    const since = lab.plane.requests().length;
    const began = performance.now();
    const { child, ended } = arena.start(['deploy', RELEASE]);
    let [first, cpu, memory] = [0, 0, 0];
    let over = false;
    void ended.then(() => {
      over = true;
    });
    while (!over) {
      if (first === 0 && lab.kubelet.endpoints(arena.namespace, { track: 'canary' }).length > 0)
        first = (performance.now() - began) / 1000;
      if (child.exitCode === null && child.signalCode === null) {
        cpu = Math.max(cpu, cpuSeconds(child.pid));
        memory = Math.max(memory, megabytes(child.pid, 'VmHWM') || 0);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { code, stderr } = await ended;
    if (code !== 0) throw new Error(stderr);
    const requests = lab.plane.requests().slice(since).filter(isByKubectl).length;
    rounds.push({ first, cpu, memory, requests });
    process.stderr.write(`${JSON.stringify(rounds.at(-1))}\n`);
    await arena.remove();
  }
  const [first, cpu, memory, requests] = (['first', 'cpu', 'memory', 'requests'] as const).map((key) =>
    median(rounds.map((one) => one[key])),
  ) as [number, number, number, number];
  const ratio = first / median(bare);
  publish([
    `One service of 3 pods, a bake of 60 s; medians of ${ROUNDS} releases; ${machine()}.`,
    '',
    HEAD,
    row('start to the canary’s first pod that gets requests', `${first.toFixed(2)} s`, '', true),
    row(
      '`kubectl apply` and `kubectl rollout status` of a Deployment of one pod',
      `${median(bare).toFixed(2)} s`,
      '',
      true,
    ),
    row('ratio', `${ratio.toFixed(1)} ×`, '<= 1.0 ×', ratio <= 1),
    row('CPU of the whole run, with all that it starts', `${cpu.toFixed(1)} s`, '<= 1.5 s', cpu <= 1.5),
    row('memory of the whole run, at its most (RSS)', `${memory.toFixed(0)} MB`, '<= 110 MB', memory <= 110),
    row('requests to the API server', String(requests), '<= 60', requests <= 60),
  ]);
} finally {
  await lab.stop();
}

/** Seconds until a new Deployment of one pod is rolled out, by two whole kubectl; the kubelet is part of this process and goes on meanwhile. */
async function onePod(namespace: string): Promise<number> {
  const where = ['--kubeconfig', lab.plane.kubeconfig, '--context', lab.plane.name, '-n', namespace];
  const labels = { app: 'bench' };
  const manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'bench' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'registry.example/web:1.0.0', command: ['sleep', '1000000'] }] },
      },
    },
  };
  const began = performance.now();
  await execa('kubectl', [...where, 'apply', '-f', '-'], { input: JSON.stringify(manifest) });
  await execa('kubectl', [...where, 'rollout', 'status', 'deployment/bench']);
  const seconds = (performance.now() - began) / 1000;
  await execa('kubectl', [...where, 'delete', 'deployment', 'bench']);
  return seconds;
}
