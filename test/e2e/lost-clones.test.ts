import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHookedKubectl } from '../cluster/hooked-kubectl.ts';
import { makeBareRemote } from '../support/bare-remote.ts';
import { cacheHome } from '../support/state.ts';
import { PEOPLE, type Result } from './support/company.ts';
import {
  type Boundary,
  boundariesOf,
  isAsBefore,
  isDeployedOnce,
  optionsOf,
  PRELOAD,
  same,
  sample,
} from './support/killing.ts';
import { type Arena, type Lab, type RunOptions, startLab } from './support/lab.ts';
import { RELEASE } from './support/lab-product.ts';

/**
 * A `relctl deploy` on a real control plane is killed at the boundaries of its steps, **and its clone is deleted**, with all that relctl
 * kept on that machine. Another clone of the remote goes on: resumes, aborts, or resumes and rolls back, in turn. main takes no pushes,
 * so records are on a branch of their own.
 *
 * RELCTL_CRASH_ROUNDS=n is n rounds at each boundary; RELCTL_LOST_CLONES=n is a sample of n, 6 when left out. RELCTL_CRASH_LOG is a file
 * that gets a line a round as it ends, since a campaign takes hours. RELCTL_CRASH_FROM=n leaves out its first n rounds, and
 * RELCTL_CRASH_TO=n those from n on, so that several processes share a campaign.
 */
const ROUNDS = Number(process.env.RELCTL_CRASH_ROUNDS ?? 0);
const SAMPLED = Number(process.env.RELCTL_LOST_CLONES ?? 6);
const FROM = Number(process.env.RELCTL_CRASH_FROM ?? 0);
const TO = Number(process.env.RELCTL_CRASH_TO ?? Number.POSITIVE_INFINITY);
const LOG = process.env.RELCTL_CRASH_LOG;
const ENDINGS = ['resume', 'abort', 'rollback'] as const;
type Ending = (typeof ENDINGS)[number];

let lab: Lab;
let reference: Awaited<ReturnType<Arena['contents']>>;
let boundaries: readonly Boundary[];
let done = 0;

beforeAll(async () => {
  lab = await startLab({ canary: { extension: '20s' }, connection: 'single-calls' });
  const hooked = makeHookedKubectl();
  const arena = await lab.arena();
  const remote = makeBareRemote(arena.root);
  const clone = remote.clone(PEOPLE.ops);
  const report = join(clone, '.git', 'report.txt');
  const env = { ...hooked.environment(), REPORT: report };
  const { code, stderr } = await inClone(arena, clone, ['deploy', RELEASE], { env, node: ['--import', PRELOAD] });
  expect(code, stderr).toBe(0);
  reference = await arena.contents();
  boundaries = boundariesOf(hooked.calls().length, Number(readFileSync(report, 'utf8')));
  await arena.remove();
  remote.remove();
  hooked.remove();
});
afterAll(async () => {
  process.stdout.write(`killed, with the clone deleted, and taken up from another: ${done} rounds\n`);
  await lab?.stop();
});

/** What relctl keeps of a clone lies in the clone, so that it is lost with it. */
function inClone(arena: Arena, cwd: string, args: readonly string[], how: RunOptions = {}): Promise<Result> {
  return arena.relctl(args, { ...how, cwd, env: { ...how.env, XDG_CACHE_HOME: cacheHome(cwd) } });
}

async function experiment(boundary: Boundary, ending: Ending, triesLeft = 2): Promise<void> {
  const name = `${boundary.kind} ${boundary.at} ${boundary.kind === 'call' ? boundary.what : boundary.when}, ${ending}`;
  const hooked = makeHookedKubectl();
  const arena = await lab.arena();
  const remote = makeBareRemote(arena.root);
  try {
    const before = await arena.contents();
    const lost = remote.clone(PEOPLE.ops);
    const killed = await inClone(arena, lost, ['deploy', RELEASE], optionsOf(boundary, hooked));
    // How often a run looks depends on how fast it is: one that ended before it came to the boundary says nothing of it.
    if (killed.signal === null && killed.code === 0 && triesLeft > 0)
      return await experiment(boundary, ending, triesLeft - 1);
    same(`${name}: ${killed.stderr.slice(-800)}`, killed.signal, 'SIGKILL');
    rmSync(lost, { recursive: true, force: true });
    const clone = remote.clone(PEOPLE.ops);
    const relctl = (...args: string[]) => inClone(arena, clone, args);
    const phase = await phaseIn(relctl);
    if (phase === 'ready')
      same(`${name}: nothing is changed before it is known elsewhere`, await arena.contents(), before);
    const gone = await takeUp(relctl, phase, ending);
    same(`${name}: from ${phase}: ${gone.stderr.slice(-1500)}`, gone.code, 0);
    const end = await phaseIn(relctl);
    const isOut = ending === 'resume' || (ending === 'abort' && phase === 'deployed');
    if (isOut) await isDeployedOnce(arena, name, reference, end);
    else await isAsBefore(arena, name, before);
    const audit = await relctl('audit', RELEASE);
    same(`${name}: ${audit.stdout}`, audit.code, 0);
    same(name, remote.records(RELEASE)?.includes(`phase: ${end}`) ?? phase === 'ready', true);
    done += 1;
  } finally {
    await arena.remove();
    remote.remove();
    hooked.remove();
  }
}

function tell(line: string): void {
  if (LOG !== undefined) appendFileSync(LOG, `${line.replaceAll('\n', ' ')}\n`);
}

type Relctl = (...args: string[]) => Promise<Result>;

async function phaseIn(relctl: Relctl): Promise<string> {
  const { stdout, stderr } = await relctl('status', RELEASE, '--json');
  const { data } = JSON.parse(stdout) as { data?: { phase?: string } };
  if (data?.phase === undefined) throw new Error(`relctl status: ${stdout}${stderr}`);
  return data.phase;
}

/** Goes on from where the killed run stands. One that had not begun is begun again, or left; one that is out is out. */
async function takeUp(relctl: Relctl, phase: string, ending: Ending): Promise<Pick<Result, 'code' | 'stderr'>> {
  const nothing = { code: 0, stderr: '' };
  if (ending === 'abort')
    return phase === 'ready' || phase === 'deployed' ? nothing : relctl('deploy', RELEASE, '--abort');
  const forward =
    phase === 'ready'
      ? await relctl('deploy', RELEASE)
      : phase === 'deployed'
        ? nothing
        : await relctl('deploy', RELEASE, '--resume');
  if (forward.code !== 0 || ending === 'resume') return forward;
  return relctl('rollback', RELEASE, '--reason', 'checkouts fail', '--confirm');
}

/** Each boundary sees each ending after three sweeps, however many boundaries there are. */
function endingOf(round: number, ofBoundaries: number): Ending {
  const [sweep, at] = [Math.floor(round / ofBoundaries), round % ofBoundaries];
  return ENDINGS[(at + sweep) % ENDINGS.length] ?? 'resume';
}

describe('a deployment whose process is killed and whose clone is lost', () => {
  it(
    'ends from another clone as it was asked to: the candidate in place once, or production as it was',
    async () => {
      const chosen = ROUNDS > 0 ? Array.from({ length: ROUNDS }, () => boundaries).flat() : sample(boundaries, SAMPLED);
      const failures: string[] = [];
      for (const [n, boundary] of chosen.entries()) {
        const ending = endingOf(n, boundaries.length);
        if (n < FROM || n >= TO) continue;
        const known = failures.length;
        await experiment(boundary, ending).catch((error: unknown) => failures.push(String(error)));
        tell(`${n} of ${chosen.length}: ${boundary.kind} ${boundary.at}, ${ending}: ${failures[known] ?? 'held'}`);
      }
      expect(failures).toEqual([]);
      expect(done).toBe(Math.max(0, Math.min(chosen.length, TO) - FROM));
    },
    12 * 3_600_000,
  );
});
