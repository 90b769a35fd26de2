import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installRelctl } from '../support/installed.ts';
import { SAMPLE_ID } from '../support/sample-plan.ts';
import { type CrashLab, countPlacements, examine, inParallel, killAt, openCrashLab, operate } from './crash-lab.ts';

/**
 * Real processes, killed with SIGKILL at every moment at which a file takes its place: each record in the plan, each piece of
 * evidence, each change of the (simulated) cluster, each message. Right before a placement is the state right after the one
 * before it, so killing before every one visits every state; killing right after is tried on some, to show that it is the same.
 */

const relctl = installRelctl();
afterAll(() => relctl.remove());

const AT_ONCE = 2;
const EVERY_AFTER = 8;

type Kill = readonly [n: number, when: 'before' | 'after'];

/** One in five moments, and each where CI runs in full: all of them take many minutes. */
const SAMPLE = process.env.RELCTL_CI === 'full' ? 1 : 5;

function kills(count: number, every = 1): readonly Kill[] {
  const stride = every * SAMPLE;
  const all = Array.from({ length: count }, (_, index) => index + 1);
  return [
    ...all.filter((n) => n % stride === 0).map((n): Kill => [n, 'before']),
    ...all.filter((n) => n % (every * EVERY_AFTER) === 0).map((n): Kill => [n, 'after']),
  ];
}

/** Kills a command at each of the moments, gives what `next` says, and holds the end against what it must be. */
async function convergesTo(
  lab: CrashLab,
  command: readonly string[],
  options: { readonly stride?: number; readonly phase: string; next(phase: string): readonly string[] },
): Promise<void> {
  const count = await countPlacements(relctl, lab, command);
  expect(count).toBeGreaterThan(10);
  const wanted = await lab.inCopy(async (copy) => {
    await operate(relctl, copy, command);
    return (await examine(copy)).objects;
  });
  const wrong: string[] = [];
  await inParallel(kills(count, options.stride), AT_ONCE, ([n, when]) =>
    lab.inCopy(async (copy) => {
      const killed = await killAt(relctl, copy, command, n, when);
      const stood = await examine(copy);
      const next = options.next(stood.state.phase);
      const finished = next.length === 0 ? undefined : await operate(relctl, copy, next);
      const end = await examine(copy);
      const problems = [
        killed.signal === 'SIGKILL' ? '' : 'it was not killed',
        stood.audit === 'done' ? '' : 'the history did not hold after the kill',
        finished === undefined || finished.exitCode === 0
          ? ''
          : `${next.join(' ')} failed: ${finished.stderr.slice(-400)}`,
        end.state.phase === options.phase ? '' : `it ends ${end.state.phase}`,
        end.audit === 'done' ? '' : 'the history does not hold at the end',
        end.repeatedSteps.length === 0 ? '' : `steps completed twice: ${end.repeatedSteps.join(', ')}`,
        end.repeatedMessages.length === 0 ? '' : 'a message was queued twice',
        // What was being written when the process died is swept by whoever writes next.
        finished === undefined || end.leftovers.length === 0 ? '' : `left behind: ${end.leftovers.join(', ')}`,
        JSON.stringify(end.objects) === JSON.stringify(wanted) ? '' : 'production is not what it is without a kill',
      ].filter(Boolean);
      if (problems.length > 0)
        wrong.push(`killed ${when} placement ${n} in ${stood.state.phase}: ${problems.join('; ')}`);
    }),
  );
  expect(wrong).toEqual([]);
}

describe('relctl deploy, killed', () => {
  let lab: CrashLab;
  beforeAll(async () => {
    lab = await openCrashLab('ready');
  });
  afterAll(() => lab.remove());

  it('at every placement of a file, converges with --resume, repeats no step and promotes only once', {
    timeout: 900_000,
  }, async () => {
    await convergesTo(lab, ['deploy', SAMPLE_ID], {
      phase: 'deployed',
      next(phase) {
        // Killed before it was recorded that it began: then it has not begun. Killed after the last record: then it is done.
        if (phase === 'ready') return ['deploy', SAMPLE_ID];
        return phase === 'deployed' ? [] : ['deploy', SAMPLE_ID, '--resume'];
      },
    });
  });
});

describe('relctl deploy --abort, killed', () => {
  let lab: CrashLab;
  beforeAll(async () => {
    lab = await openCrashLab('canary');
  });
  afterAll(() => lab.remove());

  it('converges by giving it again, and production is what it was', { timeout: 900_000 }, async () => {
    await convergesTo(lab, ['deploy', SAMPLE_ID, '--abort'], {
      stride: 2,
      phase: 'aborted',
      next: (phase) => (phase === 'aborted' ? [] : ['deploy', SAMPLE_ID, '--abort']),
    });
  });
});

describe('relctl rollback, killed', () => {
  let lab: CrashLab;
  beforeAll(async () => {
    lab = await openCrashLab('deployed');
  });
  afterAll(() => lab.remove());

  it('converges by giving it again, and production is what it was', { timeout: 900_000 }, async () => {
    const command = ['rollback', SAMPLE_ID, '--reason', 'checkouts fail', '--confirm'];
    await convergesTo(lab, command, {
      stride: 2,
      phase: 'rolled-back',
      next: (phase) => (phase === 'rolled-back' ? [] : command),
    });
  });
});
