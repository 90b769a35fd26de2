import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HookedKubectl, makeHookedKubectl } from '../cluster/hooked-kubectl.ts';
import { waitFor } from '../cluster/wait.ts';
import { PEOPLE } from './support/company.ts';
import { type Arena, type Lab, OTHER_OPERATOR, type Started, startLab } from './support/lab.ts';
import { RELEASE } from './support/lab-product.ts';

/**
 * Two people deploy at once, and a run that was stopped wakes after another one has taken over; on a real control plane, whose
 * own log says what was asked of it and what it refused.
 *
 * RELCTL_RACE_ROUNDS says how often each is done; a few times when left out.
 */
const ROUNDS = Number(process.env.RELCTL_RACE_ROUNDS ?? 3);

let lab: Lab;
let hooked: HookedKubectl;
const refusals = { lease: 0, objects: 0 };

beforeAll(async () => {
  hooked = makeHookedKubectl();
  // Long enough that no renewal of the lock comes between the calls of a run, which are counted.
  lab = await startLab({ lockSeconds: 600, connection: 'single-calls' });
});
afterAll(async () => {
  process.stdout.write(
    `writes of overtaken runs that the API server refused: ${refusals.lease} to the lock, ${refusals.objects} to objects\n`,
  );
  hooked?.remove();
  await lab?.stop();
});

async function inArena(work: (arena: Arena) => Promise<void>): Promise<void> {
  const arena = await lab.arena();
  try {
    await work(arena);
  } finally {
    await arena.remove();
  }
}

describe('two people who deploy at once from two clones', () => {
  it(`have one winner each time, and the loser is told who holds the environment (${ROUNDS} rounds)`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await inArena(async (arena) => {
        const clones = [arena.root, arena.clone()];
        const people = [PEOPLE.ops, OTHER_OPERATOR];
        const runs = clones.map((cwd, n) => arena.start(['deploy', RELEASE], { cwd, as: people[n] ?? '' }));
        const results = await Promise.all(runs.map((run) => run.ended));
        const loser = results[0]?.code === 0 ? 1 : 0;
        const winner = 1 - loser;
        expect(results.map((result) => result.code).sort()).toEqual([0, 1]);
        const held = `is locked by ${people[winner]} for ${RELEASE}`;
        expect(results[loser]?.stderr).toContain(held);
        expect(results[loser]?.stderr).toContain(`process ${runs[winner]?.child.pid}`);
        expect(arena.history(clones[winner]).phase).toBe('deployed');
        expect(arena.history(clones[loser]).phase).toBe('ready');
        expect(arena.migrations()).toEqual(['up']);
        const made = arena.writes().filter(({ code }) => code === 201);
        expect(made.map(({ resource, name }) => `${resource}/${name}`).sort()).toEqual(
          [...new Set(made.map(({ resource, name }) => `${resource}/${name}`))].sort(),
        );
      });
    }
  }, 3_600_000);
});

describe('a run that is stopped while another one takes over', () => {
  it('finds that it has lost the lock when it wakes between two steps, and changes nothing', async () => {
    const brief = await startLab({
      name: 'brief',
      lockSeconds: 5,
      connection: 'single-calls',
      canary: { bake: '8s', look: '1s' },
    });
    try {
      const arena = await brief.arena();
      const stopped = arena.start(['deploy', RELEASE]);
      await waitFor(() => arena.history().events.some((event) => event.data.step === 'bake'), { what: 'bake' });
      stopped.child.kill('SIGSTOP');
      const other = arena.clone();
      // Nobody says that the holder is gone: its lease has to run out, since its process still lives.
      const resumed = await arena.relctl(['deploy', RELEASE, '--resume'], { cwd: other, as: OTHER_OPERATOR });
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(resumed.stderr).toContain('its lease expires in');
      const written = arena.writes().length;
      const contents = await arena.contents();
      stopped.child.kill('SIGCONT');
      const woken = await stopped.ended;
      expect(woken.code).toBe(1);
      expect(woken.stderr).toContain('cluster.fenced-off');
      // It looks at the lock before it goes on; where its renewal comes first, the API server refuses that.
      const after = arena.writes().slice(written);
      expect(after.filter(({ resource, code }) => resource !== 'leases' || code !== 409)).toEqual([]);
      refusals.lease += after.length;
      expect(await arena.contents()).toEqual(contents);
      expect(arena.history().events.some((event) => event.type === 'canary.promoted')).toBe(false);
    } finally {
      await brief.stop();
    }
  });

  it('cannot carry out a write that it had prepared, whichever it was', async () => {
    const calls = await callsOfAWholeRun();
    const rounds = ROUNDS >= calls.length ? calls.map((_, n) => n + 1) : sampled(calls);
    for (const at of rounds) {
      await inArena(async (arena) => {
        const stopped = arena.start(['deploy', RELEASE], { env: hooked.environment({ at, what: 'stop-before' }) });
        await waitFor(() => hooked.fired(), { what: `call ${at} of a deployment` });
        const other = arena.clone();
        await takeOver(arena, other);
        const contents = await arena.contents();
        const written = arena.writes().length;
        hooked.wake();
        await waitFor(() => arena.writes().length > written, { what: `write ${at} of the overtaken run` });
        stopped.child.kill('SIGCONT');
        await isPowerless(arena, stopped, written, `call ${at} (${calls[at - 1]})`, contents);
      });
    }
  }, 3_600_000);
});

/** The calls of a deployment that change something, by verb; without the first, which takes the lock, and the last, which gives it back. */
async function callsOfAWholeRun(): Promise<readonly string[]> {
  let calls: readonly string[] = [];
  await inArena(async (arena) => {
    const { code, stderr } = await arena.relctl(['deploy', RELEASE], { env: hooked.environment() });
    expect(code, stderr).toBe(0);
    calls = hooked.calls();
  });
  return calls.slice(0, -1);
}

/** One call of each kind: making a Job, applying (the last one is the rollout), and deleting. */
function sampled(calls: readonly string[]): readonly number[] {
  return ['create', 'apply', 'delete'].map((verb) => calls.lastIndexOf(verb) + 1);
}

/** Somebody who knows that the holder is gone for good takes its lock and ends what it began. */
async function takeOver(arena: Arena, other: string): Promise<void> {
  const began = arena.history(other).phase !== 'ready';
  const args = ['deploy', RELEASE, ...(began ? ['--resume'] : []), '--take-over'];
  const { code, stderr } = await arena.relctl(args, { cwd: other, as: OTHER_OPERATOR });
  expect(code, stderr).toBe(0);
  expect(arena.history(other).phase).toBe('deployed');
}

/** What the woken run does is refused; or it makes something that sleeps, which the next run of the release would wake. */
async function isPowerless(
  arena: Arena,
  stopped: Started,
  written: number,
  name: string,
  before: Awaited<ReturnType<Arena['contents']>>,
): Promise<void> {
  const woken = await stopped.ended;
  expect({ name, code: woken.code, said: woken.stderr.slice(-600) }).toMatchObject({ name, code: 1 });
  expect(woken.stderr).toMatch(/cluster\.(fenced-off|lock-held)/);
  const writes = arena.writes().slice(written);
  const refused = writes.filter(({ code }) => code === 409 || code === 404);
  // It may take a lock that is free again, and has to give it back.
  const made = writes.filter(({ code, resource }) => code < 300 && resource !== 'leases');
  const ownLease = writes.filter(({ code, resource }) => code < 300 && resource === 'leases');
  refusals.objects += refused.length;
  expect({ name, made: made.map(({ code }) => code) }).toEqual({ name, made: made.map(() => 201) });
  expect({ name, writes: refused.length + made.length + ownLease.length }).toEqual({ name, writes: writes.length });
  const now = await arena.contents();
  const added = now.filter((object) => !before.some((one) => JSON.stringify(one) === JSON.stringify(object)));
  for (const object of added) expect({ name, awake: isAwake(object) }).toEqual({ name, awake: false });
  expect({ name, gone: now.length - added.length }).toEqual({ name, gone: before.length });
  expect({ name, migrations: arena.migrations() }).toEqual({ name, migrations: ['up'] });
  expect(await arena.image()).toMatch(/:2\.0\.0@/);
}

function isAwake(object: { readonly kind: string; readonly [field: string]: unknown }): boolean {
  const spec = object.spec as { readonly replicas?: number; readonly parallelism?: number } | undefined;
  return (object.kind === 'Job' ? spec?.parallelism : object.kind === 'Deployment' ? spec?.replicas : 1) !== 0;
}
