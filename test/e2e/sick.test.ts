import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Arena, type Lab, startLab } from './support/lab.ts';
import { sickArena } from './support/sick-arena.ts';
import { COURSES, type Way } from './support/sick-courses.ts';
import { walk } from './support/sick-walk.ts';

/**
 * Production as it is: in each of twelve states of a sick production a release goes forward, is aborted, and is rolled back. Every
 * command ends within its time-outs, `relctl status` says where the release stands and how it goes on, and nothing is lost.
 */
const WAYS: readonly Way[] = ['forward', 'abort', 'rollback'];
/** States that are walked at the same time, each in a namespace of its own. */
const AT_ONCE = 3;

let lab: Lab;
let making: Promise<unknown> = Promise.resolve();

beforeAll(async () => {
  lab = await startLab({
    name: 'sick',
    policy: (text) => text.replace('rolloutTimeout: 10m', 'rolloutTimeout: 30s'),
  });
});
afterAll(async () => {
  await lab?.stop();
});

/** One after the other: they share staging. */
function nextArena(): Promise<Arena> {
  const made = making.then(() => lab.arena());
  making = made.catch(() => undefined);
  return made;
}

let free = AT_ONCE;
const waiting: (() => void)[] = [];

/** Does some work when one of the places is free. */
async function inTurn(work: () => Promise<void>): Promise<void> {
  if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
  else free -= 1;
  try {
    await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }
}

describe('a release in a production that is sick', () => {
  it.concurrent.each(Object.entries(COURSES))(
    'by %s: forward, abort and rollback end as promised',
    (_state, courses) =>
      inTurn(async () => {
        const arena = await nextArena();
        const failures: string[] = [];
        for (const way of WAYS) {
          if (process.env.RELCTL_SICK_WAY !== undefined && process.env.RELCTL_SICK_WAY !== way) continue;
          await walk(sickArena(lab, arena), courses[way]).catch((error: unknown) => failures.push(`${way}: ${error}`));
        }
        await arena.remove();
        expect(failures).toEqual([]);
      }),
    20 * 60_000,
  );
});
