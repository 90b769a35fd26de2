import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Resource } from '../cluster/kube-api.ts';
import { waitFor } from '../cluster/wait.ts';
import { type BareRemote, makeBareRemote } from '../support/bare-remote.ts';
import { cacheHome } from '../support/state.ts';
import { PEOPLE, type RecordedLine, type Result } from './support/company.ts';
import { type Arena, type Lab, OTHER_OPERATOR, RELCTL, type RunOptions, startLab } from './support/lab.ts';
import { RELEASE } from './support/lab-product.ts';

/**
 * A deployment that is handed over to a Job in the cluster, on a real control plane. The node's stand-in runs relctl's container as a process
 * in a folder of its own: what is in it comes from git, from the Job, and from a token of its service account, which may do what
 * `relctl runner --rbac` printed.
 */
const HOME = 'relctl';
const IMAGE = 'registry.example/relctl';
const MACHINE = 'releases@example.com';
const RUNNER = {
  kubernetes: { image: `${IMAGE}:1.0.0@sha256:${'a'.repeat(64)}`, identity: MACHINE, namespace: HOME, restarts: 5 },
};

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    lockSeconds: 6,
    machines: [MACHINE],
    canary: { bake: '45s', extension: '30s', look: '1s' },
    config: { runner: RUNNER },
    programs: { [IMAGE]: [process.execPath, RELCTL] },
  });
  await lab.plane.createNamespace(HOME);
  // What the controller root-ca-cert-publisher does in a whole cluster.
  const ca = readFileSync(lab.plane.certificate.cert, 'utf8');
  await lab.plane.api.call('POST', `/api/v1/namespaces/${HOME}/configmaps`, {
    metadata: { name: 'kube-root-ca.crt' },
    data: { 'ca.crt': ca },
  });
});
afterAll(() => lab?.stop());

/** What relctl keeps of a clone lies in the clone, so that it is lost with it. */
const inClone = (cwd: string, how: RunOptions = {}): RunOptions => ({
  ...how,
  cwd,
  env: { ...how.env, XDG_CACHE_HOME: cacheHome(cwd) },
});

/** Applies what `relctl runner --rbac` prints, as an administrator does. */
async function grantRights(arena: Arena, clone: string): Promise<void> {
  const { code, stdout, stderr } = await arena.relctl(['runner', '--rbac'], inClone(clone));
  expect(code, stderr).toBe(0);
  const { kubeconfig, name } = lab.plane;
  execFileSync('kubectl', ['--kubeconfig', kubeconfig, '--context', name, 'apply', '-f', '-'], { input: stdout });
}

async function jobs(): Promise<readonly Resource[]> {
  return (await lab.plane.api.call<{ items: Resource[] }>('GET', `/apis/batch/v1/namespaces/${HOME}/jobs`)).items;
}

async function pods(): Promise<readonly (Resource & { status: { phase: string } })[]> {
  const path = `/api/v1/namespaces/${HOME}/pods`;
  return (await lab.plane.api.call<{ items: (Resource & { status: { phase: string } })[] }>('GET', path)).items;
}

/** Name of the pod that works now, once there is one that is none of those. */
async function workingPod(before: readonly string[]): Promise<string> {
  let found: string | undefined;
  await waitFor(
    async () => {
      const live = (await pods()).filter(
        ({ status, metadata }) => status.phase === 'Running' && metadata.deletionTimestamp === undefined,
      );
      found = live.map(({ metadata }) => metadata.name).find((name) => !before.includes(name));
      return found !== undefined;
    },
    { what: 'pod of the runner', timeoutMs: 90_000 },
  );
  return found ?? '';
}

function recorded(remote: BareRemote): readonly RecordedLine[] {
  const text = remote.records(RELEASE);
  return text === undefined ? [] : (parse(text) as { status: { events: RecordedLine[] } }).status.events;
}

async function untilRecorded(remote: BareRemote, what: string, count = 1): Promise<void> {
  await waitFor(() => recorded(remote).filter(({ type }) => type === what).length >= count, {
    what: `${what}, ${count} times`,
    timeoutMs: 90_000,
  });
}

function isBaking(remote: BareRemote): boolean {
  return recorded(remote).some(({ type, data }) => type === 'step.intended' && data.step === 'bake');
}

describe('a release that outlives the laptop', () => {
  it('is begun from one clone, which is deleted during the bake, and goes on though its pod is killed twice', async () => {
    const arena = await lab.arena();
    const remote = makeBareRemote(arena.root);
    try {
      const laptop = remote.clone(PEOPLE.ops);
      await grantRights(arena, laptop);
      const attached = arena.start(['deploy', RELEASE, '--runner', 'kubernetes'], inClone(laptop));
      let shown = '';
      attached.child.stderr?.on('data', (chunk: Buffer) => (shown += chunk));
      await waitFor(() => isBaking(remote), { what: 'bake', timeoutMs: 90_000 });
      await waitFor(() => /canary .*availability/.test(shown), {
        what: `a look of the judge in the terminal: ${shown}`,
      });
      // The laptop is closed, and lost.
      attached.child.kill('SIGINT');
      const left = await attached.ended;
      expect(left.code, left.stderr).toBe(0);
      expect(left.stdout).toContain('detached');
      rmSync(laptop, { recursive: true, force: true });

      const first = await workingPod([]);
      lab.kubelet.crash(HOME, first);
      const second = await workingPod([first]);
      await untilRecorded(remote, 'deploy.resumed', 1);
      await lab.plane.api.call('DELETE', `/api/v1/namespaces/${HOME}/pods/${second}`);
      await workingPod([first, second]);

      const other = remote.clone(OTHER_OPERATOR);
      const relctl = (...args: string[]): Promise<Result> => arena.relctl(args, inClone(other, { as: OTHER_OPERATOR }));
      const end = await relctl('deploy', RELEASE, '--runner', 'kubernetes');
      expect(end.code, `${end.stdout}${end.stderr}`).toBe(0);
      expect(end.stdout).toContain('is rolled out to production');
      expect(await arena.image()).toContain('registry.example/web');
      expect(await jobs()).toHaveLength(1);
      const types = recorded(remote).map(({ type }) => type);
      expect(types.filter((type) => type === 'deploy.started')).toHaveLength(1);
      expect(types.filter((type) => type === 'deploy.resumed')).toHaveLength(2);
      expect(types.filter((type) => type === 'deploy.completed')).toHaveLength(1);
      expect(arena.migrations()).toEqual(['up']);
      const started = recorded(remote).find(({ type }) => type === 'deploy.started');
      expect(started).toMatchObject({ actor: MACHINE, data: { run: { askedBy: PEOPLE.ops } } });
      for (const args of [
        ['verify', RELEASE],
        ['audit', RELEASE],
      ]) {
        const done = await relctl(...args);
        expect(done.code, `${args.join(' ')}: ${done.stdout}${done.stderr}`).toBe(0);
      }
      // Again, from a clone that knows nothing: the same Job tells how it ended.
      const once = await arena.relctl(['deploy', RELEASE, '--runner', 'kubernetes'], inClone(remote.clone(PEOPLE.ops)));
      expect(once.code, once.stderr).toBe(0);
      expect(await jobs()).toHaveLength(1);
    } finally {
      await arena.remove();
      remote.remove();
    }
  }, 300_000);
});
