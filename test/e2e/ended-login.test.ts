import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EndingLogins, makeEndingLogins } from '../cluster/ending-logins.ts';
import { waitFor } from '../cluster/wait.ts';
import { type Arena, type Lab, startLab } from './support/lab.ts';
import { RELEASE } from './support/lab-product.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relctl-ended-login-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A release whose login ends while its canary is watched, by each way of talking to the API server. */
describe.each(['proxy', 'single-calls'] as const)('a login that ends during a bake, by %s', (connection) => {
  let lab: Lab;
  let logins: EndingLogins;
  beforeAll(async () => {
    // The lock is renewed every 5 s, so a run that cannot log in knows soon.
    const canary = { bake: '20s', extension: '20s', look: '5s' };
    lab = await startLab({ migration: false, connection, canary, lockSeconds: 15 });
    logins = await makeEndingLogins(lab.plane, folder);
  });
  afterAll(() => lab?.stop());

  async function inArena(kubeconfig: string, act: (arena: Arena) => Promise<void>): Promise<void> {
    const arena = await lab.arena((config) => config.replaceAll(lab.plane.kubeconfig, kubeconfig));
    try {
      await act(arena);
      expect(await arena.image()).toContain('registry.example/web:2.0.0@');
      const done = arena.writes().filter(({ code }) => code < 400);
      const made = done.filter(({ code }) => code === 201);
      const names = made.map(({ resource, name }) => `${resource}/${name}`);
      expect(names).toEqual([...new Set(names)]);
      expect([...new Set(done.map(({ user }) => user))]).toEqual([logins.user]);
      const audit = await arena.relctl(['audit', RELEASE]);
      expect(audit.code, audit.stdout).toBe(0);
    } finally {
      await arena.remove();
    }
  }

  const isBaking = (arena: Arena) => () => arena.history().events.some(({ data }) => data.step === 'bake');

  it('goes on with what its plugin gives next', async () => {
    const { kubeconfig } = logins.withPlugin();
    await inArena(kubeconfig, async (arena) => {
      const { ended } = arena.start(['deploy', RELEASE]);
      await waitFor(isBaking(arena), { what: 'bake', timeoutMs: 60_000 });
      await logins.renew();
      await logins.end('earlier');
      const { code, stderr } = await ended;
      expect(code, stderr).toBe(0);
    });
  });

  it('stops the run where nothing renews it, which is said, and it goes on once somebody has logged in', async () => {
    const kubeconfig = logins.withToken();
    await inArena(kubeconfig, async (arena) => {
      const { ended } = arena.start(['deploy', RELEASE]);
      await waitFor(isBaking(arena), { what: 'bake', timeoutMs: 60_000 });
      await logins.end('latest');
      const { code, stderr } = await ended;
      expect(code, stderr).not.toBe(0);
      expect(stderr).toContain('Log in again');
      expect(stderr).toContain(`relctl deploy ${RELEASE} --resume`);
      expect(await arena.image()).toBe('registry.example/web:1.0.0');
      await logins.renew();
      logins.withToken(kubeconfig);
      const resumed = await arena.relctl(['deploy', RELEASE, '--resume']);
      expect(resumed.code, resumed.stderr).toBe(0);
    });
  });
});
