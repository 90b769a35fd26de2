import type { Running } from './process.ts';

/** What waiting may set. */
export interface WaitOptions {
  /** What is awaited, for the message. */
  readonly what: string;
  /** 60,000 ms when left out; a loaded machine is slow. */
  readonly timeoutMs?: number;
  /** Programs without which waiting is useless: when one ends, so does the wait. */
  readonly programs?: readonly Running[];
}

/** Asks again and again until a condition holds; one that throws does not hold yet. Errors: Error, with the programs' last words. */
export async function waitFor(holds: () => boolean | Promise<boolean>, options: WaitOptions): Promise<void> {
  const { what, timeoutMs = 60_000, programs = [] } = options;
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    const dead = programs.find(({ child }) => child.exitCode !== null || child.signalCode !== null);
    const words = programs.map((program) => program.logTail()).join('\n');
    if (dead) throw new Error(`${dead.child.spawnfile} ended while waiting for ${what}:\n${dead.logTail()}`);
    if (Date.now() > deadline) throw new Error(`no ${what} for ${timeoutMs / 1000} s\n${words}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
