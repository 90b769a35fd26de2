import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGround } from '../../src/composition/ground.ts';
import { openRecords } from '../../src/composition/records.ts';
import { type BareRemote, makeBareRemote } from '../support/bare-remote.ts';
import { OPERATOR } from '../support/company-walk.ts';
import { installRelctl } from '../support/installed.ts';
import { SAMPLE_ID } from '../support/sample-plan.ts';
import { cacheHome, stateOf } from '../support/state.ts';
import { type CrashLab, examine, killing, openCrashLab, operate } from './crash-lab.ts';

/**
 * A deploying process is killed at a moment at which a file takes its place, and its clone is deleted with all that relctl kept on that
 * machine; the simulated company goes on as it was. Another clone of the remote, whose main takes no pushes, ends the release.
 *
 * RELCTL_LOST_CLONES=n is how many kills, spread over the run; when left out one for each ending, and three where CI runs in full.
 */
const ENDINGS = ['resume', 'abort', 'rollback'] as const;
const KILLS = Number(process.env.RELCTL_LOST_CLONES ?? ENDINGS.length * (process.env.RELCTL_CI === 'full' ? 3 : 1));

const relctl = installRelctl();
let lab: CrashLab;
beforeAll(async () => {
  lab = await openCrashLab('ready');
});
afterAll(() => {
  lab.remove();
  relctl.remove();
});

/** A remote of the lab's company whose people share records on a branch, with the world as it stands. */
async function withRemote<T>(work: (remote: BareRemote, world: string) => Promise<T>): Promise<T> {
  return lab.inCopy(async (copy) => {
    const remote = makeBareRemote(copy);
    try {
      const clone = remote.clone(OPERATOR);
      const { workspace } = await openGround(clone, {});
      const state = await stateOf(clone);
      const { store } = await openGround(clone, { XDG_CACHE_HOME: cacheHome(clone) });
      const opened = await openRecords(
        { root: clone, state, env: {}, workTree: store, workspace },
        { records: 'shared' },
      );
      await opened?.records.secure(SAMPLE_ID);
      return await work(remote, join(await stateOf(copy), 'sandbox.json'));
    } finally {
      remote.remove();
    }
  });
}

/** A clone in which the simulated world goes on from another one's. */
async function cloneWith(remote: BareRemote, world: string): Promise<string> {
  const clone = remote.clone(OPERATOR);
  const file = join(await stateOf(clone), 'sandbox.json');
  mkdirSync(dirname(file), { recursive: true });
  cpSync(world, file);
  return clone;
}

const worldOf = async (clone: string) => join(await stateOf(clone), 'sandbox.json');
const PUT_BACK = ['rollback', SAMPLE_ID, '--reason', 'checkouts fail', '--confirm'];

describe('relctl deploy, killed, with its clone deleted', () => {
  it('is ended from another clone: out once, or production as it was', { timeout: 1_800_000 }, async () => {
    const [count, deployed, before] = await withRemote(async (remote, world) => {
      const clone = await cloneWith(remote, world);
      const first = product((await examine(clone)).objects);
      const report = join(clone, '.git', 'report.txt');
      const run = { cwd: clone, node: killing(0, 'before').node, env: { REPORT: report } };
      const finished = await relctl.run(['deploy', SAMPLE_ID, '--as', OPERATOR], run);
      expect(finished.exitCode, finished.stderr).toBe(0);
      return [Number(readFileSync(report, 'utf8')), product((await examine(clone)).objects), first] as const;
    });
    const wrong: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const n = 1 + Math.floor(((kill + 0.5) * count) / KILLS);
      const when = kill % 2 === 0 ? 'after' : 'before';
      const ending = ENDINGS[kill % ENDINGS.length];
      await withRemote(async (remote, world) => {
        const lost = await cloneWith(remote, world);
        const killed = await relctl.run(['deploy', SAMPLE_ID, '--as', OPERATOR], { cwd: lost, ...killing(n, when) });
        const left = `${world}.left`;
        cpSync(await worldOf(lost), left);
        rmSync(lost, { recursive: true, force: true });
        const clone = await cloneWith(remote, left);
        const { phase } = (await examine(clone)).state;
        const commands = commandsFor(phase, ending);
        const ends = [];
        for (const command of commands) ends.push(await operate(relctl, clone, command));
        const end = await examine(clone);
        const isBack =
          end.state.phase === 'aborted' || end.state.phase === 'rolled-back' || end.state.phase === 'ready';
        const problems = [
          killed.signal === 'SIGKILL' ? '' : `it was not killed: ${killed.stderr.slice(-300)}`,
          ...ends.map(({ exitCode, stderr }) => (exitCode === 0 ? '' : stderr.slice(-600))),
          end.audit === 'done' ? '' : 'the history does not hold',
          end.repeatedSteps.length === 0 ? '' : `steps completed twice: ${end.repeatedSteps.join(', ')}`,
          JSON.stringify(product(end.objects)) === JSON.stringify(isBack ? before : deployed)
            ? ''
            : 'production is neither',
          remote.records(SAMPLE_ID)?.includes(`phase: ${end.state.phase}`) === true
            ? ''
            : 'the remote does not know the end',
        ].filter(Boolean);
        if (problems.length > 0)
          wrong.push(`killed ${when} ${n} of ${count} in ${phase}, ${ending}: ${problems.join('; ')}`);
      });
    }
    expect(wrong).toEqual([]);
  });
});

/** What production holds without the snapshots and notes that relctl keeps there. */
function product(objects: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(objects)
      .filter(([key]) => !/relctl-(snapshot|let-run)-/.test(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What ends the release as asked, from where it stands. */
function commandsFor(phase: string, ending: (typeof ENDINGS)[number] | undefined): readonly (readonly string[])[] {
  const forward =
    phase === 'ready' ? [['deploy', SAMPLE_ID]] : phase === 'deployed' ? [] : [['deploy', SAMPLE_ID, '--resume']];
  if (ending === 'resume') return forward;
  if (ending === 'rollback') return [...forward, PUT_BACK];
  return phase === 'ready' || phase === 'deployed' ? [] : [['deploy', SAMPLE_ID, '--abort']];
}
