import { execFileSync } from 'node:child_process';
import { STABLE_TRAFFIC, startLab } from '../../e2e/support/lab.ts';
import { RELEASE } from '../../e2e/support/lab-product.ts';
import { HEAD, machine, median, publish, row } from './figures.ts';

/**
 * How long a canary that has failed keeps its requests: from the verdict, as it is recorded, to the API server's taking of the
 * request that ends its traffic; beside the time of one bare `kubectl patch` on the same server.
 */
const ROUNDS = 5;

const lab = await startLab({ migration: false });
try {
  const [seconds, calls, bare]: [number[], number[], number[]] = [[], [], []];
  lab.exporter.count(STABLE_TRAFFIC.map((one) => (one.labels.track === 'canary' ? { ...one, bad: 0.5 } : one)));
  for (let round = 0; round < ROUNDS; round += 1) {
    const arena = await lab.arena();
    const { code, stderr } = await arena.relctl(['deploy', RELEASE]);
    const { events } = arena.history();
    const verdict = events.find((event) => event.type === 'canary.judged');
    if (code !== 1 || verdict?.data.verdict !== 'fail') throw new Error(`the canary was to fail: ${stderr}`);
    const judgedAt = Date.parse(verdict.at);
    const asked = lab.plane
      .requests()
      .filter((one) => one.namespace === arena.namespace && one.userAgent.startsWith('kubectl/') && one.at >= judgedAt);
    const end = asked.findIndex(
      ({ verb, name, resource }) => isWriteVerb(verb) && resource === 'deployments' && name === 'web-canary',
    );
    const gone = asked[end];
    if (gone === undefined) throw new Error('nothing ended the canary');
    seconds.push((gone.at - judgedAt) / 1000);
    calls.push(end + 1);
    bare.push(...patches(arena.namespace));
    await arena.remove();
  }
  const patch = median(bare);
  const ratio = median(seconds) / patch;
  publish([
    `Medians of ${ROUNDS} canaries that failed, strategy shared-service; ${machine()}.`,
    '',
    HEAD,
    row('verdict recorded to no more traffic', `${median(seconds).toFixed(2)} s`, '', true),
    row('kubectl calls until then', String(median(calls)), '', true),
    row('one bare `kubectl patch`', `${patch.toFixed(2)} s`, '', true),
    row('ratio', `${ratio.toFixed(1)} ×`, '<= 1.2 ×', ratio <= 1.2),
  ]);
} finally {
  await lab.stop();
}

/** The first change of the canary after the verdict is its end. */
function isWriteVerb(verb: string): boolean {
  return ['delete', 'update', 'patch'].includes(verb);
}

/** Seconds of single patches of a Deployment, each a whole kubectl. */
function patches(namespace: string): readonly number[] {
  const where = ['--kubeconfig', lab.plane.kubeconfig, '--context', lab.plane.name, '-n', namespace];
  return [0, 1, 2].map((n) => {
    const began = performance.now();
    const patch = JSON.stringify({ metadata: { annotations: { bench: String(n) } } });
    execFileSync('kubectl', [...where, 'patch', 'deployment', 'web', '-p', patch], { stdio: 'pipe' });
    return (performance.now() - began) / 1000;
  });
}
