import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { PolicyRule } from '../../src/domain/runner/rights.ts';
import type { KubeObject } from '../../src/ports/cluster.ts';
import type { Resource } from '../cluster/kube-api.ts';
import { waitFor } from '../cluster/wait.ts';
import { type BareRemote, makeBareRemote } from '../support/bare-remote.ts';
import { PEOPLE, type RecordedLine, type Result } from './support/company.ts';
import { type Arena, type Lab, OTHER_OPERATOR } from './support/lab.ts';
import { RELEASE } from './support/lab-product.ts';
import { grantRights, HOME, IMAGE, inClone, MACHINE, startRunnerLab } from './support/runner-lab.ts';

/**
 * A deployment that is handed over to a Job in the cluster, on a real control plane. The node's stand-in runs relctl's container as a process
 * in a folder of its own: what is in it comes from git, from the Job, and from a token of its service account, which may do what
 * `relctl runner --rbac` printed.
 */
let lab: Lab;

beforeAll(async () => {
  lab = await startRunnerLab({
    canary: { bake: '45s', extension: '30s', look: '1s' },
    policy: (text) => text.replace('deadRuns: page', 'deadRuns: resume'),
  });
});
afterAll(() => lab?.stop());

/** Everything that was granted, such as `get pods/log`. */
let granted: readonly string[] = [];

async function grant(arena: Arena, clone: string): Promise<void> {
  const printed = await grantRights(lab, arena, clone);
  const roles = parseAllDocuments(printed).map((document) => document.toJS() as KubeObject);
  granted = roles
    .filter(({ kind, metadata }) => kind.endsWith('Role') && !metadata.name.endsWith('-hand-over'))
    .flatMap(({ rules }) => rules as readonly PolicyRule[])
    .flatMap(({ resources, verbs }) => verbs.flatMap((verb) => resources.map((resource) => `${verb} ${resource}`)));
}

const kubectl = (args: readonly string[], input = '') =>
  execFileSync('kubectl', ['--kubeconfig', lab.plane.kubeconfig, '--context', lab.plane.name, '-n', HOME, ...args], {
    input,
    encoding: 'utf8',
  });

/** Applies the CronJobs that were printed, and has one of them do its work at once, since no test waits for an hour. */
async function atOnce({ stdout }: Result, due: 'hypercare' | 'resume'): Promise<void> {
  kubectl(['apply', '-f', '-'], stdout);
  kubectl(['create', 'job', `--from=cronjob/relctl-${due}`, 'at-once']);
  await waitFor(() => kubectl(['get', 'job/at-once', '-o', 'jsonpath={.status.succeeded}{.status.failed}']) === '1', {
    what: 'end of what the schedule gave',
    timeoutMs: 150_000,
  });
  // Not by kubectl: whoever waits for a program here keeps the node's stand-in from serving the log.
  const pod = (await pods()).find(({ metadata }) => metadata.name.startsWith('at-once-'));
  const log = await lab.plane.api.call<string>('GET', `/api/v1/namespaces/${HOME}/pods/${pod?.metadata.name}/log`);
  expect(log).toContain(`${due}: 1 release due`);
  expect(kubectl(['get', 'job/at-once', '-o', 'jsonpath={.status.succeeded}']), log).toBe('1');
}

/** What another clone says of the release, as data. */
async function statusIn(
  arena: Arena,
  clone: string,
): Promise<{ phase: string; runner?: { reason: string; sentence: string } | null }> {
  const { stdout } = await arena.relctl(['status', RELEASE, '--json'], inClone(clone));
  return (JSON.parse(stdout) as { data: { phase: string; runner?: { reason: string; sentence: string } | null } }).data;
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
  afterEach(async () => {
    for (const { metadata } of await jobs()) {
      const path = `/apis/batch/v1/namespaces/${HOME}/jobs/${metadata.name}`;
      await lab.plane.api.call('DELETE', path, { propagationPolicy: 'Background' });
    }
    await waitFor(async () => (await pods()).length === 0, { what: 'end of all pods of the runner' });
  });

  it('is begun from one clone, which is deleted during the bake, and goes on though its pod is killed twice', async () => {
    const arena = await lab.arena();
    const remote = makeBareRemote(arena.root);
    try {
      const laptop = remote.clone(PEOPLE.ops);
      await grant(arena, laptop);
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
      // As `kubectl drain` does.
      await lab.plane.api.call('POST', `/api/v1/namespaces/${HOME}/pods/${second}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: second, namespace: HOME },
      });
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
      await atOnce(await relctl('runner', '--schedule'), 'hypercare');
      // Again, from a clone that knows nothing: the same Job tells how it ended.
      const once = await arena.relctl(['deploy', RELEASE, '--runner', 'kubernetes'], inClone(remote.clone(PEOPLE.ops)));
      expect(once.code, once.stderr).toBe(0);
      expect(once.stdout).toContain('is rolled out to production');
      expect((await jobs()).map(({ metadata }) => metadata.name).sort()).toEqual([
        'at-once',
        expect.stringMatching(/^relctl-next-1-/),
      ]);
    } finally {
      await arena.remove();
      remote.remove();
    }
  }, 300_000);

  it('is begun at a laptop that dies during the bake, and is taken up by the schedule, once', async () => {
    const arena = await lab.arena();
    const remote = makeBareRemote(arena.root);
    try {
      const laptop = remote.clone(PEOPLE.ops);
      await grant(arena, laptop);
      const begun = arena.start(['deploy', RELEASE], inClone(laptop));
      await waitFor(() => isBaking(remote), { what: 'bake', timeoutMs: 90_000 });
      begun.child.kill('SIGKILL');
      await begun.ended;
      rmSync(laptop, { recursive: true, force: true });
      const other = remote.clone(OTHER_OPERATOR);
      const relctl = (...args: string[]): Promise<Result> => arena.relctl(args, inClone(other, { as: OTHER_OPERATOR }));
      await atOnce(await relctl('runner', '--schedule'), 'resume');
      expect(await statusIn(arena, other)).toMatchObject({ phase: 'deployed' });
      expect(await arena.image()).toContain('registry.example/web');
      expect(arena.migrations()).toEqual(['up']);
      const resumed = recorded(remote).filter(({ type }) => type === 'deploy.resumed');
      expect(resumed).toMatchObject([{ actor: MACHINE, data: { reason: 'its process was dead' } }]);
      const audit = await relctl('audit', RELEASE);
      expect(audit.code, audit.stdout).toBe(0);
    } finally {
      await arena.remove();
      remote.remove();
    }
  }, 300_000);

  it('is one Job for two who hand it over at once, is seen from a third clone, and aborted from there', async () => {
    const arena = await lab.arena();
    const remote = makeBareRemote(arena.root);
    try {
      const before = await arena.contents();
      const [one, two, third] = [remote.clone(PEOPLE.ops), remote.clone(OTHER_OPERATOR), remote.clone(PEOPLE.ops)];
      await grant(arena, third);
      const args = ['deploy', RELEASE, '--runner', 'kubernetes'];
      const both = [arena.start(args, inClone(one)), arena.start(args, inClone(two, { as: OTHER_OPERATOR }))];
      await waitFor(() => isBaking(remote), { what: 'bake', timeoutMs: 90_000 });
      expect(await jobs()).toHaveLength(1);
      expect(await statusIn(arena, third)).toMatchObject({
        phase: 'canary',
        orphan: null,
        runner: { lives: true, state: 'running', askedBy: expect.stringContaining('@example.com') },
        next: [
          { command: `relctl deploy ${RELEASE} --runner kubernetes` },
          { command: expect.stringContaining('--abort') },
        ],
      });
      const back = await arena.relctl(['deploy', RELEASE, '--abort', '--runner', 'kubernetes'], inClone(third));
      expect(back.code, `${back.stdout}${back.stderr}`).toBe(0);
      expect(back.stdout).toContain('rolled back');
      expect(await arena.contents()).toEqual(before);
      // Those who looked on are told that their run is no more.
      for (const { ended } of both) expect((await ended).stderr).toContain('runner.failed');
      const audit = await arena.relctl(['audit', RELEASE], inClone(third));
      expect(audit.code, audit.stdout).toBe(0);
    } finally {
      await arena.remove();
      remote.remove();
    }
  }, 300_000);

  it('says what keeps its Job from working, in the words of Kubernetes, and what to do', async () => {
    // Set up so from the beginning: who carries a release out is bound with what was approved.
    const arena = await lab.arena((text) => text.replace(`${IMAGE}:1.0.0`, `${IMAGE}:missing`));
    const remote = makeBareRemote(arena.root);
    try {
      const [clone, other] = [remote.clone(PEOPLE.ops), remote.clone(PEOPLE.ops)];
      await grant(arena, clone);
      const unpulled = await arena.relctl(['deploy', RELEASE, '--runner', 'kubernetes'], inClone(clone));
      expect(unpulled.code, unpulled.stderr).toBe(8);
      expect(unpulled.stderr).toMatch(/runner\.stuck/);
      expect(unpulled.stderr).toMatch(/ImagePullBackOff: Back-off pulling image/);
      const seen = await statusIn(arena, other);
      expect(seen).toMatchObject({
        phase: 'ready',
        runner: { reason: expect.stringMatching(/ImagePull/), lives: false },
      });
      expect(seen.runner?.sentence).toContain('fix the registry');
    } finally {
      await arena.remove();
      remote.remove();
    }
  }, 300_000);

  it('says that its Job took too long, and is aborted from a terminal then', async () => {
    const arena = await lab.arena((text) => text.replace('"restarts"', '"deadline": "30s", "restarts"'));
    const remote = makeBareRemote(arena.root);
    try {
      const [clone, other] = [remote.clone(PEOPLE.ops), remote.clone(PEOPLE.ops)];
      await grant(arena, clone);
      const late = await arena.relctl(['deploy', RELEASE, '--runner', 'kubernetes'], inClone(clone));
      expect(late.code, late.stderr).toBe(1);
      expect(late.stderr).toMatch(/DeadlineExceeded/);
      expect(late.stderr).toContain('runner.kubernetes.deadline');
      const stopped = await statusIn(arena, other);
      expect(stopped).toMatchObject({ runner: { reason: 'DeadlineExceeded', state: 'ended', lives: false } });
      expect(await jobs()).toHaveLength(1);
      // The way out that is there in any case: from a terminal.
      const back = await arena.relctl(['deploy', RELEASE, '--abort'], inClone(other));
      expect(back.code, back.stderr).toBe(0);
    } finally {
      await arena.remove();
      remote.remove();
    }
  }, 300_000);

  it('needs the rights that are printed, and no others', () => {
    const asked = lab.plane.requests().filter(({ user }) => user === `system:serviceaccount:${HOME}:relctl`);
    expect(asked.filter(({ code }) => code === 403)).toEqual([]);
    const used = new Set(
      asked.flatMap(({ verb, resource, subresource, code }) => {
        const what = `${resource}${subresource === '' ? '' : `/${subresource}`}`;
        // An apply that makes an object is asked for the right to create as well.
        return code === 201 ? [`${verb} ${what}`, `create ${what}`] : [`${verb} ${what}`];
      }),
    );
    // The log leaves watches out.
    const unused = granted.filter((right) => !used.has(right) && !right.startsWith('watch '));
    expect(unused.sort()).toEqual([
      // Objects of the manifests that this release neither adds nor changes.
      'create services',
      'delete services',
      // Only when marks of a release are found whose snapshot is lost.
      'list services',
      // A ConfigMap that keeps its name, because a program finds it by that, is put back by an update.
      'update configmaps',
      'update services',
    ]);
  });
});
