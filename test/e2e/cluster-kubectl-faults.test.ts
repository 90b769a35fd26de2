import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKubectlCluster, type KubectlCluster } from '../../src/adapters/kubectl/cluster.ts';
import type { KubectlTarget } from '../../src/adapters/kubectl/kubectl.ts';
import type { RelctlError } from '../../src/errors.ts';
import type { Cluster, KubeObject } from '../../src/ports/cluster.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { type EndingLogins, makeEndingLogins } from '../cluster/ending-logins.ts';
import { type CallFault, type FaultyKubectl, makeFaultyKubectl } from '../cluster/faulty-kubectl.ts';
import { freePorts } from '../cluster/free-ports.ts';
import { writeKubeconfig } from '../cluster/kubeconfig.ts';
import { waitFor } from '../cluster/wait.ts';
import { at, ref } from '../contract/cluster.contract.ts';

const NAMESPACE = 'faults';
let plane: ControlPlane;
let faulty: FaultyKubectl;
let folder: string;
/** Through the real kubectl: what somebody else sees and does. */
let other: Cluster;
const opened: KubectlCluster[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relctl-faults-'));
  plane = await startControlPlane({ name: 'production', users: ['viewer'] });
  await plane.createNamespace(NAMESPACE);
  await plane.allow('viewer', NAMESPACE, [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }]);
  faulty = makeFaultyKubectl();
  other = open({});
});
afterAll(async () => {
  for (const one of opened) one.end();
  faulty?.remove();
  await plane?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function open(options: Partial<KubectlTarget>): Cluster {
  const where = { kubeconfig: plane.kubeconfig, context: plane.name, namespace: NAMESPACE };
  const cluster = createKubectlCluster({ ...where, ...options });
  opened.push(cluster);
  return cluster;
}

function configMap(name: string, data: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

/** The `kubectl proxy` that runs; process 0 would be whoever runs the tests. */
function proxyPid(): number {
  const proxy = faulty.proxy();
  if (proxy === undefined) throw new Error('there was no proxy');
  return proxy.pid;
}

let counter = 0;
let name = '';
beforeEach(() => {
  counter += 1;
  name = `object-${counter}`;
});

describe.each(['connection', 'single-calls'] as const)('by %s', (by) => {
  /** Through the kubectl that fails as told. */
  let cluster: Cluster;
  beforeAll(() => {
    cluster = open({ by, kubectl: faulty.path });
  });

  describe('a write whose request or answer is lost', () => {
    /** Each kind of write, with what the object must be after it happened exactly once. */
    const writes: Record<string, (before: KubeObject) => Promise<KubeObject | undefined>> = {
      create: async () => cluster.create(configMap(`${name}-new`, { by: 'us' })),
      apply: async (before) => cluster.apply(configMap(name, { by: 'us' }), at(before)),
      'apply when absent': async () => cluster.apply(configMap(`${name}-new`, { by: 'us' }), { absent: true }),
      replace: async (before) => cluster.replace(configMap(name, { by: 'us' }), at(before)),
      delete: async (before) => {
        await cluster.remove(ref(before), at(before));
        return undefined;
      },
    };
    for (const [what, write] of Object.entries(writes)) {
      const verb = what.split(' ')[0] ?? what;
      for (const faults of [['lost-before'], ['lost-after'], ['too-many-requests', 'lost-after']] as CallFault[][]) {
        it(`${what}, ${faults.join(' then ')}: is done exactly once`, async () => {
          const before = await other.create(configMap(name, { by: 'them' }));
          const fired = faulty.fired().length;
          faulty.plan(verb, faults);
          const result = await write(before);
          expect(faulty.fired().slice(fired)).toEqual(faults.map((fault) => `${verb} ${fault}`));
          const target = what === 'create' || what === 'apply when absent' ? `${name}-new` : name;
          const now = await other.get({ apiVersion: 'v1', kind: 'ConfigMap', name: target });
          expect(now).toEqual(result);
          expect(now?.data).toEqual(what === 'delete' ? undefined : { by: 'us' });
        });
      }
    }

    it('is ambiguous when it cannot be read back, and the error shows how to look', async () => {
      const before = await cluster.create(configMap(name, { by: 'them' }));
      faulty.plan('replace', ['lost-after']);
      faulty.plan('get', ['lost-before', 'lost-before', 'lost-before']);
      const fired = faulty.fired().length;
      const failure = await cluster.replace(configMap(name, { by: 'us' }), at(before)).catch((error: unknown) => error);
      expect(faulty.fired().slice(fired)).toEqual(['replace lost-after', ...Array(3).fill('get lost-before')]);
      expect(failure).toMatchObject({ code: 'cluster.ambiguous' });
      expect((failure as RelctlError).hints[0]).toContain(`ConfigMap/${name}`);
      expect((await other.get(ref(before)))?.data).toEqual({ by: 'us' });
    });

    it('gives up after a bounded number of tries', async () => {
      const fired = faulty.fired().length;
      faulty.plan('create', Array<CallFault>(20).fill('too-many-requests'));
      await expect(cluster.create(configMap(name, {}))).rejects.toMatchObject({ code: 'cluster.unreachable' });
      expect(faulty.fired().length - fired).toBe(by === 'connection' ? 10 : 3);
      faulty.plan('create', []);
      expect(await other.get(ref(configMap(name, {})))).toBeUndefined();
    });
  });

  describe('a read', () => {
    it('is repeated when the server is busy or the answer gets lost', async () => {
      const made = await other.create(configMap(name, {}));
      const fired = faulty.fired().length;
      faulty.plan('get', ['too-many-requests', 'lost-after']);
      expect(await cluster.get(ref(made))).toEqual(made);
      expect(faulty.fired().slice(fired)).toEqual(['get too-many-requests', 'get lost-after']);
    });
  });

  describe('no way in', () => {
    const code = (expected: string) => ({ code: expected });

    it('is said for a context that does not exist', async () => {
      await expect(open({ by, context: 'elsewhere' }).identity()).rejects.toMatchObject(code('cluster.unreachable'));
    });

    it('is said for a token that is not accepted', async () => {
      const [admin] = plane.accesses;
      const accesses = admin === undefined ? [] : [{ ...admin, token: 'wrong' }];
      const kubeconfig = writeKubeconfig(join(folder, 'wrong-token'), accesses);
      await expect(open({ by, kubeconfig }).identity()).rejects.toMatchObject(code('cluster.unreachable'));
    });

    it('is said when nobody listens, for reads and writes', async () => {
      const [port] = await freePorts(1);
      const kubeconfig = kubeconfigFor(`https://127.0.0.1:${port}`, 'nobody');
      const down = open({ by, kubeconfig });
      await expect(down.identity()).rejects.toMatchObject(code('cluster.unreachable'));
      await expect(down.create(configMap(name, {}))).rejects.toMatchObject(code('cluster.unreachable'));
    });

    it('is said when kubectl is not installed', async () => {
      await expect(open({ by, kubectl: join(folder, 'no-kubectl') }).identity()).rejects.toMatchObject(
        code('tool.missing'),
      );
    });

    it('is not waited for longer than the deadline', async () => {
      const silent: Server = createServer();
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      try {
        const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
        const hung = open({ by, kubeconfig: kubeconfigFor(url, 'silent'), deadline: 500 });
        await expect(hung.identity()).rejects.toMatchObject(code('tool.timeout'));
        await expect(hung.create(configMap(name, {}))).rejects.toMatchObject(code('cluster.ambiguous'));
      } finally {
        silent.close();
      }
    });

    it('is a refusal when a right is missing', async () => {
      const viewer = open({ by, context: `${plane.name}-viewer` });
      expect(await viewer.list({ apiVersion: 'v1', kind: 'ConfigMap' })).not.toHaveLength(0);
      await expect(viewer.create(configMap(name, {}))).rejects.toMatchObject(code('cluster.rejected'));
      await expect(viewer.create(configMap(name, {}))).rejects.toThrow(/Forbidden/);
      await expect(viewer.identity()).rejects.toMatchObject(code('cluster.rejected'));
    });

    function kubeconfigFor(url: string, file: string): string {
      const accesses = plane.accesses.slice(0, 1).map((access) => ({ ...access, url }));
      return writeKubeconfig(join(folder, file), accesses);
    }
  });

  describe('an object that is not the one that was read', () => {
    it('is not applied over, replaced or deleted when it was made anew meanwhile', async () => {
      const first = await cluster.create(configMap(name, { by: 'first' }));
      await other.remove(ref(first), at(first));
      const second = await other.create(configMap(name, { by: 'second' }));
      const refused = { code: 'cluster.conflict' };
      await expect(cluster.apply(configMap(name, {}), at(first))).rejects.toMatchObject(refused);
      await expect(cluster.replace(configMap(name, {}), at(first))).rejects.toMatchObject(refused);
      await expect(cluster.remove(ref(first), at(first))).rejects.toMatchObject(refused);
      expect(await other.get(ref(second))).toEqual(second);
    });

    it('is not created by replacing, though the API would create a Lease', async () => {
      const lease: KubeObject = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name },
        spec: { holderIdentity: 'ann' },
      };
      const held = await cluster.create(lease);
      await other.remove(ref(held), at(held));
      await expect(cluster.replace(lease, at(held))).rejects.toMatchObject({ code: 'cluster.conflict' });
      expect(await other.get(ref(held))).toBeUndefined();
    });
  });

  describe('apply', () => {
    it('adopts what kubectl apply made by hand: what its manifest no longer has goes, what others set stays', async () => {
      const byHand = (args: string[], input: string) =>
        execFileSync(
          'kubectl',
          [`--kubeconfig=${plane.kubeconfig}`, `--context=${plane.name}`, `--namespace=${NAMESPACE}`, ...args],
          { input, stdio: 'pipe' },
        );
      byHand(['apply', '-f', '-'], JSON.stringify(configMap(name, { kept: '1', dropped: '2' })));
      byHand(['patch', `configmap/${name}`, '--type=merge', '-p', '{"data":{"foreign":"4"}}'], '');
      const made = await cluster.get(ref(configMap(name, {})));
      expect(made?.data).toEqual({ kept: '1', dropped: '2', foreign: '4' });
      const applied = await cluster.apply(configMap(name, { kept: '1', added: '3' }), at(made ?? configMap(name, {})));
      expect(applied.data).toEqual({ kept: '1', added: '3', foreign: '4' });
      // What plain kubectl had noted down would mislead the next plain `kubectl apply`.
      expect(made?.metadata.annotations).toHaveProperty(['kubectl.kubernetes.io/last-applied-configuration']);
      expect(applied.metadata.annotations ?? {}).toEqual({});
      expect(await other.get(ref(applied))).toEqual(applied);
      expect(await other.diff([configMap(name, { kept: '1', added: '3' })])).toBe('');
    });

    it('does not adopt over another version', async () => {
      const kubectl = [`--kubeconfig=${plane.kubeconfig}`, `--context=${plane.name}`, `--namespace=${NAMESPACE}`];
      const byHand = (data: Record<string, string>) =>
        execFileSync('kubectl', [...kubectl, 'apply', '-f', '-'], {
          input: JSON.stringify(configMap(name, data)),
          stdio: 'pipe',
        });
      byHand({ a: '1' });
      const made = await cluster.get(ref(configMap(name, {})));
      byHand({ a: '2' });
      const now = await other.get(ref(configMap(name, {})));
      const refused = cluster.apply(configMap(name, { a: '3' }), at(made ?? configMap(name, {})));
      await expect(refused).rejects.toMatchObject({ code: 'cluster.conflict' });
      expect(await other.get(ref(configMap(name, {})))).toEqual(now);
    });

    it('refuses a field that the kind does not have, and changes nothing', async () => {
      const wrong = { ...configMap(name, {}), dota: { a: '1' } };
      await expect(cluster.apply(wrong, { absent: true })).rejects.toThrow(/dota/);
      await expect(cluster.apply(wrong, { absent: true })).rejects.toMatchObject({ code: 'cluster.rejected' });
      expect(await other.get(ref(wrong))).toBeUndefined();
    });
  });

  describe('a fault of the control plane itself', () => {
    it('etcd stands still: reads time out, writes are ambiguous, and afterwards exactly one of the two states holds', async () => {
      const before = await other.create(configMap(name, { by: 'them' }));
      const hasty = open({ by, deadline: 1500 });
      await hasty.get(ref(before));
      plane.programs.etcd.child.kill('SIGSTOP');
      try {
        await expect(hasty.replace(configMap(name, { by: 'us' }), at(before))).rejects.toMatchObject({
          code: 'cluster.ambiguous',
        });
        await expect(hasty.get(ref(before))).rejects.toMatchObject({ code: 'tool.timeout' });
      } finally {
        plane.programs.etcd.child.kill('SIGCONT');
      }
      const now = await other.get(ref(before));
      expect([{ by: 'us' }, { by: 'them' }]).toContainEqual(now?.data);
    });

    it('the API server dies and comes back: unreachable meanwhile, everything is there afterwards', async () => {
      const before = await other.create(configMap(name, { by: 'them' }));
      await plane.programs.apiServer.stop();
      await expect(other.get(ref(before))).rejects.toMatchObject({ code: 'cluster.unreachable' });
      await plane.restartApiServer();
      expect(await other.get(ref(before))).toEqual(before);
      const after = await other.replace(configMap(name, { by: 'us' }), at(before));
      expect(after.data).toEqual({ by: 'us' });
    });
  });
});

describe('kubectl proxy itself', () => {
  const ends: Record<string, (proxy: { pid: number; socket: string }) => void> = {
    'is killed': ({ pid }) => process.kill(pid, 'SIGKILL'),
    hangs: ({ pid }) => process.kill(pid, 'SIGSTOP'),
    'has lost its socket': ({ socket }) => rmSync(socket, { force: true }),
  };
  for (const [what, end] of Object.entries(ends)) {
    it(`${what}: reads go on, and each write is done exactly once`, async () => {
      const cluster = open({ kubectl: faulty.path, patience: 300 });
      let object = await cluster.create(configMap(name, { round: '0' }));
      // Twice a round, and no more often than a connection is worth another kubectl.
      for (let round = 1; round <= 2; round += 1) {
        const before = faulty.proxy();
        if (before === undefined) throw new Error('there was no proxy');
        end(before);
        expect(await cluster.get(ref(object))).toEqual(object);
        const next = cluster.replace(configMap(name, { round: String(round) }), at(object));
        const middle = faulty.proxy();
        if (middle !== undefined) end(middle);
        const written = await next;
        expect(written.metadata.generation).toBe(object.metadata.generation);
        expect(await other.get(ref(object))).toEqual(written);
        expect(written.data).toEqual({ round: String(round) });
        object = written;
      }
    });
  }
});

describe('who follows', () => {
  const kind = { apiVersion: 'v1', kind: 'ConfigMap' };

  /** Follows one object and does something to the world between two changes of it. */
  async function followed(cluster: Cluster, trouble: () => unknown): Promise<void> {
    let object = await other.create(configMap(name, { round: '0' }));
    const over = new AbortController();
    const views = cluster.follow([{ ...kind, name }], { every: 1000, signal: over.signal })[Symbol.asyncIterator]();
    const until = async (round: string) => {
      for (let seen: unknown; seen !== round; ) {
        const { value } = await views.next();
        const [[now] = []] = value as readonly (readonly KubeObject[])[];
        seen = (now?.data as { readonly round?: string } | undefined)?.round;
      }
    };
    await until('0');
    for (const round of ['1', '2']) {
      await trouble();
      object = await other.replace(configMap(name, { round }), at(object));
      await until(round);
    }
    over.abort();
    await views.return?.();
  }

  it('goes on when kubectl proxy is killed', async () => {
    const cluster = open({ kubectl: faulty.path });
    await followed(cluster, () => process.kill(proxyPid(), 'SIGKILL'));
  });

  it('goes on when the API server was restarted in the middle', async () => {
    await followed(open({}), () => plane.restartApiServer());
  });

  it('goes on when old versions were compacted away while the server was gone', async () => {
    const cluster = open({});
    await followed(cluster, async () => {
      const port = new URL(
        (plane.programs.etcd.child.spawnargs.find((arg) => arg.startsWith('--listen-client-urls=')) ?? '').slice(21),
      ).port;
      const call = async (path: string, body: object) =>
        (await (
          await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: JSON.stringify(body) })
        ).json()) as {
          header?: { revision: string };
        };
      const { header } = await call('/v3/kv/range', { key: Buffer.from('x').toString('base64') });
      await plane.programs.apiServer.stop();
      await call('/v3/kv/compaction', { revision: header?.revision, physical: true });
      await plane.restartApiServer();
    });
  });

  it('asks instead where it may not watch', async () => {
    await followed(open({ context: `${plane.name}-viewer` }), () => undefined);
  });
});

describe('who glances', () => {
  const kind = { apiVersion: 'v1', kind: 'ConfigMap' };

  /** Glances until what somebody else wrote is seen. */
  async function seen(cluster: Cluster, round: string): Promise<void> {
    const shows = async () => {
      const [now] = await cluster.glance({ ...kind, name }, 1000);
      return (now?.data as { readonly round?: string } | undefined)?.round === round;
    };
    await waitFor(shows, { what: `round ${round}`, timeoutMs: 40_000 });
  }

  const ways: readonly (readonly [how: string, options: Partial<KubectlTarget>, trouble: () => unknown])[] = [
    ['by a watch', {}, () => undefined],
    ['by a watch whose kubectl is killed', {}, () => process.kill(proxyPid(), 'SIGKILL')],
    ['where it may not watch', { context: 'production-viewer' }, () => undefined],
    ['by single calls', { by: 'single-calls' }, () => undefined],
  ];
  it.each(ways)('sees what others write, %s', async (_how, options, trouble) => {
    const cluster = open({ kubectl: faulty.path, ...options });
    let object = await other.create(configMap(name, { round: '0' }));
    await seen(cluster, '0');
    for (const round of ['1', '2']) {
      await trouble();
      object = await other.replace(configMap(name, { round }), at(object));
      await seen(cluster, round);
    }
  });
});

describe.each(['connection', 'single-calls'] as const)('a login that ends, by %s', (by) => {
  let logins: EndingLogins;
  beforeAll(async () => {
    logins = await makeEndingLogins(plane, folder);
  });

  it('is renewed by its plugin, and every write is done once', async () => {
    const { kubeconfig, asked } = logins.withPlugin();
    const cluster = open({ by, kubeconfig });
    let object = await cluster.create(configMap(name, { round: '0' }));
    const before = asked();
    await logins.renew();
    const ended = logins.end('earlier');
    let isOver = false;
    void ended.finally(() => {
      isOver = true;
    });
    let round = 0;
    // Writes go on while the login ends, and some after it.
    for (let more = 3; more > 0; more -= isOver ? 1 : 0) {
      round += 1;
      object = await cluster.replace(configMap(name, { round: String(round) }), at(object));
      expect(object.data).toEqual({ round: String(round) });
    }
    await ended;
    expect(await other.get(ref(object))).toEqual(object);
    expect(asked()).toBeGreaterThan(before);
  });

  it('without anything that renews it is said, and nothing is written from then on', async () => {
    const kubeconfig = logins.withToken();
    const cluster = open({ by, kubeconfig });
    const object = await cluster.create(configMap(name, { round: '0' }));
    await logins.end('latest');
    const failure = await cluster.replace(configMap(name, { round: '1' }), at(object)).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'cluster.unreachable',
      message: expect.stringMatching(/Unauthorized|must be logged in/),
      why: expect.stringContaining('Log in again'),
    });
    await expect(cluster.get(ref(object))).rejects.toMatchObject({ code: 'cluster.unreachable' });
    expect(await other.get(ref(object))).toEqual(object);
    // Whoever logs in again goes on with the same run.
    await logins.renew();
    logins.withToken(kubeconfig);
    const written = await cluster.replace(configMap(name, { round: '1' }), at(object));
    expect(await other.get(ref(object))).toEqual(written);
  });
});
