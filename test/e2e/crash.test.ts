import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHookedKubectl } from '../cluster/hooked-kubectl.ts';
import {
  type Boundary,
  boundariesOf,
  isAsBefore,
  isDeployedOnce,
  optionsOf,
  PRELOAD,
  repeatedMessages,
  same,
  sample,
} from './support/killing.ts';
import { type Arena, type Lab, startLab } from './support/lab.ts';
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
    if (isOut) await isDeployedOnce(arena, name, reference, arena.history().phase);
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
