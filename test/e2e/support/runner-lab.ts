import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cacheHome } from '../../support/state.ts';
import { type Arena, type Lab, type LabOptions, RELCTL, type RunOptions, startLab } from './lab.ts';

/** Namespace of the runner. */
export const HOME = 'relctl';
/** The image that the node's stand-in runs as relctl. */
export const IMAGE = 'registry.example/relctl';
/** Who acts in its pods. */
export const MACHINE = 'releases@example.com';

/** A lab whose relctl.yaml sets up a runner, in a cluster that has what a runner needs. */
export async function startRunnerLab(options: LabOptions, more: object = {}): Promise<Lab> {
  const image = `${IMAGE}:1.0.0@sha256:${'a'.repeat(64)}`;
  const runner = { kubernetes: { image, identity: MACHINE, namespace: HOME, restarts: 5, ...more } };
  const lab = await startLab({
    lockSeconds: 6,
    machines: [MACHINE],
    config: { runner },
    programs: { [IMAGE]: [process.execPath, RELCTL] },
    ...options,
  });
  await lab.plane.createNamespace(HOME);
  // What the controller root-ca-cert-publisher does in a whole cluster.
  const ca = readFileSync(lab.plane.certificate.cert, 'utf8');
  await lab.plane.api.call('POST', `/api/v1/namespaces/${HOME}/configmaps`, {
    metadata: { name: 'kube-root-ca.crt' },
    data: { 'ca.crt': ca },
  });
  return lab;
}

/** What relctl keeps of a clone lies in the clone, so that it is lost with it. */
export function inClone(cwd: string, how: RunOptions = {}): RunOptions {
  return { ...how, cwd, env: { ...how.env, XDG_CACHE_HOME: cacheHome(cwd) } };
}

/** Applies what `relctl runner --rbac` prints, as an administrator does, and gives what that was. */
export async function grantRights({ plane }: Lab, arena: Arena, clone: string): Promise<string> {
  const { code, stdout, stderr } = await arena.relctl(['runner', '--rbac'], inClone(clone));
  if (code !== 0) throw new Error(stderr);
  execFileSync('kubectl', ['--kubeconfig', plane.kubeconfig, '--context', plane.name, 'apply', '-f', '-'], {
    input: stdout,
  });
  return stdout;
}
