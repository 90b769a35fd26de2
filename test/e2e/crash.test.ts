import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hook, type HookedKubectl, makeHookedKubectl } from '../cluster/hooked-kubectl.ts';
import { type Arena, type Lab, type RunOptions, startLab } from './support/lab.ts';
import { RELEASE } from './support/lab-product.ts';

/**
 * A `relctl deploy` on a real control plane is killed with SIGKILL at the boundaries of its steps: at each call that changes
 * the cluster (before it, while kubectl goes on without relctl, after it) and each time that a file takes its place (right
 * before and right after). Then it is resumed or aborted, in turn, so that each boundary sees both.
 *
 * RELCTL_CRASH_ROUNDS=n kills n times at each boundary, as `npm run crash` does with 5; left out, a sample of both kinds is done.
 * So many as RELCTL_CRASH_PARALLEL says are at work at once, each in a namespace of its own.
 */
const ROUNDS = Number(process.env.RELCTL_CRASH_ROUNDS ?? 0);
const PARALLEL = Number(process.env.RELCTL_CRASH_PARALLEL ?? 2);
const PRELOAD = fileURLToPath(new URL('../crash/kill-at.js', import.meta.url));

/** Where a run is killed. */
type Boundary =
  | { readonly kind: 'call'; readonly at: number; readonly what: Extract<Hook, `kill-${string}`> }
  | { readonly kind: 'write'; readonly at: number; readonly when: 'before' | 'after' };
type Ending = 'resume' | 'abort';

let lab: Lab;
/** What production holds after a run that nobody disturbed. */
let reference: Awaited<ReturnType<Arena['contents']>>;
let boundaries: readonly Boundary[];
const rounds: { readonly name: string; readonly seconds: number; readonly repeated: number }[] = [];

beforeAll(async () => {
  // Several rounds at once make the machine so busy that a sample may be late; a canary without data is held, as it should.
  lab = await startLab({ canary: { extension: '20s' }, connection: 'single-calls' });
  const hooked = makeHookedKubectl();
  const arena = await lab.arena();
  const report = join(arena.root, 'report.txt');
  const env = { ...hooked.environment(), REPORT: report };
  const { code, stderr } = await arena.relctl(['deploy', RELEASE], { env, node: ['--import', PRELOAD] });
  expect(code, stderr).toBe(0);
  reference = await arena.contents();
  boundaries = boundariesOf(hooked.calls().length, Number(readFileSync(report, 'utf8')));
  await arena.remove();
  hooked.remove();
});
afterAll(async () => {
  const slowest = Math.max(...rounds.map((round) => round.seconds));
  const repeated = rounds.reduce((sum, round) => sum + round.repeated, 0);
  process.stdout.write(
    `killed and taken up again: ${rounds.length} rounds; slowest recovery ${slowest.toFixed(1)} s; messages that came twice, under their key: ${repeated}\n`,
  );
  await lab?.stop();
});

function boundariesOf(calls: number, writes: number): readonly Boundary[] {
  const whats = ['kill-before', 'kill-during', 'kill-after'] as const;
  return [
    ...Array.from({ length: calls }, (_, n) =>
      whats.map((what) => ({ kind: 'call' as const, at: n + 1, what })),
    ).flat(),
    ...Array.from({ length: writes }, (_, n) =>
      (['before', 'after'] as const).map((when) => ({ kind: 'write' as const, at: n + 1, when })),
    ).flat(),
  ];
}

/** Every so manieth boundary, from both kinds; which ones says the seed of the day's rounds: none, so always the same. */
function sample(all: readonly Boundary[], count: number): readonly Boundary[] {
  return Array.from({ length: count }, (_, n) => all[Math.floor(((n + 0.5) * all.length) / count)]).filter(
    (boundary) => boundary !== undefined,
  );
}

function optionsOf(boundary: Boundary, hooked: HookedKubectl): RunOptions {
  return boundary.kind === 'call'
    ? { env: hooked.environment(boundary) }
    : {
        env: { ...hooked.environment(), KILL_AT: String(boundary.at), KILL_WHEN: boundary.when },
        node: ['--import', PRELOAD],
      };
}

/** Kills a deployment at a boundary, ends it as asked, and checks that nothing was lost and nothing done twice. */
async function experiment(boundary: Boundary, ending: Ending): Promise<void> {
  const name = `${boundary.kind} ${boundary.at} ${boundary.kind === 'call' ? boundary.what : boundary.when}, ${ending}`;
  const hooked = makeHookedKubectl();
  const arena = await lab.arena();
  try {
    const before = await arena.contents();
    const killed = await arena.relctl(['deploy', RELEASE], optionsOf(boundary, hooked));
    same(`${name}: ${killed.stderr.slice(-800)}`, killed.signal, 'SIGKILL');
    await standsStill(arena, name);
    const began = performance.now();
    const { phase } = arena.history();
    const gone = await takeUp(arena, phase, ending);
    same(`${name}: ${gone.stderr.slice(-1500)}`, gone.code, 0);
    const seconds = (performance.now() - began) / 1000;
    const isOut = ending === 'resume' || phase === 'deployed';
    if (isOut) await isDeployedOnce(arena, name);
    else await isAsBefore(arena, name, before);
    const audit = await arena.relctl(['audit', RELEASE]);
    same(`${name}: ${audit.stdout}`, audit.code, 0);
    rounds.push({ name, seconds, repeated: repeatedMessages(arena, name) });
    if (ROUNDS > 0) process.stderr.write(`${name}: ${seconds.toFixed(1)} s\n`);
  } finally {
    await arena.remove();
    hooked.remove();
  }
}

/** Nothing that was not judged runs in the place of what production runs. */
async function standsStill(arena: Arena, name: string): Promise<void> {
  const promoted = arena.history().events.some((event) => event.type === 'canary.promoted');
  if (!promoted) same(name, await arena.image(), 'registry.example/web:1.0.0');
}

/** Goes on from where the killed run stands. One that had not begun is begun again, or left; one that is out is out. */
async function takeUp(arena: Arena, phase: string, ending: Ending): Promise<{ code: number | null; stderr: string }> {
  const flag = `--${ending}`;
  if (phase === 'ready' || phase === 'deployed') {
    const refused = await arena.relctl(['deploy', RELEASE, flag]);
    if (refused.code !== 4) return { code: refused.code, stderr: `${flag} at ${phase} is not refused` };
    return phase === 'ready' && ending === 'resume' ? arena.relctl(['deploy', RELEASE]) : { code: 0, stderr: '' };
  }
  return arena.relctl(['deploy', RELEASE, flag]);
}

async function isDeployedOnce(arena: Arena, name: string): Promise<void> {
  same(name, arena.history().phase, 'deployed');
  // Killed when all was done but the cleaning up: the Jobs of the release are what may be left.
  const left = (await arena.contents()).filter((object) => object.kind !== 'Job');
  same(name, left, reference);
  const web = await arena.cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
  // Revision 1 is version 1.0.0, and each change of the pods is one more. A fence that was renewed is none.
  same(name, web?.metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
  same(name, arena.migrations(), ['up']);
  same(name, doneTwice(arena), []);
}

async function isAsBefore(arena: Arena, name: string, before: Awaited<ReturnType<Arena['contents']>>): Promise<void> {
  same(name, await arena.contents(), before);
  const migrations = arena.migrations();
  same(name, migrations, migrations.length === 0 ? [] : ['up', 'down']);
  same(name, doneTwice(arena), []);
}

/** Fails with what was found and where: failures of many rounds are told together. */
function same(name: string, found: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(found, wanted)) return;
  throw new Error(`${name}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}

/** Objects that were made or removed more than once, as the API server saw it. */
function doneTwice(arena: Arena): readonly string[] {
  const effects = arena
    .writes()
    .filter(
      ({ verb, code, resource }) => (code === 201 || (verb === 'delete' && code === 200)) && resource !== 'leases',
    )
    .map(({ verb, resource, name }) => `${verb === 'delete' ? 'removed' : 'made'} ${resource}/${name}`);
  return effects.filter((effect, index) => effects.indexOf(effect) !== index);
}

/** A message whose delivery was not recorded comes again, once and under the same key; no other does. */
function repeatedMessages(arena: Arena, name: string): number {
  const keys = arena.notifications();
  const repeated = keys.filter((key, index) => keys.indexOf(key) !== index);
  same(name, repeated.length <= 1, true);
  return repeated.length;
}

describe('a deployment that is killed', () => {
  it(
    'converges when it is resumed or aborted: whole files, nothing done twice, nothing promoted unattended',
    async () => {
      const calls = boundaries.filter((boundary) => boundary.kind === 'call');
      const writes = boundaries.filter((boundary) => boundary.kind === 'write');
      const ending = (n: number): Ending => (n % 2 === 0 ? 'resume' : 'abort');
      const plan =
        ROUNDS > 0
          ? Array.from({ length: ROUNDS }, (_, round) =>
              boundaries.map((boundary, n) => [boundary, ending(n + round)] as const),
            ).flat()
          : [...sample(calls, 6), ...sample(writes, 4)].map((boundary, n) => [boundary, ending(n)] as const);
      const failures: string[] = [];
      const queue = plan.values();
      await Promise.all(
        Array.from({ length: PARALLEL }, async () => {
          for (const [boundary, ending] of queue) {
            await experiment(boundary, ending).catch((error: unknown) => failures.push(String(error)));
          }
        }),
      );
      expect(failures).toEqual([]);
      expect(rounds).toHaveLength(plan.length);
      expect(plan.length).toBeGreaterThanOrEqual(8);
    },
    12 * 3_600_000,
  );
});
