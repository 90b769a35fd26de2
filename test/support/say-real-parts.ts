import { execFileSync } from 'node:child_process';
import { findAssets, useItsKubectl } from '../cluster/assets.ts';

/**
 * Vitest global setup of the end-to-end tests: has them use the control plane's own kubectl, and says on what they run, version
 * by version, so that a log is worth something on its own.
 * @throws Error that says how to get the control plane where there is none
 */
export default function sayRealParts(): void {
  const assets = findAssets();
  useItsKubectl();
  const parts = [
    ['Kubernetes API server', version(assets['kube-apiserver'], ['--version'])],
    ['Kubernetes controller manager', version(assets['kube-controller-manager'], ['--version'])],
    ['etcd', version(assets.etcd, ['--version'])],
    ['kubectl', version('kubectl', ['version', '--client'])],
    ['Prometheus', version('prometheus', ['--version'])],
    ['Alertmanager', version('prometheus-alertmanager', ['--version'])],
    ['git', version('git', ['--version'])],
    ['Node', process.version],
  ] as const;
  const width = Math.max(...parts.map(([name]) => name.length));
  console.log(
    'These tests run against, for real, on loopback (a kubelet of our own starts the processes behind the pods):',
  );
  for (const [name, found] of parts) console.log(`  ${name.padEnd(width)}  ${found}`);
}

/** The first version number that a program says. */
function version(program: string, args: readonly string[]): string {
  const said = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return /v?\d+\.\d+\.\d+\S*/.exec(said)?.[0] ?? said.trim();
}
