import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWrite } from '../cluster/audit-log.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { pluginUser } from '../cluster/exec-plugin.ts';
import { type HookedKubectl, makeHookedKubectl } from '../cluster/hooked-kubectl.ts';
import { type Arena, type Lab, startLab } from './support/lab.ts';
import { RELEASE } from './support/lab-product.ts';

/**
 * Programs that hang under relctl, and another cluster behind the name of the right one.
 * RELCTL_WRONG_CLUSTER_TRIES says how often the latter is tried; a few times when left out.
 */
const TRIES = Number(process.env.RELCTL_WRONG_CLUSTER_TRIES ?? 3);
/** Deadline of one kubectl call, and how much later relctl has to be over. */
const DEADLINE_MS = 30_000;
const AFTER_MS = 5000;

let lab: Lab;
let hooked: HookedKubectl;
let folder: string;

beforeAll(async () => {
  lab = await startLab({ migration: false });
  hooked = makeHookedKubectl();
  folder = mkdtempSync(join(tmpdir(), 'relctl-hangs-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  hooked?.remove();
  await lab?.stop();
});

async function inArena(
  work: (arena: Arena) => Promise<void>,
  change: (config: string) => string = (text) => text,
): Promise<void> {
  const arena = await lab.arena(change);
  try {
    await work(arena);
  } finally {
    await arena.remove();
  }
}

function program(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

/** Ids of processes that were started under a mark in their environment, the dead that nobody has collected aside. */
function processesWith(mark: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isDead = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') === true;
        return !isDead && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
      } catch {
        return false;
      }
    });
}

/** Runs a deployment that cannot get through to the cluster, and checks that it ends in time and leaves nothing behind. */
async function endsInTime(arena: Arena, env: Readonly<Record<string, string>>): Promise<void> {
  const mark = `mark-${randomBytes(8).toString('hex')}`;
  const deployment = arena.start(['deploy', RELEASE], { env: { ...env, RELCTL_TEST_MARK: mark } });
  // The fault is there: a kubectl and what it started wait.
  while (processesWith(mark).length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  const began = performance.now();
  const { code, stderr } = await deployment.ended;
  expect(performance.now() - began).toBeLessThan(DEADLINE_MS + AFTER_MS);
  expect(code).toBe(1);
  expect(stderr).toContain('did not answer within 30 s');
  expect(processesWith(mark)).toEqual([]);
  expect(arena.writes()).toEqual([]);
  expect(arena.history().phase).toBe('ready');
}

/** A kubeconfig of its own for a clone, to be written anew once everybody has signed. */
function ownKubeconfig(): {
  readonly change: (config: string) => string;
  readonly write: (kubeconfig: object) => void;
} {
  const file = join(folder, `kubeconfig-${randomBytes(4).toString('hex')}`);
  const write = (kubeconfig: object) => writeFileSync(file, JSON.stringify(kubeconfig), { mode: 0o600 });
  write(JSON.parse(readFileSync(lab.plane.kubeconfig, 'utf8')));
  return { change: (config) => config.replaceAll(lab.plane.kubeconfig, file), write };
}

function singleCalls(config: string): string {
  expect(config).toContain('"connection": "proxy"');
  return config.replaceAll('"connection": "proxy"', '"connection": "single-calls"');
}

describe('a program that hangs', () => {
  it('is ended with all that it started when it is kubectl', async () => {
    await inArena(async (arena) => {
      program('kubectl', '#!/bin/sh\nsleep 600 &\nsleep 600\n');
      await endsInTime(arena, { PATH: `${folder}:${process.env.PATH}` });
    });
  });

  it("is ended when it is what gives kubectl its credentials, which kubectl's own time-outs do not do", async () => {
    const own = ownKubeconfig();
    await inArena(async (arena) => {
      const plugin = program('credentials', '#!/bin/sh\nsleep 600\n');
      const kubeconfig = JSON.parse(readFileSync(lab.plane.kubeconfig, 'utf8')) as { users: { user: object }[] };
      own.write({ ...kubeconfig, users: kubeconfig.users.map((one) => ({ ...one, user: pluginUser(plugin) })) });
      await endsInTime(arena, {});
    }, own.change);
  });

  it('in the middle of a write is read back, and the write is done once', async () => {
    await inArena(async (arena) => {
      const env = hooked.environment({ at: 4, what: 'hang-after' });
      const { code, stderr } = await arena.relctl(['deploy', RELEASE], { env });
      expect(hooked.fired()).toBe(true);
      expect(code, stderr).toBe(0);
      const made = arena.writes().filter((write) => write.code === 201);
      expect(made.map(({ resource, name }) => `${resource}/${name}`).sort()).toEqual(
        [...new Set(made.map(({ resource, name }) => `${resource}/${name}`))].sort(),
      );
    }, singleCalls);
  });
});

describe('another cluster behind the name of the right one', () => {
  let wrong: ControlPlane;
  beforeAll(async () => {
    wrong = await startControlPlane({ name: lab.plane.name, audit: true });
    await wrong.createNamespace('shop-staging');
  });
  afterAll(() => wrong?.stop());

  it(`gets no write, whatever is asked (${TRIES} times)`, async () => {
    const own = ownKubeconfig();
    await inArena(async (arena) => {
      await wrong.createNamespace(arena.namespace);
      own.write(JSON.parse(readFileSync(wrong.kubeconfig, 'utf8')) as object);
      const before = wrong.requests().length;
      const commands = [
        ['deploy', RELEASE],
        ['deploy', RELEASE, '--canary'],
        ['deploy', RELEASE, '--take-over'],
        ['stage', RELEASE],
      ];
      for (let round = 0; round < TRIES; round += 1) {
        const { code, stderr } = await arena.relctl(commands[round % commands.length] ?? []);
        expect(code, stderr).toBe(1);
        expect(stderr).toContain('cluster.wrong-identity');
      }
      const asked = wrong
        .requests()
        .slice(before)
        .filter((request) => request.userAgent.startsWith('kubectl/'));
      // It was asked who it is, and nothing else.
      expect(asked.length).toBeGreaterThanOrEqual(TRIES);
      expect(new Set(asked.map(({ verb, resource, name }) => `${verb} ${resource}/${name}`))).toEqual(
        new Set(['get namespaces/kube-system']),
      );
      expect(asked.filter(isWrite)).toEqual([]);
      expect(arena.history().phase).toBe('ready');
    }, own.change);
  });
});
